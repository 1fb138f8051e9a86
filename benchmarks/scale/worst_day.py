"""The most that one day can cost the operator in US dollars, including the gateway.

The meter limits an agent. It can spend its units in each minute. Or it can trip: until all
instances and the authorizer know this, it spends more, and then it has to wait for the end of its
penalty. The worst day has as many trips as pay off.

The throttles of the routes and the account's quota limit callers without a key. API Gateway does
not charge for requests that it refuses for lack of authorization:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-pricing.html With
`AccessLog=true` it still writes a line for each of these requests.
"""

import base64
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from agent_messaging import limits as counters
from agent_messaging.meter.model import FLUSH_UNITS, MINUTE, PENALTIES
from benchmarks import assumed, prices, worst
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

UNTIL_TOLD = 2  # requests of a tripped agent that an instance serves

DAY_SECONDS = 86_400
DAY_MINUTES = 1_440
UNIT_DOLLARS = prices.PER_MILLION_WRITE_UNITS / 1e6

# The time of a function to refuse a request, or to send a prepared page.
QUICK_SECONDS = 0.005
REFUSED_LOG_BYTES = assumed.LOG_BYTES + 200  # and the log line of the refusal
AUTHORIZER_SECONDS = 0.015
AUTHORIZER_LOG_BYTES = 600


def quick_request(answered_bytes: int = 600) -> float:
    """Return the US dollars of a request that uses no table."""
    gateway = prices.PER_MILLION_GATEWAY_REQUESTS * math.ceil(
        answered_bytes / assumed.GATEWAY_BYTES
    )
    running = assumed.MEMORY_GB * QUICK_SECONDS * prices.PER_GB_SECOND
    traffic = answered_bytes / 1024**3 * prices.PER_GB_OF_TRAFFIC
    return (
        (gateway + prices.PER_MILLION_INVOCATIONS) / 1e6
        + running
        + traffic
        + _logs(REFUSED_LOG_BYTES)
    )


def _logs(size: float) -> float:
    return size / 1e9 * prices.PER_GB_OF_LOGS


# --- callers with a key


class Trip(NamedTuple):
    """The dollars that an agent spends beyond its quota before all instances refuse it."""

    served: float
    refused: float

    @property
    def total(self) -> float:
        """Return the sum."""
        return sum(self)


def trip(dearest: float) -> Trip:
    """Return a trip by requests of this many units.

    Each instance may have counted units that it has not stored yet, and may have one request
    running. The agent's item takes 1,000 writes a second, so storing may be throttled, and another
    request is served before the next attempt. Then the instance refuses, while the gateway has the
    key in its cache, up to the account's quota.
    """
    served = limits.CONCURRENCY * (FLUSH_UNITS + UNTIL_TOLD * dearest) * UNIT_DOLLARS
    refused = limits.GATEWAY_REQUESTS * REMEMBERED_SECONDS * quick_request()
    return Trip(served, refused)


def agents(number: int, dearest: float) -> float:
    """Return the dollars of a day with this many agents. The number of their keys does not matter.

    All of them share the account's quota for refused requests.
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
    """Return the units of the most expensive request that an agent can make."""
    return max(worst.kept().values())


# --- callers without a key


def rate(route: str) -> float:
    """Return the requests a second that the gateway allows for a route."""
    settings = API["RouteSettings"].get(route, API["DefaultRouteSettings"])
    return float(settings["ThrottlingRateLimit"])


def page_bytes(route: str) -> int:
    """Return the bytes of the largest answer of an open page."""
    module = load_app("docs_app", ROOT / "functions/docs")
    method = "OPTIONS" if route.startswith("OPTIONS") else "GET"
    context = {"requestId": "x", "domainName": "api.example.com", "http": {"method": method}}
    unknown = "/messaging/inbox"
    sizes = []
    for headers in ({}, {"accept-encoding": "gzip"}):
        event = {
            "routeKey": route,
            "rawPath": unknown,
            "headers": headers,
            "requestContext": context,
        }
        answer = module.handler(event, None)
        body = answer["body"].encode()
        sizes.append(len(base64.b64decode(body) if answer["isBase64Encoded"] else body))
    return max(sizes)


def nobody() -> dict[str, float]:
    """Return the dollars of a day for each route that needs no key, at its throttle."""
    found = {
        route: rate(route) * DAY_SECONDS * quick_request(page_bytes(route)) for route in worst.PAGES
    }
    found["registration with a wrong key"] = rate(REGISTER) * DAY_SECONDS * quick_request()
    return found


def unauthorized_lines() -> float:
    """Return the dollars of a day of requests without a key. Only the access log costs."""
    return limits.GATEWAY_REQUESTS * DAY_SECONDS * _logs(assumed.ACCESS_LOG_BYTES)


def made_up_keys() -> float:
    """Return the dollars of a day of invented keys, each a new one, at the account's quota.

    Their checksum is right, so the authorizer reads for each. The gateway charges nothing.
    """
    invocation = prices.PER_MILLION_INVOCATIONS / 1e6
    running = assumed.MEMORY_GB * AUTHORIZER_SECONDS * prices.PER_GB_SECOND
    read = prices.PER_MILLION_READ_UNITS / 1e6
    logs = _logs(AUTHORIZER_LOG_BYTES)
    return limits.GATEWAY_REQUESTS * DAY_SECONDS * (invocation + running + read + logs)


def open_registration() -> dict[str, float]:
    """Return the dollars of a day of registrations, and of requests by the new agents."""
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


# --- the tables of docs/costs.md


def rows() -> Iterator[tuple[str, str, float]]:
    """Yield who does what, with its dollars a day."""
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
    """Return a row for each."""
    shown = [[who, what, f"{dollars:,.2f}"] for who, what, dollars in rows()]
    return markdown.table("who|does|a day, $", shown, left=2)


def routes_table() -> str:
    """Return the most expensive request of each route, in descending order."""
    ordered = sorted(worst.kept().items(), key=lambda each: -each[1])
    shown = [
        [f"`{route}`", f"{cost:,.1f}", f"{cost * UNIT_DOLLARS:.6f}"] for route, cost in ordered
    ]
    return markdown.table("route|units|$", shown)
