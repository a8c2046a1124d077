#!/usr/bin/env python3
"""Looks at the console in a real Chromium, as a person would, and says what is wrong.

    browser_check.py CHROMIUM BASE_URL ADMIN_TOKEN OUT_DIR [--from DAY --to DAY] [--uid UID] [--trace TRACE_ID]

The server must hold events in the range (default: the last 7 days in Asia/Shanghai). Screenshots go to OUT_DIR; one
JSON object goes to standard output. Exit status: 0 all well, 1 something failed, 2 the check itself could not run.
Needs Python 3.9 and Chromium, nothing else.
"""

import argparse
import datetime
import decimal
import http.client
import json
import os
import pathlib
import re
import ssl
import sys
import time
import urllib.parse

from analysis_check import AnalysisChecks
from devtools import Browser, BrowserError
from failed import Failed, require
from watching_check import WatchingChecks

HERE = pathlib.Path(__file__).resolve().parent
AUDIT = (HERE / "audit.js").read_text()
# First parts of the words' keys: what is seen of one on a page has no translation.
KEYS = (
    "metric", "range", "error", "trend", "filters", "empty", "timeline", "admin", "docs", "frame", "signin", "where", "refused",
    "nav", "pages", "flows", "paths", "funnel", "retention", "durations", "live", "quality", "sql", "privacy", "segments", "versus",
    "users", "table", "unit", "duration",
)
COUNTED = ["pv", "uv", "sessions", "new_users", "events"]


class API:
    """The same questions, asked past the browser."""

    def __init__(self, base, token):
        self.base = urllib.parse.urlsplit(base)
        self.token = token

    def get(self, path, parameters):
        return self.ask("GET", f"/api/v1/{path}?{urllib.parse.urlencode(parameters)}")["data"]

    def post(self, path, body):
        return self.ask("POST", f"/api/v1/{path}", json.dumps(body))["data"]

    def report(self, token, body, content_type):
        """One report of an app's; gives `ret`."""
        return self.exchange("POST", "/upbot/api/ReportBehaviorData", body, token, content_type)[1]["ret"]

    def ask(self, method, target, body=None):
        status, answer = self.exchange(method, target, body, self.token, "application/json")
        if status != 200 or answer.get("ret", 0) != 0:
            raise BrowserError(f"{method} {target}: {status} {answer}")
        return answer

    def exchange(self, method, target, body, token, content_type):
        if self.base.scheme == "https":
            # The tests' own certificate; whether it is checked rightly is not this check's business.
            connection = http.client.HTTPSConnection(
                self.base.hostname, self.base.port or 443, timeout=60, context=ssl._create_unverified_context()
            )
        else:
            connection = http.client.HTTPConnection(self.base.hostname, self.base.port or 80, timeout=60)
        body = body.encode() if isinstance(body, str) else body
        connection.request(method, target, body, {"Authorization": token, "Content-Type": content_type})
        response = connection.getresponse()
        return response.status, json.loads(response.read())


