"""The pages that watch, ask and erase, as browser_check.py looks at them: live, SQL, data quality, privacy."""

import json

from analysis_check import APPEARANCES
from failed import require


class WatchingChecks:
    """Needs of Check: those of AnalysisChecks, and appid of the step that refuses reports."""

    def watching_steps(self):
        self.step("live: a report as it comes, a refused one with its reason, held still, cleared", self.live)
        self.step("SQL: asked by Ctrl-Enter, refused where it writes, kept in the history", self.sql)
        self.step("data quality: the API's counts", self.quality)
        self.step("privacy: what is held is handed out, erased after a look and a second word", self.privacy)
        for page, ready, more in (
            ("live", ".live-state.open", {}),
            ("sql", ".sql-table tbody tr", {"q": "SELECT page_id, count() AS n FROM events GROUP BY page_id ORDER BY n DESC"}),
            ("quality", ".bots-panel .panel-body > *", {}),
            ("privacy", ".receipts-panel table, .receipts-panel .admin-nothing", {}),
        ):
            for language, scheme, width in APPEARANCES:
                self.step(f"{page}: {language}, {scheme}, {width} pixels", lambda: self.analysis_appearance(page, ready, language, scheme, width, more))

    def live(self):
        self.use("zh", "light", 1320, 900)
        token = self.api.post("tokens", {"appid": self.appid, "ttl": 600})["token"]
        uid = f"live-{self.run_id}"
        report = lambda whose, page: self.api.report(token, json.dumps({"head": {"uid": whose, "openid": "o"}, "items": [{"event_time": 1451700000, "page_id": page, "trace_id": f"{whose}-trace"}]}), "application/json")
        self.page.go(f"{self.base}/?page=live&app={self.appid}")
        self.page.wait_until("document.querySelector('.live-state.open')", "the page is connected")
        self.audit()
        self.shoot("live-waiting")
        require(report(uid, 1) == 0, "a right report is refused")
        self.page.wait_until(f"document.querySelector('.live-row.accepted')?.textContent.includes('{uid}')", "an accepted report is seen")
        require(report(uid, "x") == 1001, "a wrong report is taken")
        self.page.wait_until("document.querySelector('.live-row.rejected')?.textContent.includes('wrong_type')", "a refused report is seen with its reason")
        require(self.page.evaluate("document.querySelector('.live-row').classList.contains('rejected')"), "the newest is not on top")
        self.page.click(".live-row.accepted summary")
        self.page.wait_until(f"document.querySelector('.live-row.accepted code')?.textContent.includes('{uid}-trace')", "a row unfolds to the report")
        self.audit()
        self.shoot("live")
        self.page.click("[data-action=pause]")
        require(report(f"{uid}-held", 2) == 0, "a right report is refused")
        self.page.wait_until("document.querySelector('[data-action=pause]').textContent.includes('1')", "held still, the page counts what waits")
        require(self.page.evaluate("document.querySelectorAll('.live-row').length") == 2, "held still, the list moves")
        self.page.click("[data-action=pause]")
        self.page.wait_until("document.querySelectorAll('.live-row').length === 3", "it goes on with what waited")
        self.page.click("[data-action=clear]")
        self.page.wait_until("document.querySelectorAll('.live-row').length === 0", "the list is cleared")
        self.page.go(f"{self.base}/?page=live&app={self.appid}&user={uid}-mine")
        self.page.wait_until("document.querySelector('.live-state.open')", "the page is connected")
        require(report(f"{uid}-other", 1) == 0 and report(f"{uid}-mine", 1) == 0, "a right report is refused")
        self.page.wait_until("document.querySelectorAll('.live-row').length > 0", "the wanted user's report is seen")
        require(self.page.evaluate(f"[...document.querySelectorAll('.live-row')].every((row) => row.textContent.includes('{uid}-mine'))"), "another user's report is seen too")
        self.page.wait_until("document.querySelector('[data-counter=accepted]')", "the counters are there")

    def sql(self):
        self.use("en", "light", 1320, 900)
        self.page.go(f"{self.base}/?page=sql")
        self.page.wait_until("document.querySelector('.schema-column')", "the columns are listed")
        self.page.evaluate("document.querySelector('.sql-input').value = ''; document.querySelector('.sql-input').focus()")
        self.page.type("SELECT number + 1 AS n, toString(number) AS word FROM numbers(600)")
        self.control_enter()
        self.page.wait_until("document.querySelector('.sql-table tbody tr') && !document.querySelector('[aria-busy=true]')", "Ctrl-Enter asks")
        note = self.page.evaluate("document.querySelector('.sql-result .panel-head').textContent")
        require("600" in note, f"the result does not say how many rows: {note}")
        self.catch_files()
        text = self.saved(".sql-result [data-save=csv]", "the result is saved as CSV")
        lines = text.removeprefix("\ufeff").rstrip("\r\n").split("\r\n")
        require(lines[0] == "n,word" and lines[-1] == "600,599" and len(lines) == 601, f"the CSV file: {lines[:2]} … {lines[-1]}, {len(lines)} lines")
        require("numbers" in (self.in_address("q") or ""), "the statement is not in the address")
        for statement in ("SELEC 1", "ALTER TABLE events DELETE WHERE 1", "SELECT * FROM no_such_table"):
            self.page.evaluate("document.querySelector('.sql-input').value = ''; document.querySelector('.sql-input').focus()")
            self.page.type(statement)
            self.page.click("[data-action=run]")
            self.page.wait_until("document.querySelector('.sql-refusal') && !document.querySelector('[aria-busy=true]')", f"{statement} is refused with a reason")
            self.page.evaluate("document.querySelector('.sql-refusal').remove()")
        self.expect_complaint("400")
        self.page.click(".sql-tools .disclosure:nth-of-type(2) .button")
        self.page.wait_until("document.querySelectorAll('.sql-entry').length >= 4", "what was asked is in the history")
        self.audit()
        self.page.key("Escape")

    def control_enter(self):
        for kind in ("rawKeyDown", "keyUp"):
            self.page.command("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13, modifiers=2)

    def quality(self):
        self.use("zh", "light", 1320, 900)
        self.page.go(self.address(page="quality"))
        self.ready(".bots-panel .panel-body > *")
        failed = self.page.evaluate("[...document.querySelectorAll('.failure')].map((one) => one.closest('section').querySelector('h2').textContent)")
        require(not failed, f"without an answer: {failed}")
        self.page.go(f"{self.base}/?page=quality&range=30d")
        self.ready(".completeness-panel tbody tr")
        rows = self.api.get("completeness", self.last_days(30))
        shown = sum(self.numbers(".completeness-panel tbody tr td:nth-child(4)"))
        require(shown == sum(row["received"] for row in rows), f"the page counts {shown} reports, the API {sum(row['received'] for row in rows)}")
        self.audit()

    def last_days(self, count):
        first, last = self.page.evaluate(
            f"(() => {{ const day = (back) => new Intl.DateTimeFormat('en-CA', {{ timeZone: 'Asia/Shanghai' }}).format(Date.now() - back * 86400e3); return [day({count - 1}), day(0)]; }})()"
        )
        return [("from", first), ("to", last), ("tz", "Asia/Shanghai")]

    def privacy(self):
        self.use("zh", "light", 1320, 900)
        token = self.api.post("tokens", {"appid": self.appid, "ttl": 600})["token"]
        uid = f"forget-{self.run_id}"
        body = json.dumps({"head": {"uid": uid, "openid": "o"}, "items": [{"event_time": 1451700000, "page_id": 1}]})
        require(self.api.report(token, body, "application/json") == 0, "a right report is refused")
        self.until(lambda: len(self.api.get(f"users/{uid}", {})["events"]) == 1, "the event is loaded")
        self.page.go(f"{self.base}/?page=privacy")
        self.page.wait_until("document.querySelector('.receipts-panel table, .receipts-panel .admin-nothing')", "the receipts are listed")
        self.audit()
        self.page.click(".privacy-form input")
        self.page.type(uid)
        self.page.click("[data-action=forget]")
        self.page.wait_until("document.querySelector('dialog[open]')", "an erasure asks first")
        self.one_language("zh")
        self.confirm()
        self.page.wait_until("document.querySelector('dialog .danger')", "what would be erased is said")
        self.audit()
        self.shoot("privacy-sure", whole=False)
        require(len(self.api.get(f"users/{uid}", {})["events"]) == 1, "erased though nobody confirmed")
        self.page.click("dialog input")
        self.page.type("somebody-else")
        self.confirm()
        self.page.wait_until("document.querySelector('dialog .form-problem').textContent", "another uid is not taken")
        require(len(self.api.get(f"users/{uid}", {})["events"]) == 1, "erased though the uid differed")
        self.page.evaluate("document.querySelector('dialog input').value = ''; document.querySelector('dialog input').focus()")
        self.page.type(uid)
        self.confirm()
        self.page.wait_until("document.querySelector('.privacy-outcome').textContent", "the page says that it is done", timeout=90)
        self.until(lambda: len(self.api.get(f"users/{uid}", {})["events"]) == 0, "the event is gone")
        if self.page.evaluate("Boolean(document.querySelector('dialog[open]'))"):
            text = self.page.evaluate("document.querySelector('dialog code').textContent")
            require(uid not in text, "the receipt has the uid in the clear")
            self.audit()
            self.shoot("privacy-receipt", whole=False)
            self.page.key("Escape")
        self.page.wait_until("document.querySelector('.receipts-panel tbody tr')", "the receipt is in the list")
