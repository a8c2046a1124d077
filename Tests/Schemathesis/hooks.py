"""What the API's description cannot say and a generator of requests must know."""

import base64
import datetime
import json
import os
import re
import time
import urllib.parse

import schemathesis
from hypothesis import strategies
from schemathesis.generation import GenerationMode

CONTRACT_ROUTES = {
    "POST /upbot/api/ReportBehaviorData",
    "POST /upbot/api/auth/GetAccessToken",
    "POST /upbot/api/auth/RefreshToken",
}
RULES_BETWEEN_PARAMETERS = ("step: expected 1 to ", "cohort: expected the first day of ", "from: expected a time before the end", "interval: expected at most", "trace_id, uid: expected one of them")
DAY = 86400

# -- Values

schemathesis.openapi.format(
    "iana-time-zone",
    strategies.sampled_from(["Asia/Shanghai", "UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]),
)
schemathesis.openapi.format(
    "date",
    strategies.dates(datetime.date(2015, 1, 1), datetime.date(2105, 12, 31)).map(str),
)


def too_long(value, limit):
    return isinstance(value, str) and len(value.encode("utf-8", "surrogatepass")) > limit


# JSON Schema counts characters where the contract counts bytes: what fits by one and not by the other is left out.


@schemathesis.hook
def filter_path_parameters(context, path_parameters):
    return not any(too_long(urllib.parse.unquote(value), 128) for value in (path_parameters or {}).values() if isinstance(value, str))


@schemathesis.hook
def filter_query(context, query):
    values = [query.get(name) for name in ("uid", "trace_id", "reason", "app")] if query else []
    return not any(too_long(one, 128) for value in values for one in (value if isinstance(value, list) else [value]))


@schemathesis.hook
def filter_body(context, body):
    if not isinstance(body, dict):
        return True
    return not (too_long(body.get("uid"), 128) or too_long(body.get("name"), 100) or too_long(body.get("appid"), 256) or too_long(body.get("scope"), 256))


# -- What would lock the run out: its own app and tokens, and the end of every token. These are tried elsewhere.

OWN_TOKENS = [os.environ["APP_TOKEN"], os.environ["ADMIN_TOKEN"]]


def claims(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


OWN_APP = claims(os.environ["APP_TOKEN"])["sub"]
OWN_IDS = {claims(token)[name] for token in OWN_TOKENS for name in ("jti", "sub")}


@schemathesis.hook
def before_call(context, case, **kwargs):
    if isinstance(case.body, dict):
        if case.body.get("earlier_tokens") == "end_now":
            case.body = {**case.body, "earlier_tokens": "stay_good"}
        # An erasure waits for the loader, which the other half of the run keeps busy.
        if case.operation.label == "POST /api/v1/forget" and isinstance(case.body.get("uid"), str):
            if set(case.body) <= {"uid", "dry_run"} and case.body.get("dry_run") in (None, True, False):
                case.body = {**case.body, "dry_run": True}
        if case.body.get("token") in OWN_TOKENS:
            case.body = {**case.body, "token": "not-a-token"}
        # No schema says which apps there are: one that could be is one that is.
        if case.operation.label == "POST /api/v1/tokens" and re.fullmatch("app_[a-z0-9]{16}", str(case.body.get("appid"))):
            case.body = {**case.body, "appid": OWN_APP}
    for name, value in (case.path_parameters or {}).items():
        if value in OWN_IDS:
            case.path_parameters[name] = "app_" + "0" * 16 if name == "appid" else "A" * 22


# -- Answers


def said(response, name="ret"):
    try:
        return response.json().get(name)
    except (ValueError, AttributeError):
        return None


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Whether what looks like a failure is one: False drops it."""
    kind = type(failure).__name__
    if kind == "AcceptedNegativeData":
        # The contract refuses a wrong report with HTTP 200 and `ret` 1001: that is a refusal.
        return not (case.operation.label in CONTRACT_ROUTES and response.status_code == 200 and said(response) == 1001)
    if kind == "IgnoredAuth":
        # After some wrong tokens an address has to wait: that is not the 401 expected, and lets nobody in either.
        return "got `429" not in failure.message
    if kind == "RejectedPositiveData":
        # What two parameters are to each other no schema says: a period's ends, how many points it has, one id or the other.
        return not (response.status_code == 400 and said(response, "detail").startswith(RULES_BETWEEN_PARAMETERS))
    return True


def has_written_fraction(value):
    """`1.0` is an integer to JSON Schema, and none to the contract."""
    if isinstance(value, dict):
        return any(map(has_written_fraction, value.values()))
    if isinstance(value, list):
        return any(map(has_written_fraction, value))
    return isinstance(value, float) and value.is_integer()


def is_refused_for_more_than_its_schema(case):
    """Limits in bytes, a clock ahead of the server's, `1.0`, and a body that says gzip and is none."""
    headers = {name.lower(): value for name, value in (case.headers or {}).items()}
    if headers.get("content-encoding") in ("gzip", "x-gzip"):
        return True
    body = case.body if isinstance(case.body, dict) else {}
    if has_written_fraction(body):
        return True
    head = body.get("head") if isinstance(body.get("head"), dict) else {}
    items = body.get("items")
    items = items if isinstance(items, list) else [items]
    if any(too_long(head.get(name), 128) or too_long(str(head.get(name)), 128) for name in ("uid", "openid")):
        return True
    latest = time.time() + DAY
    return any(
        too_long(item.get("trace_id"), 128) or (isinstance(item.get("event_time"), int) and item["event_time"] > latest - 60)
        for item in items
        if isinstance(item, dict)
    )


@schemathesis.check
def accepts_what_the_contract_allows(context, response, case):
    """A right request of the contract is answered `ret` 0, not 1001 with HTTP 200."""
    if case.operation.label not in CONTRACT_ROUTES or case.meta is None:
        return
    if case.meta.generation.mode is GenerationMode.POSITIVE and response.status_code == 200 and said(response) != 0:
        if not is_refused_for_more_than_its_schema(case):
            raise AssertionError(f"refused although it is right: {response.text}")