class Check(AnalysisChecks, WatchingChecks):
    def __init__(self, page, options):
        self.page = page
        self.options = options
        self.base = options.base.rstrip("/")
        self.api = API(self.base, options.token)
        self.out = pathlib.Path(options.out)
        self.passed, self.failed, self.screenshots, self.facts = [], [], [], {}
        self.expected_complaints = []
        today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
        self.range = (options.first or str(today - datetime.timedelta(days=6)), options.last or str(today))
        self.scope = [("from", self.range[0]), ("to", self.range[1]), ("tz", "Asia/Shanghai")]

    # -- Running

    def step(self, name, action):
        if self.options.only and self.options.only not in name and not name.startswith(("sign-in", "reports are refused")):
            return
        try:
            action()
            self.passed.append(name)
        except (Failed, BrowserError) as error:
            self.failed.append({"check": name, "message": str(error)})
            self.shoot(f"failed-{len(self.failed)}")

    def shoot(self, name, whole=True):
        path = str(self.out / f"{name}.png")
        try:
            self.page.screenshot(path, whole)
            self.screenshots.append(path)
        except BrowserError:
            pass

    def address(self, **extra):
        parts = [] if self.options.first is None and self.options.last is None else list(self.scope[:2])
        parts += [(name, value) for name, value in extra.items()]
        return f"{self.base}/" + (f"?{urllib.parse.urlencode(parts)}" if parts else "")

    def settle(self):
        self.page.wait_until(
            "document.querySelector('.figures, .signin, .find-head') && !document.querySelector('[aria-busy=true]')"
            " && (!document.querySelector('.chart') || document.querySelector('.chart').dataset.drawn"
            " || document.querySelector('.details')?.hidden)",
            "the page has its answers",
        )
        # Two frames, and the lines' own way to their place.
        self.page.evaluate("new Promise((done) => setTimeout(done, 500))")

    def open(self, **extra):
        self.page.go(self.address(**extra))
        self.settle()

    def use(self, language, scheme, width, height, mobile=False):
        self.page.language({"zh": "zh-CN", "en": "en-GB"}[language])
        self.page.prefer(scheme)
        self.page.size(width, height, mobile)

    def expect_complaint(self, text):
        """The browser itself reports a failed request that a check caused on purpose."""
        self.page.evaluate("new Promise((done) => setTimeout(done, 100))")
        unexpected = [line for line in self.page.complaints if text not in line]
        self.page.complaints[:] = unexpected

    # -- What is checked

    def sign_in(self):
        page = self.page
        self.use("zh", "light", 1320, 900)
        page.go(self.address())
        page.wait_until("document.querySelector('.signin-form input')", "the sign-in form is there")
        self.shoot("sign-in")
        page.click(".signin-form input")
        page.type("not-a-token")
        page.key("Enter")
        page.wait_until("document.querySelector('.form-problem').textContent", "a wrong token is refused with a message")
        self.expect_complaint("401")
        page.evaluate("document.querySelector('.signin-form input').value = ''")
        page.click(".signin-form input")
        page.type(self.options.token)
        page.click(".signin-form button")
        page.wait_until("document.querySelector('.figures')", "the overview follows the sign-in")
        self.settle()
        cookies = page.command("Network.getCookies", urls=[self.base])["cookies"]
        cookie = next((cookie for cookie in cookies if cookie["name"] == "footprint_session"), None)
        require(cookie is not None, "no footprint_session cookie after signing in")
        require(cookie["httpOnly"], "the session cookie is not HttpOnly")
        require(cookie.get("sameSite") == "Strict", f"the session cookie is SameSite={cookie.get('sameSite')}")
        require(page.evaluate("!document.cookie.includes('footprint_session')"), "scripts can read the session cookie")
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null")
        self.facts["first_contentful_paint_ms"] = paint

    def figures_shown(self):
        return self.page.evaluate(
            "Object.fromEntries([...document.querySelectorAll('.figure')]"
            ".map((one) => [one.dataset.metric, one.querySelector('.figure-value').textContent]))"
        )

    def compare_figures(self, language, filters=()):
        """Asked again once where they differ: events may be loaded between the two looks."""
        for attempt in (1, 2):
            overview = self.api.get("overview", self.scope + list(filters))
            shown = self.figures_shown()
            wrong = []
            for name in COUNTED:
                if "".join(filter(str.isdigit, shown[name])) != str(overview[name]):
                    wrong.append(f"{name}: the page says {shown[name]}, the API {overview[name]}")
            for name, text in (
                ("avg_duration", duration_text(overview["avg_duration"], language)),
                ("bounce_rate", percent_text(overview["bounce_rate"])),
            ):
                if shown[name] != text:
                    wrong.append(f"{name}: the page says {shown[name]}, the API's {overview[name]} reads {text}")
            if not wrong:
                return
            if attempt == 1:
                self.page.command("Page.reload")
                self.page.wait_until("document.querySelector('.figures')", "the page is back")
                self.settle()
        raise Failed("; ".join(wrong))

    def figures(self):
        self.use("zh", "light", 1320, 900)
        self.open()
        overview = self.api.get("overview", self.scope)
        require(overview["events"] > 0, f"the server has no events from {self.range[0]} to {self.range[1]}: nothing to check")
        self.facts["pv"] = overview["pv"]
        self.compare_figures("zh")

    def chart(self):
        painted = self.page.evaluate(
            """(() => {
              const canvas = document.querySelector(".chart canvas");
              if (!canvas) return 0;
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              let count = 0;
              for (let i = 3; i < data.length; i += 4) if (data[i] > 0) count += 1;
              return count;
            })()"""
        )
        require(painted > 2000, f"the chart's canvas is empty: {painted} painted pixels")
        name = self.page.evaluate("document.querySelector('.chart').getAttribute('aria-label')")
        require(name and len(name) > 10, "the chart has no text alternative")
        # The tip is made by script: it must appear, and break no content policy (the complaints are looked at last).
        box = self.page.evaluate(
            "(() => { const element = document.querySelector('.chart'); element.scrollIntoView({ block: 'center', behavior: 'instant' });"
            " const { left, top, width, height } = element.getBoundingClientRect(); return [left + width / 2, top + height / 2]; })()"
        )
        self.page.move_to(*box)
        self.page.move_to(box[0] + 3, box[1])
        self.page.wait_until("document.querySelector('.chart-tip .tip-value')?.checkVisibility()", "the chart shows a tip under the pointer")
        self.shoot("chart-tip", whole=False)
        self.page.move_to(1, 1)

    def chart_table(self):
        """The table view adds up to what the API says."""
        self.page.click("[data-key=form]")
        self.page.wait_until("document.querySelector('.trend-panel table')", "the trend shows as a table")
        self.settle()
        shown = self.page.evaluate(
            "[...document.querySelectorAll('.trend-panel tbody tr')]"
            ".reduce((sum, row) => sum + Number(row.querySelector('td').textContent.replace(/\\D/g, '')), 0)"
        )
        days = (datetime.date.fromisoformat(self.range[1]) - datetime.date.fromisoformat(self.range[0])).days + 1
        interval = "hour" if days <= 2 else "day" if days <= 120 else "week" if days <= 800 else "month"
        points = self.api.get("trend", [("metric", "pv"), ("interval", interval)] + self.scope)
        require(shown == sum(point["pv"] for point in points), f"the trend's table adds up to {shown} page views, the API's to {sum(point['pv'] for point in points)}")
        self.page.click("[data-key=form]")
        self.settle()

    def pages(self):
        rows = self.api.get("pages", [("limit", 10), ("order", "pv")] + self.scope)
        shown = self.page.evaluate(
            "[...document.querySelectorAll('.pages-panel tbody tr')].map((row) => Number(row.querySelector('td').textContent.replace(/\\D/g, '')))"
        )
        require(shown == [row["pv"] for row in rows], f"top pages show {shown}, the API says {[row['pv'] for row in rows]}")
        self.page.click(".sort[data-order=uv]")
        self.page.wait_until("document.querySelector('.sort[data-order=uv].sorted')", "a click on UV sorts by it")
        self.settle()
        rows = self.api.get("pages", [("limit", 10), ("order", "uv")] + self.scope)
        shown = self.page.evaluate(
            "[...document.querySelectorAll('.pages-panel tbody tr')].map((row) => Number(row.querySelectorAll('td')[1].textContent.replace(/\\D/g, '')))"
        )
        require(shown == [row["uv"] for row in rows], f"by UV, top pages show {shown}, the API says {[row['uv'] for row in rows]}")
        require("order=uv" in self.page.evaluate("location.search"), "the sort order is not in the address")
        csv = self.page.evaluate(
            "fetch(document.querySelector('.pages-panel a[download]').href)"
            ".then(async (answer) => [answer.status, answer.headers.get('content-type'), (await answer.text()).trim().split('\\n').length])"
        )
        everything = self.api.get("pages", [("limit", 1000)] + self.scope)
        require(csv[0] == 200 and csv[1].startswith("text/csv"), f"the CSV link answers {csv[0]} {csv[1]}")
        require(csv[2] == len(everything) + 1, f"the CSV file has {csv[2]} lines for {len(everything)} pages")

    def filter_and_history(self):
        self.open()
        rows = self.api.get("breakdown", [("by", "channel")] + self.scope)
        known = [row for row in rows if row["value"] is not None]
        require(known, "no event in the range has a channel: the filter cannot be checked")
        before = self.page.evaluate("location.href")
        self.page.evaluate("document.querySelector('.breakdown-panel .row-name').dataset.check = 'first'")
        self.page.click("[data-check=first]")
        first = rows[0]["value"] if rows[0]["value"] is not None else "absent"
        self.page.wait_until(f"new URLSearchParams(location.search).get('channel') === '{first}'", "a click on a channel filters by it")
        self.page.wait_until("document.querySelector('.chip')", "the filter shows as a chip")
        self.settle()
        self.compare_figures("zh", [("channel", first)])
        self.page.evaluate("history.back()")
        self.page.wait_until(f"location.href === {json.dumps(before)} && !document.querySelector('.chip')", "back takes the filter away")
        self.settle()
        self.compare_figures("zh")
        self.page.click(".filters .button")
        self.page.wait_until("document.querySelector('.sheet .check input')", "the filter sheet lists values")
        self.page.key("Escape")
        self.page.wait_until("document.querySelector('.filters .sheet').hidden", "Escape closes the sheet")
        require(self.page.evaluate("document.activeElement === document.querySelector('.filters .button')"), "Escape does not give the focus back")

    def appearance(self, language, scheme, width):
        """One of eight: language, theme, width. Layout, words, contrast, names, targets."""
        mobile = width < 600
        self.use(language, scheme, width, 720 if mobile else 900, mobile)
        self.open()
        self.shoot(f"overview-{language}-{scheme}-{'narrow' if mobile else 'wide'}")
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        require(wide <= width, f"the page is {wide} wide in a window of {width}")
        self.one_language(language)
        light = self.page.evaluate("getComputedStyle(document.documentElement).colorScheme")
        require(light == scheme, f"the page is {light} where the system is {scheme}")
        complaints = self.page.evaluate(AUDIT)
        require(not complaints, "; ".join(complaints[:12]))
        self.names()

    def one_language(self, language):
        require(self.page.evaluate("document.documentElement.lang").startswith(language), "the page is not in the browser's language")
        words = self.page.evaluate(
            "[...document.querySelectorAll('h1, h2, h3, h4, dt, button:not(.row-name):not([data-action=language]), label, option, thead th, legend, a.button')].map((one) => one.textContent)"
        )
        if language == "en":
            foreign = [word for word in words if any("\u4e00" <= letter <= "\u9fff" for letter in word)]
            require(not foreign, f"Chinese words on the English page: {foreign}")
        else:
            headings = self.page.evaluate("[...document.querySelectorAll('h2, dt')].map((one) => one.textContent)")
            foreign = [word for word in headings if not any("\u4e00" <= letter <= "\u9fff" for letter in word)]
            require(not foreign, f"headings without Chinese on the Chinese page: {foreign}")
        text = self.page.evaluate("document.body.innerText")
        keys = [word for word in text.split() if re.match(rf"({'|'.join(KEYS)})\.[a-z]", word)]
        # The page about the API names its operations likewise.
        keys = [word for word in keys if not self.page.evaluate(f"Boolean(document.getElementById({json.dumps(word)}))")]
        require(not keys, f"words without a translation: {keys}")

    def names(self, landmarks=("main", "banner", "search")):
        """Everything one can operate has a name, by the browser's own accessibility tree."""
        tree = self.page.command("Accessibility.getFullAXTree")["nodes"]
        operable = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "switch", "spinbutton", "radio", "img", "image", "table", "region"}
        nameless = [
            node["role"]["value"] for node in tree
            if not node.get("ignored") and node.get("role", {}).get("value") in operable and not node.get("name", {}).get("value", "").strip()
        ]
        require(not nameless, f"without an accessible name: {nameless}")
        roles = {node.get("role", {}).get("value") for node in tree if not node.get("ignored")}
        for landmark in landmarks:
            require(landmark in roles, f"the page has no {landmark} landmark")

    def switches(self):
        """Language and theme by their buttons, remembered over a reload."""
        self.use("zh", "light", 1320, 900)
        self.open()
        self.page.click("[data-action=language]")
        self.page.wait_until("document.documentElement.lang === 'en'", "the language button switches to English")
        self.settle()
        self.compare_figures("en")
        while self.page.evaluate("document.documentElement.dataset.theme") != "dark":
            self.page.click("[data-action=theme]")
        self.page.command("Page.reload")
        self.page.wait_until("document.querySelector('.figures')", "the page is back")
        self.settle()
        require(self.page.evaluate("document.documentElement.lang") == "en", "the chosen language is forgotten")
        require(self.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark", "the chosen theme is forgotten")
        self.page.evaluate("localStorage.clear()")

    def keyboard(self):
        """Tab visits everything in the page's own order, visibly, and gets out again; the skip link skips."""
        self.use("zh", "light", 1320, 900)
        self.open()
        self.page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        self.page.key("Tab")
        first = self.page.evaluate("document.activeElement.className")
        require(first == "skip-link", f"the first stop is {first!r}, not the skip link")
        require(self.page.evaluate("document.activeElement.getBoundingClientRect().top >= 0"), "the focused skip link is out of sight")
        self.page.key("Enter")
        require(self.page.evaluate("document.activeElement.id") == "main", "the skip link does not lead to the content")
        self.page.evaluate("document.activeElement.blur(); document.querySelector('.skip-link').focus()")
        stops = self.page.evaluate("document.querySelectorAll('a[href], button:not(:disabled), input, select, [tabindex=\"0\"]').length")
        seen = 0
        for _ in range(stops + 5):
            self.page.key("Tab")
            stop = self.page.evaluate(
                """(() => {
                  const element = document.activeElement;
                  if (!element || element === document.body) return null;
                  const style = getComputedStyle(element);
                  const box = element.getBoundingClientRect();
                  const last = globalThis.lastStop;
                  globalThis.lastStop = element;
                  return {
                    what: element.localName + " " + (element.getAttribute("aria-label") ?? element.textContent).trim().slice(0, 30),
                    marked: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || element.localName === "canvas",
                    visible: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
                    forward: !last || last === element || Boolean(last.compareDocumentPosition(element) & (Node.DOCUMENT_POSITION_FOLLOWING | Node.DOCUMENT_POSITION_CONTAINED_BY)),
                    isSkip: element.className === "skip-link",
                  };
                })()"""
            )
            if stop is None or stop["isSkip"]:
                break
            seen += 1
            require(stop["marked"], f"no focus mark on {stop['what']}")
            require(stop["visible"], f"the focus is out of sight on {stop['what']}")
            require(stop["forward"], f"the focus jumps back to {stop['what']}")
        else:
            raise Failed(f"the focus never leaves the page after {stops + 5} steps")
        require(seen > 20, f"Tab reaches only {seen} elements")
        self.facts["tab_stops"] = seen

    def stillness(self):
        self.page.prefer("light", "reduce")
        moving = self.page.evaluate(
            "[...document.querySelectorAll('*')].filter((one) => { const style = getComputedStyle(one);"
            " return parseFloat(style.transitionDuration) > 0 && style.transitionProperty !== 'none' || style.animationName !== 'none'; }).length"
        )
        require(moving == 0, f"{moving} elements move although the system asks for stillness")
        self.page.prefer("light")

    def find(self):
        for kind, value in (("uid", self.options.uid), ("trace", self.options.trace)):
            if value is None:
                continue
            self.use("zh", "light", 1320, 900)
            self.open()
            self.page.click(".find-input")
            self.page.type(value)
            self.page.key("Enter")
            self.page.wait_until("document.querySelector('.timeline-table tbody tr')", f"the find box finds {kind} {value}")
            self.settle()
            path = ("users/" if kind == "uid" else "trace/") + urllib.parse.quote(value, safe="")
            answer = self.api.get(path, [])
            count = len(answer["events"] if kind == "uid" else answer)
            number = 1 if kind == "uid" else 0
            rows = self.page.evaluate(f"document.querySelectorAll('.timeline-panel')[{number}].querySelectorAll('tbody tr:not(.timeline-gap)').length")
            require(rows == count, f"the timeline of {kind} {value} shows {rows} events, the API has {count}")
            require(self.page.evaluate("new URLSearchParams(location.search).get('find')") == value, "what was found is not in the address")
            self.shoot(f"find-{kind}")
            complaints = self.page.evaluate(AUDIT)
            require(not complaints, "; ".join(complaints[:12]))
            self.use("zh", "dark", 320, 720, True)
            self.settle()
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            require(wide <= 320, f"the timeline is {wide} wide in a window of 320")
            self.shoot(f"find-{kind}-narrow")

    def empty_state(self):
        self.use("en", "light", 1320, 900)
        self.open(uid="nobody-has-this-uid")
        require(self.page.evaluate("Boolean(document.querySelector('.empty h2'))"), "nothing to see, and nothing says so")
        self.shoot("empty-filtered")
        self.page.go(f"{self.base}/?from=2015-01-01&to=2015-01-02")
        self.settle()
        steps = self.page.evaluate("document.querySelector('.steps')?.textContent ?? ''")
        require("curl " + self.base + "/upbot/api/ReportBehaviorData" in steps, f"the empty page does not say how to report: {steps[:200]}")
        complaints = self.page.evaluate(AUDIT)
        require(not complaints, "; ".join(complaints[:12]))
        self.shoot("empty")
        self.use("zh", "dark", 320, 720, True)
        self.settle()
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        require(wide <= 320, f"the empty page is {wide} wide in a window of 320")
        self.shoot("empty-narrow")

    def error_state(self):
        self.use("zh", "light", 1320, 900)
        self.page.command("Network.setBlockedURLs", urls=["*/api/v1/*"])
        self.page.go(self.address())
        self.page.wait_until("document.querySelector('.failure button')", "a failed question says so and offers to try again")
        self.shoot("error")
        complaints = self.page.evaluate(AUDIT)
        self.page.command("Network.setBlockedURLs", urls=[])
        self.expect_complaint("ERR_BLOCKED_BY_CLIENT")
        self.page.click(".failure button")
        self.page.wait_until("document.querySelector('.figure-value') && !document.querySelector('.failure')", "trying again brings the figures")
        self.settle()
        require(not complaints, "; ".join(complaints[:12]))
        self.compare_figures("zh")

    def sign_out(self):
        self.use("zh", "light", 1320, 900)
        self.open()
        self.page.click(".topbar-tools button:last-child")
        self.page.wait_until("document.querySelector('.signin-form')", "signing out leads to the sign-in form")
        status = self.page.evaluate("fetch('/api/v1/overview').then((answer) => answer.status)")
        require(status == 401, f"after signing out the API answers {status}")
        self.expect_complaint("401")
        complaints = self.page.evaluate(AUDIT)
        require(not complaints, "; ".join(complaints[:12]))

    def not_found(self):
        self.page.go(f"{self.base}/no-such-page")
        text = self.page.evaluate("document.body.innerText")
        require("404" in text and "控制台" in text and "console" in text, f"no page for an unknown address: {text[:120]!r}")
        require(self.page.evaluate("getComputedStyle(document.querySelector('.code')).fontSize") != "16px", "the 404 page is without its style")
        self.shoot("not-found", whole=False)
        self.expect_complaint("404")

    # -- The page about the API

    def docs(self, language, scheme, width):
        self.use(language, scheme, width, 720 if width < 600 else 900, width < 600)
        self.page.go(f"{self.base}/docs")
        self.page.wait_until("document.querySelector('#app').dataset.ready", "the API is shown")
        described = self.api.ask("GET", "/openapi.json")
        expected = [one["operationId"] for item in described["paths"].values() for one in item.values()]
        shown = self.page.evaluate("[...document.querySelectorAll('.operation h3')].map((one) => one.id)")
        require(sorted(shown) == sorted(expected), f"operations that are described and not shown, or the other way: {set(shown) ^ set(expected)}")
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        require(wide <= width, f"the page is {wide} wide in a window of {width}")
        self.one_language(language)
        require(self.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == scheme, "the page has the wrong theme")
        complaints = self.page.evaluate(AUDIT)
        require(not complaints, "; ".join(complaints[:12]))
        self.names(("main", "banner", "navigation"))
        self.shoot(f"docs-{language}-{scheme}-{'narrow' if width < 600 else 'wide'}", whole=False)

    def docs_content(self):
        """What a reader comes for: the field table, the answers, a line to paste, links that lead there."""
        self.use("en", "light", 1320, 900)
        self.page.go(f"{self.base}/docs#question.funnel")
        self.page.wait_until("document.querySelector('#app').dataset.ready", "the API is shown")
        top = self.page.evaluate("document.getElementById('question.funnel').getBoundingClientRect().top")
        require(0 <= top < 400, f"a link to an operation leads {top} pixels beside it")
        report = "document.getElementById('report').closest('.operation')"
        fields = self.page.evaluate(f"[...{report}.querySelectorAll('tbody th')].map((one) => one.textContent)")
        for name in ("head.uid", "head.openid", "items.event_time", "items.duration", "X-Footprint-Dry-Run", "200", "401", "413", "429", "503"):
            require(name in fields, f"the report's tables lack {name}: {fields}")
        line = self.page.evaluate(f"{report}.querySelector('.code').textContent")
        require(f"curl -sS '{self.base}/upbot/api/ReportBehaviorData'" in line and "$TOKEN" in line, f"no line to paste: {line}")
        rets = self.page.evaluate("[...document.querySelectorAll('[aria-labelledby=answers] tbody th')].map((one) => Number(one.textContent))")
        require(rets == [0, *range(1001, 1009)], f"the table of answers has {rets}")
        self.page.evaluate("document.querySelector('.docs-unfolded a[href=\"#audit\"]').focus()")
        self.page.key("Enter")
        self.page.wait_until("location.hash === '#audit' && document.getElementById('audit').getBoundingClientRect().top < 400", "the contents lead there by keyboard")
        self.page.click("[data-action=language]")
        self.page.wait_until("document.documentElement.lang === 'zh-CN' && document.querySelector('h1').textContent === '接口文档'", "the language button switches to Chinese")
        self.page.evaluate("localStorage.clear()")

    # -- The administration

    def open_admin(self):
        self.page.go(f"{self.base}/?page=admin")
        self.settle_admin()

    def settle_admin(self):
        self.page.wait_until("document.querySelectorAll('.admin-table').length === 4 && !document.querySelector('[aria-busy=true]')", "the lists are there")

    def admin_appearance(self, language, scheme, width):
        self.use(language, scheme, width, 720 if width < 600 else 900, width < 600)
        self.open_admin()
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        require(wide <= width, f"the page is {wide} wide in a window of {width}")
        self.one_language(language)
        complaints = self.page.evaluate(AUDIT)
        require(not complaints, "; ".join(complaints[:12]))
        self.names()
        self.shoot(f"admin-{language}-{scheme}-{'narrow' if width < 600 else 'wide'}")
        for action in ("add-app", "issue-token", "rotate-key"):
            self.page.click(f"[data-action={action}]")
            self.page.wait_until("document.querySelector('dialog[open]')", f"{action} opens a dialog")
            box = self.page.evaluate("(() => { const { left, right } = document.querySelector('dialog').getBoundingClientRect(); return [left, right]; })()")
            require(box[0] >= 0 and box[1] <= width, f"the dialog of {action} reaches from {box[0]} to {box[1]} of {width}")
            self.one_language(language)
            complaints = self.page.evaluate(AUDIT)
            require(not complaints, f"{action}: " + "; ".join(complaints[:12]))
            self.names(("dialog",))
            self.shoot(f"admin-{action}-{language}-{scheme}-{'narrow' if width < 600 else 'wide'}", whole=False)
            self.page.key("Escape")
            self.page.wait_until("!document.querySelector('dialog')", "Escape closes the dialog")
            require(self.page.evaluate(f"document.activeElement.dataset.action === '{action}'"), f"the focus does not go back to {action}")

    def row_of(self, panel, text):
        return f"[...document.querySelectorAll('.{panel} tbody tr')].find((row) => row.textContent.includes({json.dumps(text)}))"

    def press_in_row(self, panel, text):
        self.page.evaluate(f"{self.row_of(panel, text)}.querySelector('button').dataset.check = 'row'")
        self.page.click("[data-check=row]")
        self.page.wait_until("document.querySelector('dialog[open]')", "a confirmation is asked for")
        require(self.page.evaluate("document.activeElement.matches('dialog button[type=button]')"), "a confirmation begins on the button that does it")

    def confirm(self):
        self.page.click("dialog button[type=submit]")

    def keep(self):
        """The secret that is shown once: not lost by a slip of a key."""
        self.page.wait_until("document.querySelector('dialog .code')", "what is shown once is shown")
        complaints = self.page.evaluate(AUDIT)
        require(not complaints, "; ".join(complaints[:12]))
        values = self.page.evaluate("[...document.querySelectorAll('dialog code')].map((one) => one.textContent)")
        self.page.key("Escape")
        require(self.page.evaluate("Boolean(document.querySelector('dialog[open]'))"), "Escape takes away what is shown once")
        self.shoot("admin-shown-once", whole=False)
        self.confirm()
        self.page.wait_until("!document.querySelector('dialog')", "the dialog closes when it is kept")
        self.settle_admin()
        return values

    def admin_apps(self):
        self.use("en", "light", 1320, 900)
        self.open_admin()
        self.page.click("[data-action=add-app]")
        self.page.type("检查 browser")
        self.page.key("Enter")
        appid, secret = self.keep()
        require(secret.startswith("sec_"), f"no secret: {secret[:4]}")
        require(any(app["appid"] == appid and app["name"] == "检查 browser" for app in self.api.get("apps", [])), "the app is not there")
        require(secret not in self.page.evaluate("document.body.innerText"), "the secret is still on the page")
        self.press_in_row("apps-panel", appid)
        self.page.key("Enter")
        self.page.wait_until("!document.querySelector('dialog')", "Enter on the way back closes the dialog")
        require(any(app["appid"] == appid for app in self.api.get("apps", [])), "the app is gone though nobody confirmed")
        self.press_in_row("apps-panel", appid)
        self.confirm()
        self.page.wait_until(f"!{self.row_of('apps-panel', appid)}", "the removed app leaves the list")
        require(not any(app["appid"] == appid for app in self.api.get("apps", [])), "the app is still there")

    def admin_tokens(self):
        self.page.click("[data-action=issue-token]")
        self.page.click("dialog input")
        self.page.type("browser check")
        self.page.key("Enter")
        (token,) = self.keep()
        viewer = API(self.base.rstrip("/"), token)
        viewer.get("overview", self.scope)
        self.press_in_row("tokens-panel", "browser check")
        self.confirm()
        self.page.wait_until(f"!{self.row_of('tokens-panel', 'browser check')}", "the revoked token leaves the list")
        try:
            viewer.get("overview", self.scope)
        except BrowserError:
            pass
        else:
            raise Failed("the revoked token is still good")

    def admin_keys_and_log(self):
        self.settle_admin()
        before = len(self.api.get("keys", []))
        self.page.click("[data-action=rotate-key]")
        self.page.click("dialog [value=end_now]")
        self.confirm()
        self.page.wait_until("document.querySelector('dialog .danger')", "the end of every token is asked for twice")
        self.page.key("Escape")
        self.page.wait_until("!document.querySelector('dialog')", "Escape leaves the tokens alone")
        require(len(self.api.get("keys", [])) == before, "the key was rotated though nobody confirmed")
        self.page.click("[data-action=rotate-key]")
        self.confirm()
        self.page.wait_until(f"document.querySelectorAll('.keys-panel tbody tr').length === {before + 1}", "the new key is in the list")
        self.settle_admin()
        for action, words in (("app.remove", "App removed"), ("key.rotate", "Key rotated")):
            self.page.evaluate(
                f"(() => {{ const choice = document.querySelector('.audit-filters select'); choice.value = '{action}';"
                " choice.dispatchEvent(new Event('change')); })()"
            )
            self.page.wait_until(
                f"!document.querySelector('[aria-busy=true]') && [...document.querySelectorAll('.audit-panel tbody tr')].every((row) => row.textContent.includes('{words}'))",
                f"the log shows only {action}",
            )
            rows = self.page.evaluate("document.querySelectorAll('.audit-panel tbody tr').length")
            entries = self.api.get("audit", [("action", action), ("limit", 50)])["entries"]
            require(rows == len(entries) > 0, f"the log shows {rows} of {action}, the API has {len(entries)}")
        self.page.click(".audit-filters input")
        self.page.type("nobody:at-all")
        self.page.key("Enter")
        self.page.wait_until("document.querySelector('.audit-panel .admin-nothing')", "a log without a match says so")
        self.shoot("admin-log-empty")

    def admin_failure(self):
        self.use("zh", "light", 1320, 900)
        self.page.command("Network.setBlockedURLs", urls=["*/api/v1/apps*"])
        self.page.go(f"{self.base}/?page=admin")
        self.page.wait_until("document.querySelector('.apps-panel .failure button')", "a list that cannot be had says so")
        complaints = self.page.evaluate(AUDIT)
        self.page.click("[data-action=add-app]")
        self.page.type("x")
        self.page.key("Enter")
        self.page.wait_until("document.querySelector('dialog .form-problem').textContent", "a change that fails says so in its dialog")
        self.page.command("Network.setBlockedURLs", urls=[])
        self.page.key("Escape")
        self.expect_complaint("ERR_BLOCKED_BY_CLIENT")
        self.page.click(".apps-panel .failure button")
        self.page.wait_until("document.querySelector('.apps-panel table')", "trying again brings the list")
        require(not complaints, "; ".join(complaints[:12]))

    # -- Refused reports, and where an event is

    def refuse(self):
        """Reports of an app of its own: three that stay wrong, two that are right but for the header around them."""
        self.appid = self.api.post("apps", {"name": "refused reports"})["appid"]
        token = self.api.post("tokens", {"appid": self.appid, "ttl": 600})["token"]
        # Another's in every run, on whatever server.
        self.run_id = str(time.time_ns())
        # In a year that no figure is looked at for: what is replayed counts.
        body = lambda uid, page: json.dumps({"head": {"uid": uid, "openid": "o"}, "items": [{"event_time": 1451700000, "page_id": page, "trace_id": f"{uid}/去"}]})
        for number in range(3):
            require(self.api.report(token, body(f"wrong-{number}-{self.run_id}", "x"), "application/json") == 1001, "a wrong report is taken")
        for number in range(2):
            require(self.api.report(token, body(f"right-{number}-{self.run_id}", 1), "text/plain") == 1001, "a report that is no JSON is taken")
        self.until(lambda: len(self.rejected()) == 5, "the quarantine has five reports")

    @property
    def right(self):
        """A trace_id of a report that can be replayed."""
        return f"right-0-{self.run_id}/去"

    @property
    def wrong(self):
        """A uid of one that cannot."""
        return f"wrong-1-{self.run_id}"

    def rejected(self, **more):
        return self.api.get("rejected", {"app": self.appid, "limit": 100, **more})

    def until(self, condition, what):
        for _ in range(150):
            if condition():
                return
            time.sleep(0.2)
        raise Failed(f"waited 30 s, and still not: {what}")

    def open_page(self, page, ready, **more):
        self.page.go(f"{self.base}/?{urllib.parse.urlencode({'page': page, **more})}")
        self.page.wait_until(f"document.querySelector('{ready}') && !document.querySelector('[aria-busy=true]')", f"the page {page} has its answers")

    def new_page_appearance(self, page, ready, language, scheme, width, **more):
        self.use(language, scheme, width, 720 if width < 600 else 900, width < 600)
        self.open_page(page, ready, **more)
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        require(wide <= width, f"the page is {wide} wide in a window of {width}")
        self.one_language(language)
        require(self.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == scheme, "the page has the wrong theme")
        self.audit()
        self.names()
        self.shoot(f"{page}-{language}-{scheme}-{'narrow' if width < 600 else 'wide'}")

    def audit(self):
        complaints = self.page.evaluate(AUDIT)
        require(not complaints, "; ".join(complaints[:12]))

    def refused_page(self):
        self.use("zh", "light", 1320, 900)
        self.open_page("refused", ".refused-list-panel tbody tr", app=self.appid)
        reasons = self.api.get("rejected_reasons", {"app": self.appid})
        shown = self.page.evaluate(
            "[...document.querySelectorAll('.refused-reasons-panel tbody tr')].map((row) => [row.querySelector('.row-name').textContent, Number(row.querySelector('.number').textContent)])"
        )
        require(shown == [[one["reason"], one["count"]] for one in reasons], f"the reasons show {shown}, the API says {reasons}")
        require(self.page.evaluate("document.querySelectorAll('.refused-list-panel tbody tr').length") == 5, "the list is not the five")
        bars = self.page.evaluate("document.querySelector('.course').querySelectorAll('rect').length")
        require(bars == 7, f"the course of a week has {bars} bars")
        require(self.page.evaluate("Boolean(document.querySelector('.course').getAttribute('aria-label'))"), "the course has no text alternative")
        self.page.click(".refused-list-panel tbody tr:last-child summary")
        body = self.page.evaluate("document.querySelector('.refused-list-panel tbody tr:last-child code').textContent")
        require(body == self.rejected()[-1]["body"], f"the body shown is {body[:80]}")
        self.audit()
        self.page.evaluate("[...document.querySelectorAll('.refused-reasons-panel .row-name')].find((one) => one.textContent === 'wrong_type').dataset.check = 'reason'")
        self.page.click("[data-check=reason]")
        self.page.wait_until("new URLSearchParams(location.search).get('reason') === 'wrong_type'", "a click on a reason filters by it")
        self.page.wait_until("!document.querySelector('[aria-busy=true]') && document.querySelectorAll('.refused-list-panel tbody tr').length === 3", "only that reason is listed")
        self.page.evaluate("history.back()")
        self.page.wait_until("!document.querySelector('[aria-busy=true]') && document.querySelectorAll('.refused-list-panel tbody tr').length === 5", "back shows all again")
        self.open_page("refused", ".refused-list-panel .admin-nothing", app="app_nobody")
        self.shoot("refused-none")
        self.audit()

    def replay_dialog(self):
        self.page.click("[data-action=replay]")
        self.page.wait_until("document.querySelector('dialog[open]')", "a replay asks first")
        self.one_language("zh")
        self.audit()
        self.confirm()
        self.page.wait_until("document.querySelector('dialog .danger')", "the dry run says what would happen")
        text = self.page.evaluate("document.querySelector('dialog').textContent")
        require("2 次" in text and "2 个事件" in text and "wrong_type" in text, f"the dry run says {text}")
        self.audit()
        self.names(("dialog",))
        self.shoot("refused-replay", whole=False)

    def replay(self):
        self.use("zh", "light", 1320, 900)
        self.open_page("refused", ".refused-list-panel tbody tr", app=self.appid)
        self.replay_dialog()
        self.page.key("Escape")
        self.page.wait_until("!document.querySelector('dialog')", "Escape leaves them refused")
        require(len(self.rejected(state="waiting")) == 5, "replayed though nobody confirmed")
        self.replay_dialog()
        self.confirm()
        self.page.wait_until("document.querySelector('.refused-outcome').textContent.includes('2')", "the page says what was replayed")
        self.until(lambda: len(self.rejected(state="replayed")) == 2, "two reports are replayed")
        self.open_page("refused", ".refused-list-panel tbody tr", app=self.appid, state="replayed")
        require(self.page.evaluate("document.querySelectorAll('.refused-list-panel .badge.on').length") == 2, "the replayed are not marked")
        self.open_page("refused", ".refused-list-panel tbody tr", app=self.appid)
        self.page.click("[data-action=replay]")
        self.page.wait_until("document.querySelector('dialog[open]')", "a replay asks first")
        self.confirm()
        self.page.wait_until("!document.querySelector('dialog') && document.querySelector('.refused-outcome').textContent.includes('wrong_type')", "nothing left to replay is said")

    def where_page(self):
        self.use("zh", "light", 1320, 900)
        self.open_page("where", ".where-form")
        self.audit()
        self.page.click(".where-form input")
        self.page.type(self.right)
        self.page.key("Enter")
        self.page.wait_until("document.querySelectorAll('.where-panel tbody tr').length === 2", "a replayed report is seen as refused and as stored")
        self.page.wait_until("!document.querySelector('[aria-busy=true]')", "the answer is there")
        require(self.page.evaluate("new URLSearchParams(location.search).get('id')") == self.right, "what is looked for is not in the address")
        said = self.api.get("where", {"trace_id": self.right, "lang": "zh"})["summary"]
        shown = self.page.evaluate("document.querySelector('.where-summary').textContent")
        require(shown == said, f"the page says {shown}, the API {said}")
        self.page.evaluate(
            "(() => { document.querySelector('.where-form select').value = 'uid';"
            f" document.querySelector('.where-form input').value = '{self.wrong}';"
            " document.querySelector('.where-form').requestSubmit(); })()"
        )
        self.page.wait_until("document.querySelector('.where-panel')?.textContent.includes('wrong_type')", "a refused report is found by its uid")
        self.open_page("where", ".where-panel .admin-nothing", kind="uid", id="nobody-at-all")
        require("没有收到" in self.page.evaluate("document.querySelector('.where-summary').textContent"), "nothing known, and nothing says so")
        self.shoot("where-nothing")
        self.audit()
        self.page.go(f"{self.base}/?find={self.wrong}")
        self.page.wait_until("document.querySelectorAll('.empty-actions a').length === 2", "what is not found can be looked for")
        self.page.click(".empty-actions a:last-child")
        self.page.wait_until("document.querySelector('.where-panel tbody tr')", "the way from there leads to it")

    def viewer(self):
        """A viewer has the figures, no way to the administration, and at its address a sentence why."""
        self.use("zh", "light", 1320, 900)
        token = self.api.post("tokens", {"role": "viewer", "name": "browser", "ttl": 600})["token"]
        self.page.go(self.address())
        self.page.wait_until("document.querySelector('.signin-form input')", "the sign-in form is there")
        self.page.click(".signin-form input")
        self.page.type(token)
        self.page.key("Enter")
        self.page.wait_until("document.querySelector('.figures')", "a viewer sees the figures")
        self.settle()
        require(self.page.evaluate("!document.querySelector('[data-page=admin]')"), "a viewer is shown the way to the administration")
        self.open_page("refused", ".refused-list-panel tbody tr", app=self.appid)
        require(self.page.evaluate("!document.querySelector('[data-action=replay]')"), "a viewer is offered a replay")
        self.open_page("where", ".where-panel tbody tr", kind="uid", id=self.wrong)
        self.open_page("sql", ".sql-table tbody tr", q="SELECT count() AS n FROM events")
        self.page.go(f"{self.base}/?page=live")
        self.page.wait_until("document.querySelector('.live-state.open')", "a viewer sees the reports as they come")
        for language, page, words in (("zh", "admin", "仅供管理员"), ("en", "admin", "for administrators"), ("en", "privacy", "for administrators")):
            self.use(language, "light", 1320, 900)
            self.page.go(f"{self.base}/?page={page}")
            self.page.wait_until("document.querySelector('.empty h1')", "a viewer is told why there is nothing")
            require(words in self.page.evaluate("document.querySelector('.empty').textContent"), "the sentence does not say why")
            complaints = self.page.evaluate(AUDIT)
            require(not complaints, "; ".join(complaints[:12]))
            self.shoot(f"{page}-viewer-{language}")

    def quiet(self):
        require(not self.page.complaints, "the browser complained: " + "; ".join(self.page.complaints[:8]))
        hosts = {urllib.parse.urlsplit(url).netloc for _, url in self.page.events if url.startswith(("http:", "https:", "ws:"))}
        outside = hosts - {urllib.parse.urlsplit(self.base).netloc}
        require(not outside, f"the page asked other hosts: {sorted(outside)}")

    def run(self):
        self.step("sign-in by the form, and the cookie's protections", self.sign_in)
        if self.failed:
            return
        self.step("the key figures are the API's", self.figures)
        self.step("the chart is drawn, described, and answers the pointer", self.chart)
        self.step("the chart's table adds up", self.chart_table)
        self.step("top pages: figures, sorting, CSV", self.pages)
        self.step("a filter, its chip, the back button, the sheet", self.filter_and_history)
        for language in ("zh", "en"):
            for scheme in ("light", "dark"):
                for width in (1320, 320):
                    self.step(f"{language}, {scheme}, {width} pixels", lambda: self.appearance(language, scheme, width))
        self.step("language and theme by button, remembered", self.switches)
        self.step("keyboard: order, marks, skip link", self.keyboard)
        self.step("reduced motion", self.stillness)
        self.step("find by uid and trace", self.find)
        self.step("empty state", self.empty_state)
        self.step("error state and retry", self.error_state)
        for language in ("zh", "en"):
            for scheme, width in (("light", 1320), ("dark", 320)):
                self.step(f"administration: {language}, {scheme}, {width} pixels", lambda: self.admin_appearance(language, scheme, width))
        self.analysis_steps()
        self.step("administration: an app, its secret once, its removal confirmed", self.admin_apps)
        self.step("administration: a viewer's token, issued and revoked", self.admin_tokens)
        self.step("administration: keys and the log", self.admin_keys_and_log)
        self.step("administration: failures say what to do", self.admin_failure)
        self.step("reports are refused", self.refuse)
        for language in ("zh", "en"):
            for scheme, width in (("light", 1320), ("dark", 320)):
                self.step(
                    f"refused reports: {language}, {scheme}, {width} pixels",
                    lambda: self.new_page_appearance("refused", ".refused-list-panel tbody tr", language, scheme, width, app=self.appid),
                )
        self.step("refused reports: reasons, bodies, filters", self.refused_page)
        self.step("refused reports: replayed after a dry run and a confirmation", self.replay)
        self.step("where is it: found, refused, unknown", self.where_page)
        for language in ("zh", "en"):
            for scheme, width in (("light", 1320), ("dark", 320)):
                self.step(
                    f"where is it: {language}, {scheme}, {width} pixels",
                    lambda: self.new_page_appearance("where", ".where-panel tbody tr", language, scheme, width, kind="trace_id", id=self.right),
                )
        self.watching_steps()
        self.step("sign-out", self.sign_out)
        for language in ("zh", "en"):
            for scheme, width in (("light", 1320), ("dark", 320)):
                self.step(f"API: {language}, {scheme}, {width} pixels", lambda: self.docs(language, scheme, width))
        self.step("API: tables, a line to paste, links, keyboard", self.docs_content)
        self.step("a viewer", self.viewer)
        self.step("404 page", self.not_found)
        self.step("no console errors, no policy violations, no other host", self.quiet)


def duration_text(seconds, language):
    """As lib/format.js writes it."""
    if seconds is None:
        return "–"
    exact = decimal.Decimal(repr(seconds))
    whole = int(exact.quantize(decimal.Decimal(1), decimal.ROUND_HALF_UP))
    words = {
        "zh": ("{s} 秒", "{m} 分 {s} 秒", "{m} 分", "{h} 小时 {m} 分", "{h} 小时"),
        "en": ("{s} s", "{m} min {s} s", "{m} min", "{h} h {m} min", "{h} h"),
    }[language]
    if whole < 60:
        digits = decimal.Decimal("0.1") if exact < 10 else decimal.Decimal(1)
        return words[0].format(s=plain(exact.quantize(digits, decimal.ROUND_HALF_UP)))
    if whole < 3600:
        return words[1 if whole % 60 else 2].format(m=whole // 60, s=whole % 60)
    return words[3 if whole % 3600 >= 60 else 4].format(h=f"{whole // 3600:,}", m=whole % 3600 // 60)


def percent_text(share):
    if share is None:
        return "–"
    return plain((decimal.Decimal(repr(share)) * 100).quantize(decimal.Decimal("0.1"), decimal.ROUND_HALF_UP)) + "%"


def plain(number):
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chromium")
    parser.add_argument("base", help="http://127.0.0.1:8080")
    parser.add_argument("token", help="an admin token")
    parser.add_argument("out", help="folder for screenshots")
    parser.add_argument("--from", dest="first", help="first day, 2024-03-13")
    parser.add_argument("--to", dest="last", help="last day, included")
    parser.add_argument("--uid", help="a user with events")
    parser.add_argument("--only", help="a word of the checks to make, beside signing in")
    parser.add_argument("--trace", help="a trace_id with events")
    options = parser.parse_args()
    if (options.first is None) != (options.last is None):
        parser.error("--from and --to go together")
    os.makedirs(options.out, exist_ok=True)
    try:
        with Browser(options.chromium) as page:
            check = Check(page, options)
            check.run()
    except (BrowserError, OSError) as error:
        print(json.dumps({"ok": False, "error": str(error)}, ensure_ascii=False))
        print(f"browser_check: {error}", file=sys.stderr)
        return 2
    result = {"ok": not check.failed, "passed": check.passed, "failed": check.failed, "facts": check.facts, "screenshots": check.screenshots}
    print(json.dumps(result, ensure_ascii=False, indent=2))
    for failure in check.failed:
        print(f"FAILED {failure['check']}: {failure['message']}", file=sys.stderr)
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
