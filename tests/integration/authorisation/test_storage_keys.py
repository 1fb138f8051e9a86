"""Two things never share a storage key: whatever is made up for ids, it is refused or kept apart.

Ids go through the types that the routes check them with, and what these let through goes into the
very functions that the tables are read and written by.
"""

import random
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from agent_messaging import fields, ids
from agent_messaging.agents.model import Agent
from agent_messaging.agents.schemas import Capability
from agent_messaging.directory import search_terms, table
from agent_messaging.messaging import sent_chunks
from agent_messaging.messaging.pages import POSITION
from agent_messaging.paging import Listing
from agent_messaging.work_orders.children_table import part_of
from agent_messaging.work_orders.item import ended_for, waiting_for
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Status
from local.in_process.functions import app

PAIRS = 10_000
NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
ULIDS = [ids.ulid(NOON + timedelta(milliseconds=n)) for n in range(50)]

# What ids are made of, then what separates, hides or only looks alike.
SOUND = ("a", "b", "ab", "0", "1", "19", "nova", ".", "-", "_")
PIECES = (*SOUND, *"#/,:|\\ \0\n%~A", "%23", "\uff03", "\u00e9", "\u0430")
NAME_PIECES = ("Nova", "nova", "N\u00f6va", "\uff2eova", "a#b", "a", "b", "\u4e00", "#", "n" * 70)

Made = Callable[[random.Random], str]


def agent_id(rng: random.Random) -> str:
    pieces = SOUND if rng.random() < 0.8 else PIECES
    text = "".join(rng.choices(pieces, k=rng.randint(0, 6)))
    return (text * 65)[: rng.choice((62, 63, 64, 65))] if rng.random() < 0.1 else text


def name(rng: random.Random) -> str:
    between = rng.choice((" ", "", "#", "-"))
    return between.join(rng.choices(NAME_PIECES, k=rng.randint(0, 4)))


def made_of(prefix: str, end: str = "") -> Made:
    """Ids of the form that the API gives out, some of them with a flaw."""

    def make(rng: random.Random) -> str:
        sound = f"{prefix}_{rng.choice(ULIDS)}{end}"
        if rng.random() < 0.7:
            return sound
        at = rng.randrange(len(sound) + 1)
        return sound[:at] + rng.choice(PIECES) + sound[at + rng.randint(0, 1) :]

    return make


def status(rng: random.Random) -> str:
    """Statuses of orders, and what is none."""
    return rng.choice((*Status, "", "#", "completed#completed"))


def moment(rng: random.Random) -> str:
    """Times, of which some name the same moment and some are none."""
    offset = rng.choice((0, 2, -5))
    there = NOON + timedelta(seconds=rng.randint(0, 9999), hours=offset)
    zone = f"{offset:+03d}:00" if offset else rng.choice(("Z", "z", "+00:00", "#", ""))
    return there.replace(tzinfo=None).isoformat() + zone


def lease(agent: str) -> Hashable:
    return tuple(app("presence").presences.key(agent)[1].values())


def contact(owner: str, contact: str) -> Hashable:
    return tuple(app("contacts").contacts.key(owner, contact)[1].values())


def message(recipient: str, message_id: str) -> Hashable:
    return tuple(app("messaging").messages.key(recipient, message_id)[1].values())


def ended(client: str, status: str) -> Hashable:
    return ended_for(client, Status(status))


def due(deadline: datetime, work_order_id: str) -> Hashable:
    nova = fields.Party(id="nova", name="Nova")
    texts = dict.fromkeys(("title", "description", "message_id", "thread_id"), "Estimates")
    order = WorkOrder(
        work_order_id=work_order_id,
        client=nova,
        worker=nova,
        deadline_at=deadline,
        created_at=NOON,
        **texts,
    )
    item = app("work_orders").orders.transact_put_all(order)[0]["Put"]["Item"]
    return str(item["due_at"]["S"])


@dataclass(frozen=True)
class Composed:
    """A key that is made of two things; `same` says of a pair what is told apart."""

    first: tuple[Any, Made]
    second: tuple[Any, Made]
    key: Callable[[Any, Any], Hashable]
    same: Callable[[Any, Any], Hashable] = lambda one, other: (one, other)


