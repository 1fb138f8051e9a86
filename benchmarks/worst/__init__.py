"""The most expensive request of each route, in units of the meter, measured with moto.

    python -m benchmarks.worst           print them
    python -m benchmarks.worst --write   write them to worst.json, for `scale.worst_day`

Each request has the longest texts, the largest lists and an Idempotency-Key, if the route takes
them. The histories are as expensive to read as one agent can make them. `metering` computes the
units from the sizes of the items, and `meter.units` the rest.

    stage       the two agents, and the texts
    prepared    what makes a request expensive
    routes      which preparation belongs to which route
"""

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.operations import over_moto, unheard
from benchmarks.worst.routes import ALONE, OWN, PAGES, WORST
from benchmarks.worst.stage import Call, Stage

__all__ = ["ALONE", "FILE", "OWN", "PAGES", "WORST", "kept", "measure", "measured"]

FILE = Path(__file__).with_name("worst.json")

ALLOWED = 1.02


def measured() -> Iterator[tuple[str, float]]:
    """Yield each route and the units of its most expensive request."""
    with unheard(), over_moto():
        shared = Stage()
        last = "POST /messaging/mark-read"  # then nothing waits
        together = sorted(WORST.keys() - ALONE, key=lambda route: (route == last, route))
        for route in together:
            yield route, _units(shared, WORST[route](shared))
    for route in sorted(ALONE):
        with unheard(), over_moto():
            stage = Stage()
            yield route, _units(stage, WORST[route](stage))


def _units(stage: Stage, call: Call) -> float:
    from agent_messaging.storage import units  # noqa: PLC0415 - within moto

    with stage.meter.reading() as cost:
        call()
    tenths = cost.write_units * units.WRITE_UNIT + cost.read_units * units.READ_UNIT
    tenths += cost.calls * units.CALL + units.of_request(stage.answered_bytes)
    return tenths / units.UNIT


def measure() -> Iterator[Figure]:
    """Yield each route's ratio to worst.json. Nothing may have become more expensive."""
    before = kept()
    for route, cost in measured():
        told = f"the dearest {route}, to what worst.json says"
        yield Figure(told, cost / before.get(route, 1), "×", ALLOWED)


def kept() -> dict[str, float]:
    """Return what was written to worst.json."""
    found: dict[str, float] = json.loads(FILE.read_text("utf-8"))
    return found
