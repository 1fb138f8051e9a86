"""What things cost in the meter's units, and for pages without a key."""

import base64
import json
import math
import re

from agent_messaging.docs import pages
from agent_messaging.docs.pages import PAGES, serve
from agent_messaging.storage import units
from agent_messaging.work_orders import result_schema
from benchmarks import assumed, prices
from local import cloudformation
from tools.openapi.render import ROOT

COSTS = (ROOT / "docs" / "costs.md").read_text("utf-8")
HEADER_BYTES = 1_000  # of an answer, with the gateway's own
UNROUTED_BYTES = 1_000  # of a refusal: test_unrouted.py bounds what it shows of a path


def test_the_constants_cover_the_prices():
    """In write units; each is rounded up to a tenth of one. A request may be logged."""
    write = prices.PER_MILLION_WRITE_UNITS
    around = assumed.around_it() + assumed.access_log()
    assert math.ceil(around / write * units.UNIT) == units.REQUEST
    assert prices.PER_MILLION_READ_UNITS / write == units.READ_UNIT / units.WRITE_UNIT
    nine_milliseconds = assumed.MEMORY_GB * 0.009 * prices.PER_GB_SECOND * 1e6
    assert math.ceil(nine_milliseconds / write * units.UNIT) == units.CALL
    waited = 128 / 1024 * prices.PER_GB_SECOND * 1e6
    assert math.ceil(waited / write * units.UNIT) == units.WAITED_SECOND
    checked = prices.PER_GB_SECOND * 0.5 * (0.2 + result_schema.SECONDS) * 1e6  # with its start
    assert math.ceil(checked / write * units.UNIT) == units.SCHEMA_CHECK
    signature = prices.PER_10000_SIGNATURES * 100
    assert math.ceil(signature / write * units.UNIT) == units.SIGNATURE
    frame = math.ceil(prices.PER_MILLION_SOCKET_MESSAGES / write * units.UNIT)
    assert frame + units.CALL == units.PUSHED_FRAME
    megabyte = prices.PER_GB_OF_TRAFFIC / 1024 + 2 * prices.PER_MILLION_GATEWAY_REQUESTS / 1e6
    assert units.of_request(1024 * 1024) / units.UNIT >= megabyte / (write / 1e6)


def largest_form(page) -> int:
    """The bytes of the largest form of a page, or of the largest page of an error."""
    accepted = ({"accept": "text/html"}, {})
    if page.path == "/docs/errors/{code}":
        codes = json.loads(pages._form(page, "plain"))
        shown = (pages.serve_error(page, code, each) for code in codes for each in accepted)
        return max(len(content.body.encode()) for content in shown)
    forms = [len(serve(page, each).body.encode()) for each in accepted]
    if page.is_worth_compressing:
        forms.append(len(base64.b64decode(pages._form(page, "gzip"))))
    return max(forms)


def dollars_a_day(body: int, settings) -> float:
    """What those without a key can cost with one route, by its largest answer."""
    requests = settings["ThrottlingRateLimit"] * 86_400 + settings["ThrottlingBurstLimit"]
    traffic = (body + HEADER_BYTES) / 1e9 * prices.PER_GB_OF_TRAFFIC
    # The gateway counts an answer by 512 KB, and in base64 if it does so before it decodes.
    gateway = math.ceil(4 / 3 * body / 512_000) * prices.PER_MILLION_GATEWAY_REQUESTS / 1e6
    function = prices.PER_MILLION_INVOCATIONS / 1e6 + 0.25 * assumed.SECONDS * prices.PER_GB_SECOND
    logs = assumed.LOG_BYTES / 1e9 * prices.PER_GB_OF_LOGS
    return requests * (traffic + gateway + function + logs)


def test_the_open_pages_cost_a_day_what_the_costs_page_says_at_most():
    template = cloudformation.parse((ROOT / "template.yaml").read_text(), "template.yaml")
    settings = template["Resources"]["MessagingApi"]["Properties"]["RouteSettings"]
    rows = re.findall(
        r"^\| `([^`]+)` \| [^|]+ \| ([\d.]+) \| (\d+) \| ([\d.]+) \|$",
        COSTS,
        re.MULTILINE,
    )
    told = {path: (float(rate), int(burst), float(cost)) for path, rate, burst, cost in rows}

    largest = {page.path: (f"GET {page.path}", largest_form(page)) for page in PAGES}
    largest |= {route: (route, UNROUTED_BYTES) for route in ("$default", "OPTIONS /{proxy+}")}
    assert set(told) == set(largest)
    for name, (route, body) in largest.items():
        rate, burst, most = told[name]
        limits = settings[route]
        assert limits == {"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst}
        assert dollars_a_day(body, limits) <= most, (name, dollars_a_day(body, limits))
    assert sum(most for *_, most in told.values()) <= 3.50 + 1e-9