AGENT = (fields.AgentId, agent_id)
ORDER = (fields.WorkOrderId, made_of("wo"))
TIME = (fields.Timestamp, moment)
COMPOSED = {
    "sent": Composed(
        AGENT,
        (fields.MessageId, made_of("msg")),
        lambda a, m: (a, sent_chunks.slot(sent_chunks.minute_of(m), 0)),
        lambda a, m: (a, ids.time_of(m).replace(second=0, microsecond=0)),
    ),
    "contacts": Composed(AGENT, AGENT, contact),
    "messages": Composed(AGENT, (fields.MessageId, made_of("msg")), message),
    "presence": Composed(AGENT, AGENT, lambda one, other: (lease(one), lease(other))),
    "due": Composed(TIME, ORDER, due),
    "children": Composed(ORDER, ORDER, lambda parent, child: (parent, part_of(child))),
    "waiting": Composed(AGENT, AGENT, lambda one, other: (one, waiting_for(other))),
    "ended": Composed(AGENT, (Status, status), ended),
    # `keys.<key_id>` is a path in an expression, where a dot would lead further down.
    "keys": Composed(
        AGENT, (fields.KeyId, made_of("key")), lambda a, k: (a, *f"keys.{k}".split("."))
    ),
    "pairs": Composed(AGENT, AGENT, ids.pair_digits, lambda a, b: tuple(sorted((a, b)))),
    "cursors": Composed(
        AGENT,
        (fields.ThreadId, made_of("thr", "0" * ids.PAIR_DIGITS)),
        lambda a, t: Listing(a, "thread", (t,), POSITION).cursor("msg_0", None),
    ),
}


def let_through(kind: Any, texts: list[str]) -> list[Any]:
    """The texts as a type makes them, None in the place of one that it refuses."""
    adapter = TypeAdapter(kind)

    def parsed(text: str) -> Any:
        try:
            return adapter.validate_python(text)
        except ValidationError:
            return None

    return [parsed(text) for text in texts]


def pairs(first: tuple[Any, Made], second: tuple[Any, Made], seed: str) -> list[tuple[Any, Any]]:
    """Of PAIRS made-up pairs those that are let through; some of both there must be."""
    rng = random.Random(seed)
    sides = [let_through(kind, [make(rng) for _ in range(PAIRS)]) for kind, make in (first, second)]
    found = [pair for pair in zip(*sides, strict=True) if None not in pair]
    assert PAIRS // 10 < len(found) < PAIRS * 9 // 10
    return found


@pytest.mark.parametrize("table", COMPOSED)
def test_of_ten_thousand_pairs_no_two_share_a_storage_key(table: str):
    composed = COMPOSED[table]
    keys: dict[Hashable, Hashable] = {}
    for pair in pairs(composed.first, composed.second, table):
        same = composed.same(*pair)
        assert keys.setdefault(composed.key(*pair), same) == same
    assert len(set(keys.values())) == len(keys) > PAIRS // 20


def test_a_key_of_the_directory_says_one_thing_of_one_agent():
    meanings: dict[table.DirectoryKey, Hashable] = {}
    found = pairs(AGENT, (fields.Title, name), "names")
    capabilities = let_through(Capability, [agent_id(random.Random(n)) for n in range(len(found))])
    for (agent, title), capability in zip(found, capabilities, strict=True):
        offered = [capability] if capability else []
        listed = {table.DirectoryKey("all", agent): ("all",)}
        for word in search_terms.of_agent(agent, title):
            key = table.DirectoryKey(table.with_word(word).facet, table.place_of(word, agent))
            listed[key] = ("word", word)
        for each in offered:
            listed[table.DirectoryKey(table.with_capability(each).facet, agent)] = ("offers", each)
        made = Agent(agent_id=agent, name=title, capabilities=offered, created_at=NOON)
        assert table.keys_of(made) == set(listed)
        for key, meaning in listed.items():
            assert table.agent_of(key.place) == agent
            assert meanings.setdefault(key, (agent, meaning)) == (agent, meaning)
    assert len(meanings) > PAIRS // 2
