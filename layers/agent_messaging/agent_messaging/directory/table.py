"""The directory's table: agents by facet, so that a list reads only one page of agents.

    all                 <agent_id>          every agent
    cap#<capability>    <agent_id>          agents with this capability
    word#<letter>       <word>#<agent_id>   agents with a word that begins with this letter
    like                <skeleton of id>    the agent whose id looks like this; in no list

An agent's keys here follow from its id, its name and its capabilities (`keys_of`). The transaction
that changes these also writes the keys. Ids, capabilities and words never contain `#`.
"""

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from agent_messaging.agents.model import Agent
from agent_messaging.content import likeness
from agent_messaging.directory import search_terms
from agent_messaging.errors import InvalidError
from agent_messaging.storage.table import Table, TransactItem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Sort keys are ordered by their UTF-8 bytes. A space sorts before all characters that can follow in
# a place. The last private-use character, which no word has, sorts after them.
BEFORE = " "
LAST = "\U0010fffd"

ID = r"[a-z0-9._-]{1,64}"
# Anybody can forge a cursor. So a position must be text that DynamoDB accepts, and precede LAST.
REST_OF_WORD = rf"[^\x00-\x20#\ud800-\udfff{LAST}-\U0010ffff]{{0,{search_terms.WORD_CHARACTERS}}}"


class DirectoryKey(NamedTuple):
    """The primary key of an agent under one facet. The item has nothing else."""

    facet: str
    place: str


class Range(NamedTuple):
    """The places of a facet that begin with `prefix`. `position` is their regular expression."""

    facet: str
    prefix: str = ""
    position: str = ID


EVERYBODY = Range("all")
LIKENESSES = "like"
NEVER_SEEN = "attribute_not_exists(facet)"


def with_capability(capability: str) -> Range:
    """Return the places of agents with a capability."""
    return Range(f"cap#{capability}")


def with_word(prefix: str) -> Range:
    """Return the places of words that begin with `prefix`. An agent can have several."""
    return Range(f"word#{prefix[0]}", prefix, f"{re.escape(prefix)}{REST_OF_WORD}#{ID}")


def place_of(word: str, agent_id: str) -> str:
    """Return the place of an agent under one of its words."""
    return f"{word}#{agent_id}"


def agent_of(place: str) -> str:
    """Return the agent's id in a place of any facet."""
    return place.rpartition("#")[2]


def keys_of(agent: Agent) -> set[DirectoryKey]:
    """Return all keys of an agent: a general one, and one for each capability and word."""
    return {
        DirectoryKey(EVERYBODY.facet, agent.agent_id),
        *(DirectoryKey(with_capability(each).facet, agent.agent_id) for each in agent.capabilities),
        *(
            DirectoryKey(with_word(word).facet, place_of(word, agent.agent_id))
            for word in search_terms.of_agent(agent.agent_id, agent.name)
        ),
    }


def listed_as(agent: Agent) -> tuple[str, dict[str, Any]]:
    """Return the condition that an agent's name and capabilities are unchanged, and its values."""
    values = {"listed_name": agent.name, "listed_capabilities": agent.capabilities}
    return "#name = :listed_name AND capabilities = :listed_capabilities", values


class DirectoryTable:
    """One small item per key."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.table = Table(client, name)

    def transact_claim_likeness(self, agent: Agent) -> TransactItem:
        """Return the claim of the id's skeleton, for a transaction. It fails if another has it."""
        key = DirectoryKey(LIKENESSES, likeness.skeleton(agent.agent_id))
        return self.table.transact_put({**key._asdict(), "agent_id": agent.agent_id}, NEVER_SEEN)

    def refuse_name_of_another(self, name: str, agent_id: str | None) -> None:
        """Check that a name does not look like the id of another agent.

        Raises:
            InvalidError: the name looks like another agent's id.
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
        """Return the writes of a new agent's keys, for a transaction."""
        return [self.table.transact_put(key._asdict()) for key in sorted(keys_of(agent))]

    def transact_delete_all(self, agent: Agent) -> list[TransactItem]:
        """Return the deletions of all keys of an agent, for a transaction."""
        return [self.table.transact_delete(key._asdict()) for key in sorted(keys_of(agent))]

    def transact_change_all(self, before: Agent, after: Agent) -> list[TransactItem]:
        """Return the writes and deletions of the keys that change, for a transaction."""
        gone, new = keys_of(before) - keys_of(after), keys_of(after) - keys_of(before)
        return [
            *(self.table.transact_delete(key._asdict()) for key in sorted(gone)),
            *(self.table.transact_put(key._asdict()) for key in sorted(new)),
        ]

    def page(self, within: Range, after: str | None, limit: int) -> tuple[list[str], str | None]:
        """Return at most `limit` places after `after`, and where to continue, None at the end."""
        found = self.table.query(
            "facet = :facet AND place BETWEEN :first AND :last",
            facet=within.facet,
            first=(after or within.prefix) + BEFORE,
            last=within.prefix + LAST,
            limit=limit,
            newest_first=False,
        )
        return [item["place"] for item in found.items], found.last_key.get("place")
