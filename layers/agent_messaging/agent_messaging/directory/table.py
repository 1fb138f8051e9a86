"""The directory: agents by facet, so that a listing reads a page and never the agents' table.

    all                 <agent_id>          every agent
    cap#<capability>    <agent_id>          those that offer it
    word#<letter>       <word>#<agent_id>   those with a word that begins so
    like                <skeleton of id>    whose id looks like that; no list reads it

An agent's keys here follow from its id, its name and its capabilities (`keys_of`). They are written
in the transaction that writes these. No id, capability or word has a `#`.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from agent_messaging.agents.model import Agent
from agent_messaging.content import likeness
from agent_messaging.directory import search_terms
from agent_messaging.errors import InvalidError
from agent_messaging.storage.table import Table, TransactItem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Sort keys are ordered by the bytes of their UTF-8. A space sorts before everything that a place
# can go on with; the last character for private use, which no word has, behind it.
BEFORE = " "
LAST = "\U0010fffd"

ID = r"[a-z0-9._-]{1,64}"
# Anybody can make a cursor: a position must be text that DynamoDB takes, and lie before LAST.
REST_OF_WORD = rf"[^\x00-\x20#\ud800-\udfff{LAST}-\U0010ffff]{{0,{search_terms.WORD_CHARACTERS}}}"


class DirectoryKey(NamedTuple):
    """The primary key of an agent under one facet; there is nothing else in the item."""

    facet: str
    place: str


@dataclass(frozen=True)
class Range:
    """The places of a facet that begin with `prefix`; `position` is what they look like."""

    facet: str
    prefix: str = ""
    position: str = ID


EVERYBODY = Range("all")
LIKENESSES = "like"
NEVER_SEEN = "attribute_not_exists(facet)"


def with_capability(capability: str) -> Range:
    """Those that offer a capability."""
    return Range(f"cap#{capability}")


def with_word(prefix: str) -> Range:
    """Those with a word that begins with `prefix`, once for each such word."""
    return Range(f"word#{prefix[0]}", prefix, f"{re.escape(prefix)}{REST_OF_WORD}#{ID}")


def place_of(word: str, agent_id: str) -> str:
    """The place of an agent under one of its words."""
    return f"{word}#{agent_id}"


def agent_of(place: str) -> str:
    """The id of the agent that a place of any facet names."""
    return place.rpartition("#")[2]


def keys_of(agent: Agent) -> set[DirectoryKey]:
    """All keys of an agent: one, and one for each capability and word."""
    return {
        DirectoryKey(EVERYBODY.facet, agent.agent_id),
        *(DirectoryKey(with_capability(each).facet, agent.agent_id) for each in agent.capabilities),
        *(
            DirectoryKey(with_word(word).facet, place_of(word, agent.agent_id))
            for word in search_terms.of_agent(agent.agent_id, agent.name)
        ),
    }


def listed_as(agent: Agent) -> tuple[str, dict[str, Any]]:
    """The condition that an agent's item still has what its keys follow from, and its values."""
    values = {"listed_name": agent.name, "listed_capabilities": agent.capabilities}
    return "#name = :listed_name AND capabilities = :listed_capabilities", values


class DirectoryTable:
    """One small item per key."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.table = Table(client, name)

    def transact_claim_likeness(self, agent: Agent) -> TransactItem:
        """Claim what the agent's id looks like, as part of a transaction; another may have it."""
        key = DirectoryKey(LIKENESSES, likeness.skeleton(agent.agent_id))
        return self.table.transact_put({**key._asdict(), "agent_id": agent.agent_id}, NEVER_SEEN)

    def refuse_name_of_another(self, name: str, agent_id: str | None) -> None:
        """Let an agent take a name, unless the name looks like the id of another.

        Raises:
            InvalidError: it does.
        """
        own = likeness.skeleton(agent_id) if agent_id else None
        for skeleton in likeness.skeletons(name) - {own, ""}:
            if skeleton.isascii() and self._is_id(skeleton):
                raise InvalidError.at(
                    "#/name",
                    "looks like the id of another agent",
                    fix="Choose a name that does not look like another agent's id.",
                )

    def _is_id(self, skeleton: str) -> bool:
        found = self.table.query(
            "facet = :facet AND place = :place", facet=LIKENESSES, place=skeleton, limit=1
        )
        return bool(found.items)

    def transact_put_all(self, agent: Agent) -> list[TransactItem]:
        """List a new agent, as part of a transaction."""
        return [self.table.transact_put(key._asdict()) for key in sorted(keys_of(agent))]

    def transact_delete_all(self, agent: Agent) -> list[TransactItem]:
        """Take all keys of an agent away, as part of a transaction."""
        return [self.table.transact_delete(key._asdict()) for key in sorted(keys_of(agent))]

    def transact_change_all(self, before: Agent, after: Agent) -> list[TransactItem]:
        """List an agent as it will be, as part of a transaction; what stays costs nothing."""
        gone, new = keys_of(before) - keys_of(after), keys_of(after) - keys_of(before)
        return [
            *(self.table.transact_delete(key._asdict()) for key in sorted(gone)),
            *(self.table.transact_put(key._asdict()) for key in sorted(new)),
        ]

    def page(self, within: Range, after: str | None, limit: int) -> tuple[list[str], str | None]:
        """The next places behind `after`, at most `limit`, and where to go on; None at the end."""
        found = self.table.query(
            "facet = :facet AND place BETWEEN :first AND :last",
            facet=within.facet,
            first=(after or within.prefix) + BEFORE,
            last=within.prefix + LAST,
            limit=limit,
            newest_first=False,
        )
        return [item["place"] for item in found.items], found.last_key.get("place")
