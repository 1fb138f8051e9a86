"""What the demo of the swarm says of a part."""

from typing import Any

import pytest

from local.demo_swarm_news import news

ADA, BEN = ({"id": name.lower(), "name": name} for name in ("Ada", "Ben"))


def part(status: str = "pending", worker: Any = None, lapses: int = 0, **more: Any) -> dict:
    base = {"title": "tents", "lease_seconds": 60, "progress": None}
    return {**base, "status": status, "worker": worker, "lapses": lapses, **more}


OPEN, TAKEN, DONE = part(), part("accepted", ADA), part("completed", ADA)
CLAIMED = "Ada claims tents. Its lease is 60 s."
LAPSED = "The lease for tents has ended. The part is offered to the other workers again."


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (None, OPEN, []),
        (None, TAKEN, [CLAIMED]),
        (OPEN, OPEN, []),
        (OPEN, TAKEN, [CLAIMED]),
        (OPEN, DONE, [CLAIMED, "Ada completes tents."]),
        (TAKEN, DONE, ["Ada completes tents."]),
        (
            TAKEN,
            part("accepted", ADA, progress={"percent": 50}),
            ["Ada reports that tents is 50 % done. Its lease starts again."],
        ),
        (TAKEN, part(lapses=1), [LAPSED]),
        (TAKEN, part("accepted", BEN, 1), [LAPSED, "Ben claims tents. Its lease is 60 s."]),
    ],
)
def test_each_change_between_two_looks_is_a_line(before: Any, after: Any, lines: list[str]):
    assert [*news(before, after)] == lines
