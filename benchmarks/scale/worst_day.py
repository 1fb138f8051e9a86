"""The worst day: US dollars that somebody can make the operator pay in a day, gateway and all.

A key is bounded by its meter. It can spend its units in every minute. Or it trips: until every
instance and the authorizer know that, it spends more, and then its penalty costs it time. The worst
day has as many trips as pay.

Who has no key is bounded by the throttles of the routes and by the account's quota. API Gateway
does not charge for a request that it refuses for want of authorization:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-pricing.html
With the access log on (`AccessLog=true`) it writes a line for that request all the same.
"""

import base64
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from agent_messaging import limits as counters
from agent_messaging.meter.model import FLUSH_UNITS, MINUTE, PENALTIES
from benchmarks import prices, worst
from benchmarks.scale import limits, markdown
from local.cloudformation import parse, scope_of
from local.in_process.runtime import load_app
from local.template import TEMPLATE as TEMPLATE_FILE

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT: Mapping[str, Any] = parse(TEMPLATE_FILE.read_text("utf-8"), "")
API = scope_of(DOCUMENT, {}).resolve(
    {
        name: DOCUMENT["Resources"]["MessagingApi"]["Properties"][name]
        for name in ("Auth", "DefaultRouteSettings", "RouteSettings")
    }
)
QUOTA = float(DOCUMENT["Parameters"]["UnitsPerMinute"]["Default"])
REMEMBERED_SECONDS = API["Auth"]["Authorizers"]["KeyAuthorizer"]["Identity"]["ReauthorizeEvery"]
REGISTER = "POST /api/v1/agents/register"

UNTIL_TOLD = 2  # requests that an instance serves of an agent that has tripped

DAY_SECONDS = 86_400
DAY_MINUTES = 1_440
UNIT_DOLLARS = prices.PER_MILLION_WRITE_UNITS / 1e6
GATEWAY_BYTES = 512 * 1024  # https://aws.amazon.com/api-gateway/pricing/: an answer is metered so

# A function takes this long to refuse a request, or to send a prepared page.
QUICK_SECONDS = 0.005
REFUSED_LOG_BYTES = prices.LOG_BYTES + 200  # and the line of the refusal
AUTHORIZER_SECONDS = 0.015
AUTHORIZER_LOG_BYTES = 600


def quick_request(answered_bytes: int = 600) -> float:
    """US dollars of a request that touches no table."""
    gateway = prices.PER_MILLION_GATEWAY_REQUESTS * math.ceil(answered_bytes / GATEWAY_BYTES)
    running = prices.MEMORY_GB * QUICK_SECONDS * prices.PER_GB_SECOND
    traffic = answered_bytes / 1024**3 * prices.PER_GB_OF_TRAFFIC
    return (
        (gateway + prices.PER_MILLION_INVOCATIONS) / 1e6
        + running
        + traffic
        + _logs(REFUSED_LOG_BYTES)
    )


def _logs(size: float) -> float:
    return size / 1e9 * prices.PER_GB_OF_LOGS


# --- somebody with a key


class Trip(NamedTuple):
    """The dollars that an agent spends beyond its quota before every instance refuses it."""

    served: float
    refused: float

    @property
    def total(self) -> float:
        """Both."""
        return sum(self)


def trip(dearest: float) -> Trip:
    """A trip by requests of so many units.

    Each instance may have gathered what it does not flush, and have one request under way. The
    agent's item takes 1,000 writes a second, so a flush may be throttled, and another request is
    served before the next one. Then the instance refuses, as long as the gateway remembers that the
    key is good, at the account's quota.
    """
    served = limits.CONCURRENCY * (FLUSH_UNITS + UNTIL_TOLD * dearest) * UNIT_DOLLARS
    refused = limits.GATEWAY_REQUESTS * REMEMBERED_SECONDS * quick_request()
    return Trip(served, refused)


def agents(number: int, dearest: float) -> float:
    """A day of so many agents, each with as many keys as it likes: the meter is the agent's.

    The account's quota for requests that are refused is one for all of them.
    """
    each = trip(dearest)
    minutes, spent, worst_day = float(DAY_MINUTES), 0.0, 0.0
    penalties = [*PENALTIES, *[PENALTIES[-1]] * 10]
    for penalty in penalties:
        worst_day = max(worst_day, spent + number * minutes * QUOTA * UNIT_DOLLARS)
        spent += number * (each.served + QUOTA * UNIT_DOLLARS) + each.refused
        minutes -= 1 + penalty / MINUTE
        if minutes < 0:
            break
    return worst_day


