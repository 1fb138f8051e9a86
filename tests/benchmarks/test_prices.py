"""What things cost in the meter's units, and for pages without a key."""

import base64
import math
import re

from agent_messaging.docs import pages
from agent_messaging.docs.pages import PAGES, serve
from agent_messaging.storage import units
from benchmarks import assumed, prices
from local import cloudformation
from tools.openapi.render import ROOT

COSTS = (ROOT / "docs" / "costs.md").read_text("utf-8")
FORMS = ("text/html", "application/json")
HEADER_BYTES = 1_000  # of an answer, with the gateway's own


def test_the_constants_cover_the_prices():
    """In write units; each is rounded up to a tenth of one. A request may be logged."""
    write = prices.PER_MILLION_WRITE_UNITS
    around = assumed.around_it() + assumed.access_log()
    assert math.ceil(around / write * units.UNIT) == units.REQUEST
    assert prices.PER_MILLION_READ_UNITS / write == units.READ_UNIT / units.WRITE_UNIT
    nine_milliseconds = assumed.MEMORY_GB * 0.009 * prices.PER_GB_SECOND * 1e6
    assert math.ceil(nine_milliseconds / write * units.UNIT) == units.CALL
    megabyte = prices.PER_GB_OF_TRAFFIC / 1024 + 2 * prices.PER_MILLION_GATEWAY_REQUESTS / 1e6
    assert units.of_request(1024 * 1024) / units.UNIT >= megabyte / (write / 1e6)


def largest(page) -> int:
    """The bytes of the most expensive form of a page, or of one of the pages of errors."""
    if page.name == "error":
        each = (pages.error_page(code, accept) for code in pages._error_pages() for accept in FORMS)
        return max(len(body.encode()) for _, body in each)
    forms = (serve(page, {}).body.encode(), base64.b64decode(pages._form(page, "gzip")))
    return max(map(len, forms)) if page.is_worth_compressing else len(forms[0])


def dollars_a_day(page, settings) -> float:
    """What those without a key can cost with one page, by the most expensive of its forms."""
    body = largest(page)
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
        r"^\| `(/[\w./{}-]+)` \| [^|]+ \| ([\d.]+) \| (\d+) \| ([\d.]+) \|$",
        COSTS,
        re.MULTILINE,
    )
    told = {path: (float(rate), int(burst), float(cost)) for path, rate, burst, cost in rows}

    assert set(told) == {page.path for page in PAGES}
    for page in PAGES:
        rate, burst, most = told[page.path]
        limits = settings[f"GET {page.path}"]
        assert limits == {"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst}
        assert dollars_a_day(page, limits) <= most, page.path
    assert sum(most for *_, most in told.values()) <= 3.70 + 1e-9
