"""The pages of analysis, as browser_check.py looks at them: flows, paths, funnel, retention, durations, pages."""

import json
import urllib.parse

from failed import Failed, require

# Language, theme, width: every pair of two of them once.
APPEARANCES = [("zh", "light", 1320), ("zh", "dark", 320), ("en", "dark", 1320), ("en", "light", 320)]


class AnalysisChecks:
    """Needs of Check: page, api, scope, base, address, step, use, audit, names, one_language, shoot."""

    def analysis_steps(self):
        self.step("the way to the pages: beside them, folded away on a phone", self.navigation)
        self.step("under a view stands until when it is current", self.circumstances)
        self.step("flows: the API's rows, followed by chart and by table", self.flows)
        self.step("paths: the API's rows, from a page on, as a funnel", self.paths)
        self.step("a funnel: suggested, dragged, moved by keyboard, timed", self.funnel)
        self.step("retention: the API's cells, and who they are", self.retention)
        self.step("pages and positions: sorted, narrowed, filtered", self.pages_page)
        self.step("durations: the API's quantiles, and by group", self.durations)
        self.step("the period before and the values of a channel stand side by side", self.versus)
        self.step("a segment is saved, chosen and removed", self.segments)
        self.step("a permanent link restores the view", self.permalink)
        self.step("tables and charts are saved as files", self.files)
        for page, ready, more in (
            ("pages", ".pages-table-panel tbody tr", {}),
            ("flows", ".flow-table-panel tbody tr", {"trail": self.busiest_page()}),
            ("paths", ".paths-list-panel tbody tr", {}),
            ("funnel", ".funnel-table tbody tr", {"steps": self.two_steps()}),
            ("retention", ".heat tbody tr", {}),
            ("durations", ".duration-groups-panel tbody tr", {}),
            ("flows", ".flow-table-panel tbody tr", {"versus": "channel"}),
            ("funnel", ".funnel-table tbody tr", {"steps": self.two_steps(), "versus": "before"}),
        ):
            for language, scheme, width in APPEARANCES:
                self.step(
                    f"{page} {' '.join(more)}: {language}, {scheme}, {width} pixels",
                    lambda: self.analysis_appearance(page, ready, language, scheme, width, more),
                )

    # -- What is looked at

    def busiest_page(self):
        rows = self.api.get("flows", [("limit", 1)] + self.scope)
        return str(rows[0]["prev_id"]) if rows else ""

    def two_steps(self):
        rows = self.api.get("flows", [("limit", 50)] + self.scope)
        # Two different ones, so that one sees them change places.
        row = next((row for row in rows if row["prev_id"] != row["page_id"]), None)
        return f"page:{row['prev_id']},page:{row['page_id']}" if row else ""

    def go_to(self, page, ready, **more):
        self.page.go(self.address(page=page, **more))
        self.ready(ready, page)

    def ready(self, ready, page="page"):
        self.page.wait_until(f"document.querySelector({json.dumps(ready)}) && !document.querySelector('[aria-busy=true]')", f"the {page} has its answers")
        self.page.wait_until("[...document.querySelectorAll('.chart')].every((one) => !one.checkVisibility() || one.dataset.drawn)", f"the {page} has its charts")

    def analysis_appearance(self, page, ready, language, scheme, width, more):
        self.use(language, scheme, width, 720 if width < 600 else 900, width < 600)
        self.go_to(page, ready, **more)
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        require(wide <= width, f"the page is {wide} wide in a window of {width}")
        if not more.get("versus"):
            self.one_language(language)
        require(self.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == scheme, "the page has the wrong theme")
        self.audit()
        self.names()
        self.shoot(f"{'-'.join([page, *more])}-{language}-{scheme}-{'narrow' if width < 600 else 'wide'}")

    def numbers(self, selector):
        """The digits of every element, as numbers."""
        return self.page.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map((one) => Number(one.textContent.replace(/\\D/g, '')))")

    def in_address(self, name):
        return self.page.evaluate(f"new URLSearchParams(location.search).get({json.dumps(name)})")

    def catch_files(self):
        """What the page hands over as a file, caught before the browser stores it."""
        self.page.evaluate(
            "globalThis.files = []; globalThis.make ??= URL.createObjectURL; URL.createObjectURL = (blob) => { files.push(blob); return make.call(URL, blob); }; 0"
        )
        self.page.command("Page.setDownloadBehavior", behavior="deny")

    def saved(self, selector, what):
        before = self.page.evaluate("files.length")
        self.page.click(selector)
        self.page.wait_until(f"files.length === {before + 1}", what)
        return self.page.evaluate("files.at(-1).text()")

    # -- Page by page

    def navigation(self):
        self.use("en", "light", 1320, 900)
        self.go_to("flows", ".flow-table-panel tbody tr", channel="1")
        require(self.page.evaluate("document.querySelector('.sidebar [aria-current=page]').dataset.page") == "flows", "the page that is shown is not marked")
        self.page.click(".sidebar [data-page=durations]")
        self.page.wait_until("new URLSearchParams(location.search).get('page') === 'durations'", "a way leads to its page")
        require(self.in_address("channel") == "1", "the filters are lost on the way to another page")
        require(not self.in_address("trail"), "what only flows know goes along")
        self.use("en", "light", 320, 720, True)
        self.go_to("flows", ".flow-table-panel tbody tr")
        require(self.page.evaluate("!document.querySelector('.sidebar').checkVisibility()"), "on a phone the ways are not folded away")
        self.page.click(".menu-button")
        self.page.wait_until("document.querySelector('.sidebar').checkVisibility() && document.querySelector('.menu-button').getAttribute('aria-expanded') === 'true'", "the button unfolds them")
        require(self.page.evaluate("document.activeElement.closest('.sidebar') !== null"), "the focus does not go to the ways")
        self.audit()
        self.shoot("menu", whole=False)
        self.page.key("Escape")
        self.page.wait_until("!document.querySelector('.sidebar').checkVisibility()", "Escape folds them again")
        require(self.page.evaluate("document.activeElement === document.querySelector('.menu-button')"), "Escape does not give the focus back")

    def circumstances(self):
        self.use("en", "light", 1320, 900)
        answer = self.api.ask("GET", f"/api/v1/flows?{urllib.parse.urlencode(self.scope)}")
        self.go_to("flows", ".flow-table-panel tbody tr")
        line = self.page.evaluate("document.querySelector('.flow-chart-panel .circumstances').textContent")
        require("Data until" in line, f"under the view stands {line}")
        if answer["late"] > 0:
            require(f"{answer['late']:,} events came" in line, f"{answer['late']} events are late, and the view says {line}")

    def flows(self):
        self.use("zh", "light", 1320, 900)
        rows = self.api.get("flows", [("limit", 1000)] + self.scope)
        require(rows, "no event in the range carries a page and the one before: flows cannot be checked")
        self.go_to("flows", ".flow-table-panel tbody tr")
        shown = self.numbers(".flow-table-panel tbody tr td:nth-child(2)")
        require(shown == [row["count"] for row in rows][: len(shown)], f"the table shows {shown[:5]}, the API says {[row['count'] for row in rows][:5]}")
        node = self.page.evaluate(
            """(() => {
              const place = document.querySelector(".flow-chart-panel .chart");
              place.scrollIntoView({ block: "center", behavior: "instant" });
              const series = echarts.getInstanceByDom(place).getModel().getSeriesByIndex(0);
              const layout = series.getGraph().nodes[0].getLayout();
              const box = place.getBoundingClientRect();
              return { x: box.left + series.layoutInfo.x + layout.x + layout.dx / 2, y: box.top + series.layoutInfo.y + layout.y + layout.dy / 2, key: series.getGraph().nodes[0].id };
            })()"""
        )
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.page.command("Input.dispatchMouseEvent", type=kind, x=node["x"], y=node["y"], button="none" if kind == "mouseMoved" else "left", clickCount=0 if kind == "mouseMoved" else 1)
        followed = node["key"].split(":")[1]
        self.page.wait_until(f"new URLSearchParams(location.search).get('trail') === '{followed}'", f"a click in the diagram follows page {followed}")
        self.ready(".trail", "trail")
        shown = self.numbers(".flow-table-panel tbody tr td:nth-child(2)")
        its = [row["count"] for row in rows if str(row["prev_id"]) == followed or str(row["page_id"]) == followed]
        require(shown == its[: len(shown)], f"of page {followed} the table shows {shown[:5]}, the API has {its[:5]}")
        self.page.click(".trail .button")
        self.page.wait_until("!new URLSearchParams(location.search).get('trail')", "the way back shows all flows again")
        self.ready(".flow-table-panel tbody tr")
        self.page.click(".flow-table-panel tbody .row-name")
        self.page.wait_until("new URLSearchParams(location.search).get('trail')", "a page in the table is followed too")
        self.page.evaluate("history.back()")
        self.page.wait_until("!new URLSearchParams(location.search).get('trail')", "back goes back")

    def paths(self):
        self.go_to("paths", ".paths-list-panel tbody tr", depth=4, list=20)
        rows = self.api.get("paths", [("depth", 4), ("limit", 20)] + self.scope)
        shown = self.numbers(".paths-list-panel tbody tr td:nth-child(2)")
        require(shown == [row["count"] for row in rows], f"the paths show {shown}, the API says {[row['count'] for row in rows]}")
        self.page.click(".path-page")
        self.page.wait_until("new URLSearchParams(location.search).get('start')", "a page of a path becomes the start")
        start = self.in_address("start")
        self.ready(".paths-list-panel tbody tr")
        rows = self.api.get("paths", [("depth", 4), ("limit", 20), ("start", start)] + self.scope)
        shown = self.numbers(".paths-list-panel tbody tr td:nth-child(2)")
        require(shown == [row["count"] for row in rows], f"from page {start} the paths show {shown}, the API says {[row['count'] for row in rows]}")
        if any(len(row["pages"]) > 1 for row in rows):
            self.page.click(".paths-list-panel a.button")
            self.page.wait_until("new URLSearchParams(location.search).get('page') === 'funnel'", "a path becomes a funnel")
            self.ready(".funnel-table tbody tr")

    def funnel(self):
        self.use("en", "light", 1320, 900)
        self.go_to("funnel", ".funnel-builder .funnel-step")
        self.page.wait_until("document.querySelector('.funnel-suggestions .muted:only-child, [data-action=suggestion]')", "suggestions are looked for")
        if self.page.evaluate("Boolean(document.querySelector('[data-action=suggestion]'))"):
            self.page.click("[data-action=suggestion]")
            self.ready(".funnel-table tbody tr")
            require(self.in_address("steps").count("page:") >= 3, "a suggestion has fewer than three steps")
        first, second = self.two_steps().split(",")
        self.go_to("funnel", ".funnel-table tbody tr", steps=f"{first},{second}")
        self.compare_funnel()
        # By pointer: the second step's handle above the first.
        boxes = self.page.evaluate("[...document.querySelectorAll('.grip')].map((one) => { const box = one.getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2]; })")
        (x, to), (_, from_) = boxes
        self.page.command("Input.dispatchMouseEvent", type="mousePressed", x=x, y=from_, button="left", clickCount=1)
        for part in range(1, 6):
            self.page.command("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=from_ + (to - 12 - from_) * part / 5, button="left")
        self.page.command("Input.dispatchMouseEvent", type="mouseReleased", x=x, y=to - 12, button="left", clickCount=1)
        self.page.wait_until(f"new URLSearchParams(location.search).get('steps') === '{second},{first}'", "a dragged step changes places")
        self.ready(".funnel-table tbody tr")
        self.compare_funnel()
        # By keyboard back again.
        self.page.evaluate("document.querySelector('[data-action=step-down]').focus()")
        self.page.key("Enter")
        self.page.wait_until(f"new URLSearchParams(location.search).get('steps') === '{first},{second}'", "a button moves a step by keyboard")
        require(self.page.evaluate("document.activeElement.closest('.funnel-step') === document.querySelectorAll('.funnel-step')[1]"), "the focus does not go with the moved step")
        self.ready(".funnel-table tbody tr")
        self.page.evaluate("(() => { const [amount, unit] = document.querySelectorAll('.window-field .input'); unit.value = 'minutes'; amount.value = 2; amount.dispatchEvent(new Event('change')); })()")
        self.page.wait_until("new URLSearchParams(location.search).get('window') === '120'", "the time is in the address")
        self.ready(".funnel-table tbody tr")
        self.compare_funnel(window=120)
        self.page.evaluate("(() => { const amount = document.querySelector('.window-field input'); amount.value = 0; amount.dispatchEvent(new Event('change')); })()")
        require(self.page.evaluate("document.querySelector('.window-field .form-problem').textContent"), "a time of nothing is taken without a word")
        # Each further step has a place; a funnel ends at ten.
        for _ in range(8):
            self.page.click("[data-action=add-step]")
        require(self.page.evaluate("document.querySelectorAll('.funnel-step').length === 10 && document.querySelector('[data-action=add-step]').disabled"), "a funnel does not end at ten steps")

    def compare_funnel(self, window=86_400):
        steps = self.api.get("funnel", [("steps", self.in_address("steps")), ("window", window)] + self.scope)
        shown = self.numbers(".funnel-table tbody tr td:nth-child(2)")
        require(shown == [step["users"] for step in steps], f"the funnel shows {shown}, the API says {steps}")

    def retention(self):
        self.use("zh", "light", 1320, 900)
        self.go_to("retention", ".heat tbody tr", cells="users", periods=3)
        rows = [row for row in self.api.get("retention", [("periods", 3)] + self.scope) if row["size"] > 0]
        expected = [[row["size"], *row["returned"]] for row in rows]
        shown = self.page.evaluate(
            "[...document.querySelectorAll('.heat tbody tr')].map((row) => [...row.querySelectorAll('td')].map((cell) => cell.querySelector('.sr-only') ? null : Number(cell.textContent.replace(/\\D/g, ''))))"
        )
        require(shown == expected, f"the heat map shows {shown[:2]}, the API says {expected[:2]}")
        shares = self.page.evaluate("[...document.querySelectorAll('.heat-cell')].map((cell) => Number(cell.style.getPropertyValue('--share')))")
        require(max(shares) <= 1 and min(shares) >= 0, f"shares outside 0 … 1: {shares}")
        self.users_of(".heat-cell .users-button", rows[0]["size"])

    def users_of(self, selector, number):
        """The list behind a number: that many users, each with a way to what they did."""
        self.page.click(selector)
        self.page.wait_until("document.querySelector('dialog[open]') && !document.querySelector('dialog [aria-busy=true]')", "a number opens its users")
        if self.page.evaluate("Boolean(document.querySelector('dialog .failure'))"):
            raise Failed(f"the users cannot be had: {self.page.evaluate('document.querySelector(`dialog .failure`).textContent')}")
        self.audit()
        self.shoot("users", whole=False)
        links = self.page.evaluate("[...document.querySelectorAll('dialog tbody a')].map((one) => new URL(one.href).searchParams.get('find'))")
        require(len(set(links)) == min(number, len(links)) and len(links) > 0, f"{number} users, and the list has {len(links)}")
        if number <= 50:
            require(len(links) == number, f"{number} users, and the list has {len(links)}")
        self.page.key("Escape")
        self.page.wait_until("!document.querySelector('dialog')", "Escape closes the list")

    def pages_page(self):
        self.use("en", "light", 1320, 900)
        self.go_to("pages", ".pages-table-panel tbody tr", top=1000)
        rows = self.api.get("pages", [("limit", 1000)] + self.scope)
        shown = self.numbers(".pages-table-panel tbody tr td:nth-child(2)")
        require(shown == [row["pv"] for row in rows][: len(shown)], f"the pages show {shown[:6]}, the API says {[row['pv'] for row in rows][:6]}")
        self.page.click("[data-sort=exits]")
        self.page.wait_until("new URLSearchParams(location.search).get('sort') === '-exits'", "a head sorts, and the address says so")
        self.ready(".pages-table-panel tbody tr")
        require(self.page.evaluate("document.activeElement.dataset.sort") == "exits", "the focus is lost with the old table")
        require(self.page.evaluate("document.activeElement.closest('th').getAttribute('aria-sort')") == "descending", "the sorted column does not say so")
        shown = self.numbers(".pages-table-panel tbody tr td:nth-child(6)")
        require(shown == sorted((row["exits"] for row in rows), reverse=True)[: len(shown)], f"by exits: {shown[:6]}")
        self.page.key("Enter")
        self.page.wait_until("new URLSearchParams(location.search).get('sort') === 'exits'", "the same head sorts the other way")
        self.ready(".pages-table-panel tbody tr")
        word = str(rows[0]["page_id"] if rows[0]["page_id"] is not None else rows[1]["page_id"])
        self.page.evaluate(f"(() => {{ const match = document.querySelector('.match'); match.value = '{word}'; match.dispatchEvent(new Event('change')); }})()")
        self.page.wait_until(f"new URLSearchParams(location.search).get('match') === '{word}'", "the word is in the address")
        self.ready(".pages-table-panel tbody tr")
        found = self.page.evaluate("[...document.querySelectorAll('.pages-table-panel tbody th')].map((one) => one.textContent)")
        require(found and all(word in one for one in found), f"narrowed by {word}: {found}")
        self.go_to("pages", ".pages-table-panel tbody tr", of="positions", top=1000)
        rows = self.api.get("positions", [("limit", 1000)] + self.scope)
        shown = self.numbers(".pages-table-panel tbody tr td:nth-child(3)")
        require(shown == [row["pv"] for row in rows][: len(shown)], f"the positions show {shown[:6]}, the API says {[row['pv'] for row in rows][:6]}")

    def durations(self):
        self.use("zh", "light", 1320, 900)
        self.go_to("durations", ".duration-groups-panel tbody tr")
        answer = self.api.get("durations", [("by", "page_id"), ("limit", 50)] + self.scope)
        count = self.numbers(".durations-panel .quantile:last-child dd")[0]
        require(count == answer["count"], f"the page counts {count} views with a duration, the API {answer['count']}")
        shown = self.numbers(".duration-groups-panel tbody tr td:nth-child(2)")
        require(shown == [group["count"] for group in answer["groups"]][: len(shown)], f"by page: {shown[:6]}")

    def versus(self):
        self.use("zh", "light", 1320, 900)
        values = self.api.get("breakdown", [("by", "channel"), ("limit", 6)] + self.scope)
        steps = self.two_steps()
        self.go_to("funnel", ".funnel-table tbody tr", steps=steps, versus="channel")
        tables = self.page.evaluate("[...document.querySelectorAll('.funnel-table')].map((table) => [...table.querySelectorAll('tbody tr td:nth-child(2)')].map((cell) => Number(cell.textContent.replace(/\\D/g, ''))))")
        for value, shown in zip(values, tables, strict=True):
            channel = "absent" if value["value"] is None else value["value"]
            asked = self.api.get("funnel", [("steps", steps), ("channel", channel)] + self.scope)
            require(shown == [step["users"] for step in asked], f"channel {channel}: the funnel shows {shown}, the API says {asked}")
        self.go_to("pages", ".pages-table-panel tbody tr", versus="before", top=1000)
        require(self.page.evaluate("document.querySelectorAll('.pages-table-panel thead th').length") == 4, "no column for the period before")
        self.go_to("retention", ".heat tbody tr", versus="channel")
        maps = self.page.evaluate("document.querySelectorAll('.heat').length")
        require(maps == len(values), f"{maps} heat maps for {len(values)} channels")
        self.page.go(self.address(versus="channel"))
        self.settle()
        lines = self.page.evaluate("echarts.getInstanceByDom(document.querySelector('.trend-panel .chart')).getOption().series.length")
        require(lines == len(values), f"{lines} lines for {len(values)} channels")
        self.page.evaluate("(() => { const choice = document.querySelector('.versus'); choice.value = 'before'; choice.dispatchEvent(new Event('change')); })()")
        self.page.wait_until("new URLSearchParams(location.search).get('versus') === 'before'", "the comparison is in the address")
        self.settle()
        self.page.wait_until("echarts.getInstanceByDom(document.querySelector('.trend-panel .chart')).getOption().series.some((one) => one.lineStyle.type === 'dashed')", "the period before is a dashed line")

    def segments(self):
        self.use("zh", "light", 1320, 900)
        self.page.go(self.address(channel="1", page="flows"))
        self.ready(".flow-table-panel tbody tr, .nothing")
        self.page.click(".segment-menu")
        self.page.wait_until("document.querySelector('.segment-menu + .sheet input')", "filters can be saved")
        self.page.type("只看 H5")
        self.page.key("Enter")
        self.page.wait_until("document.querySelector('.segment-list .row-name')?.textContent === '只看 H5'", "the segment is in the list")
        self.audit()
        self.page.key("Escape")
        self.page.go(self.address(page="durations"))
        self.ready(".durations-panel")
        self.page.click(".segment-menu")
        self.page.wait_until("document.querySelector('.segment-list .row-name')", "a saved segment is still there")
        self.shoot("segments", whole=False)
        self.page.click(".segment-list .row-name")
        self.page.wait_until("new URLSearchParams(location.search).get('channel') === '1' && document.querySelector('.chip')", "the segment's filters are in force")
        self.page.click(".segment-menu")
        self.page.click(".segment-list .square")
        self.page.wait_until("!document.querySelector('.segment-list')", "a removed segment is gone")
        self.page.key("Escape")

    def permalink(self):
        self.page.go(f"{self.base}/?page=funnel&steps={self.two_steps()}&channel=1&versus=before")
        self.ready(".funnel-builder")
        self.page.evaluate("navigator.clipboard.writeText = async (text) => { globalThis.copied = text; }; 0")
        self.page.click("[data-action=permalink]")
        self.page.wait_until("globalThis.copied", "the link is copied")
        link = self.page.evaluate("copied")
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(link).query))
        for name in ("from", "to", "channel", "versus", "steps"):
            require(name in asked, f"the permanent link has no {name}: {link}")
        figures = "document.querySelector('.conversions')?.textContent"
        before = self.page.evaluate(figures)
        self.page.go(link)
        self.ready(".funnel-builder")
        require(self.page.evaluate(figures) == before, "the permanent link shows something else")

    def files(self):
        self.use("en", "light", 1320, 900)
        self.go_to("flows", ".flow-table-panel tbody tr")
        self.catch_files()
        text = self.saved(".flow-table-panel [data-save=csv]", "the table is saved as CSV")
        rows = self.api.get("flows", [("limit", 1000)] + self.scope)
        lines = text.removeprefix("\ufeff").rstrip("\r\n").split("\r\n")
        require(lines[0].startswith("prev_id,prev_name,page_id,name,count") and len(lines) == len(rows) + 1, f"the CSV file has {len(lines)} lines for {len(rows)} flows: {lines[0]}")
        for page, ready, panel in (
            ("flows", ".flow-table-panel tbody tr", ".flow-chart-panel"),
            ("paths", ".paths-list-panel tbody tr", ".paths-panel"),
            ("durations", ".duration-groups-panel tbody tr", ".durations-panel"),
            ("retention", ".heat tbody tr", ".retention-panel"),
        ):
            self.go_to(page, ready)
            self.catch_files()
            svg = self.saved(f"{panel} [data-save=svg]", f"the chart of {page} is saved as SVG")
            require(svg.startswith("<svg") and "<path" in svg and "<text" in svg, f"the SVG of {page} is {svg[:80]}")
            self.saved(f"{panel} [data-save=png]", f"the chart of {page} is saved as PNG")
            size = self.page.evaluate("createImageBitmap(files.at(-1)).then((image) => [files.at(-1).type, image.width])")
            require(size == ["image/png", 2400], f"the PNG of {page} is {size}")