def dearest_request() -> float:
    """Units of the dearest request that an agent can make."""
    return max(worst.kept().values())


# --- nobody


def rate(route: str) -> float:
    """Requests a second that the gateway lets through to a route."""
    settings = API["RouteSettings"].get(route, API["DefaultRouteSettings"])
    return float(settings["ThrottlingRateLimit"])


def page_bytes(route: str) -> int:
    """The largest answer of an open page, as it goes over the line."""
    module = load_app("docs_app", ROOT / "functions/docs")
    context = {"requestId": "x", "domainName": "api.example.com"}
    sizes = []
    for headers in ({}, {"accept-encoding": "gzip"}):
        event = {"routeKey": route, "headers": headers, "requestContext": context}
        answer = module.handler(event, None)
        body = answer["body"].encode()
        sizes.append(len(base64.b64decode(body) if answer["isBase64Encoded"] else body))
    return max(sizes)


def nobody() -> dict[str, float]:
    """A day of each thing that takes no key, at the throttle of its route."""
    found = {
        route: rate(route) * DAY_SECONDS * quick_request(page_bytes(route)) for route in worst.PAGES
    }
    found["registration with a wrong key"] = rate(REGISTER) * DAY_SECONDS * quick_request()
    return found


def unauthorized_lines() -> float:
    """A day of requests without a key at the account's quota: free, but for an access log."""
    return limits.GATEWAY_REQUESTS * DAY_SECONDS * _logs(prices.ACCESS_LOG_BYTES)


def made_up_keys() -> float:
    """A day of keys that nobody has, each a new one, at the account's quota.

    Their checksum is right, so the authorizer reads for each; the gateway charges nothing.
    """
    invocation = prices.PER_MILLION_INVOCATIONS / 1e6
    running = prices.MEMORY_GB * AUTHORIZER_SECONDS * prices.PER_GB_SECOND
    read = prices.PER_MILLION_READ_UNITS / 1e6
    logs = _logs(AUTHORIZER_LOG_BYTES)
    return limits.GATEWAY_REQUESTS * DAY_SECONDS * (invocation + running + read + logs)


def open_registration() -> dict[str, float]:
    """A day of registrations, and of what their agents can do, which no meter bounds together."""
    registered = counters.REGISTRATIONS_PER_MINUTE * DAY_MINUTES
    cost = registered * worst.kept()["POST /agents/register"] * UNIT_DOLLARS
    refused = rate(REGISTER) * DAY_SECONDS - registered
    dearest = sorted(worst.kept().values(), reverse=True)
    routes = int(limits.GATEWAY_REQUESTS / rate("any other route"))
    a_second = sum(dearest[:routes]) * limits.GATEWAY_REQUESTS / routes
    return {
        "registers agents": cost + refused * quick_request(),
        "uses as many agents as they like": a_second * DAY_SECONDS * UNIT_DOLLARS,
    }


# --- as docs/costs.md has it


def rows() -> Iterator[tuple[str, str, float]]:
    """Who, doing what, and its dollars a day."""
    dearest = dearest_request()
    yield "one key", "spends all its units in every minute", DAY_MINUTES * QUOTA * UNIT_DOLLARS
    yield "one key", "exceeds its limit as often as that costs you more", agents(1, dearest)
    yield "five keys of one agent", "the same, because all keys share one limit", agents(1, dearest)
    yield "five agents", "each the same", agents(5, dearest)
    pages = nobody()
    yield "nobody", "requests open pages, and registers with a wrong key", sum(pages.values())
    logged = "sends 10,000 requests/s without a key, with AccessLog=true"
    yield "nobody", logged, unauthorized_lines()
    yield "nobody", "sends 10,000 made-up keys/s to the authorizer", made_up_keys()
    for what, dollars in open_registration().items():
        yield "anybody, with open registration", what, dollars


def table() -> str:
    """A row for each."""
    shown = [[who, what, f"{dollars:,.2f}"] for who, what, dollars in rows()]
    return markdown.table("who|does|a day, $", shown, left=2)


def routes_table() -> str:
    """The dearest request of each route, the dearest first."""
    ordered = sorted(worst.kept().items(), key=lambda each: -each[1])
    shown = [
        [f"`{route}`", f"{cost:,.1f}", f"{cost * UNIT_DOLLARS:.6f}"] for route, cost in ordered
    ]
    return markdown.table("route|units|$", shown)
