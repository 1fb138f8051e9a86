"""A bug to plant: it breaks a promise, and some test must see it."""

from __future__ import annotations

from dataclasses import dataclass

LAYER = "layers/agent_messaging/agent_messaging"


@dataclass(frozen=True)
class Mutant:
    """`old`, which stands once in `file` below the layer's package, becomes `new`.

    `tests` are those that should see it, as arguments of pytest.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
