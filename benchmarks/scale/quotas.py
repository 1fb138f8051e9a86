"""What a load needs of the gateway and, by Little's law, of Lambda, and the quotas for it."""

from collections.abc import Iterable
from typing import NamedTuple

from benchmarks.scale import limits, markdown
from benchmarks.scale.items import PARAMETERS
from benchmarks.scale.loads import AUTHORIZER_SECONDS, Load

PER_ROUTE = int(PARAMETERS["RequestsPerSecond"]["Default"])
PER_ROUTE_AT_MOST = int(PARAMETERS["RequestsPerSecond"]["MaxValue"])


class Need(NamedTuple):
    """What a load needs."""

    busiest: float  # requests a second, of one route
    requests: float  # of all routes, which the gateway counts
    authorizations: float  # a second
    in_flight: float  # calls at the same time, by Little's law
    instances: float  # and as Lambda counts them: at least one for ten calls a second
    ramp_seconds: float  # from zero, at the rate at which a function gets instances

    @property
    def refused_by_route(self) -> float:
        """Return the share that the gateway refuses with the template's defaults."""
        return max(0.0, 1 - PER_ROUTE / self.busiest)


def need(load: Load) -> Need:
    """Return what a load needs of the gateway and of Lambda."""
    calls = [(each.per_second, each.seconds) for each in load.requests]
    calls.append((load.authorizations, AUTHORIZER_SECONDS))
    in_flight = sum(rate * seconds for rate, seconds in calls)
    instances = max(in_flight, sum(rate for rate, _ in calls) / limits.REQUESTS_PER_INSTANCE)
    requests = [each.per_second for each in load.requests]
    return Need(
        max(requests),
        sum(requests),
        load.authorizations,
        in_flight,
        instances,
        max(rate * seconds for rate, seconds in calls) / limits.INSTANCES_PER_SECOND,
    )


def table(loads: Iterable[Load]) -> str:
    """Return a row for each load."""
    rows = [
        [
            load.name,
            f"{each.busiest:,.0f}",
            f"{each.refused_by_route:.0%}",
            f"{each.requests:,.0f}",
            f"{max(0, 1 - limits.GATEWAY_REQUESTS / each.requests):.0%}",
            f"{each.authorizations:,.0f}",
            f"{each.in_flight:,.0f}",
            f"{each.instances:,.0f}",
            f"{each.instances / limits.CONCURRENCY:.0%}",
            f"{each.ramp_seconds:.1f}",
        ]
        for load, each in ((load, need(load)) for load in loads)
    ]
    head = (
        "load|busiest route, requests/s|refused by its throttle|all routes|refused by the account"
    )
    return markdown.table(f"{head}|authorizer/s|in flight|concurrency|of 1,000|ramp, s", rows)
