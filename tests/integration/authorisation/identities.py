"""The fifteen ways of calling as somebody who may not, each by its name.

Not each is wrong on each route: who is blocked by boots may read its own inbox. `rules` says what
is expected of each pair.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

from agent_messaging.agents.keys import checksum
from agent_messaging.auth import KEY_PREFIX as PREFIX
from local.in_process.requests import Answer
from local.model import DEFAULT
from tests.integration.authorisation.gateway import Gateway
from tests.integration.authorisation.right_calls import RIGHT_CALLS, TARGET, RightCall
from tests.integration.authorisation.world import World

# Of the form of a key and with its checksum, but nobody was ever given it.
NOBODYS = "0123456789" * 4
UNKNOWN = PREFIX + NOBODYS + checksum(NOBODYS)
# The same with a slip in its last character.
MISTYPED = UNKNOWN[:-1] + ("0" if UNKNOWN[-1] != "0" else "1")


@dataclass(frozen=True)
class Approach:
    """How somebody calls: with which key, as whom, and to whom."""

    key: str | None = None
    query: str = ""
    target: str = TARGET
    is_suspended: bool = False


Identity = Callable[[World, RightCall], Approach]


def _caller(call: RightCall) -> str:
    return call.caller or "nova"


def _right(world: World, call: RightCall) -> Approach:
    return Approach(world.rings[call.caller].live if call.caller else None)


def _fated(fate: str) -> Identity:
    """The right agent, with a key that has ended."""
    return lambda world, call: Approach(getattr(world.rings[_caller(call)], fate))


def _as(agent_id: str, target: str = TARGET) -> Identity:
    """An agent with its own key, and as itself."""
    return lambda world, _: Approach(world.rings[agent_id].live, target=target)


def _other_agent(world: World, call: RightCall) -> Approach:
    """Its own good key, and the right agent's name."""
    return Approach(world.rings["third"].live, f"{call.parameter}={_caller(call)}")


def _mismatched(world: World, call: RightCall) -> Approach:
    return Approach(world.rings[_caller(call)].live, f"{call.parameter}=third")


def _duplicated(world: World, call: RightCall) -> Approach:
    repeated = f"{call.parameter}={_caller(call)}"
    return Approach(world.rings[_caller(call)].live, f"{repeated}&{repeated}")


def _suspended(world: World, call: RightCall) -> Approach:
    return Approach(world.rings[_caller(call)].live, is_suspended=True)


RIGHT = "right"
IDENTITIES: dict[str, Identity] = {
    "none": lambda *_: Approach(),
    "malformed": lambda *_: Approach("nova"),
    "bad checksum": lambda *_: Approach(MISTYPED),
    "unknown": lambda *_: Approach(UNKNOWN),
    "expired": _fated("expired"),
    "revoked": _fated("revoked"),
    "rotated out": _fated("rotated_out"),
    "suspended": _suspended,
    "other agent": _other_agent,
    "mismatched parameter": _mismatched,
    "duplicated parameter": _duplicated,
    "third party": _as("third"),
    "other party": lambda world, call: Approach(world.rings[call.other].live),
    "blocked": _as("pest"),
    "stranger at a closed mailbox": _as("third", target="hermit"),
}


def attempt(world: World, route: str, identity: str, gateway: Gateway | None = None) -> Answer:
    """The right call of a route, made by one of IDENTITIES or by the right one.

    Through the world's gateway, unless another is given.
    """
    method, call = route.split(maxsplit=1)[0], RIGHT_CALLS[route]
    method = "GET" if route == DEFAULT else method
    approach = {**IDENTITIES, RIGHT: _right}[identity](world, call)
    path, body = call.filled(world.names, approach.target)
    query = "&".join(filter(None, [call.query, approach.query]))
    with world.suspended(_caller(call)) if approach.is_suspended else nullcontext():
        return (gateway or world.gateway).call(method, path, query, body, key=approach.key)
