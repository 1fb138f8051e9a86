"""The keys of one agent: a map in its own item, and an item for each in the keys' table.

The two are changed in one transaction, and under conditions that say which keys were there when
it was decided: of two keys that are revoked at once one stays, and no key's item is left behind
when all are taken away.

A key that calls with `revoke_others` becomes outgoing: it ends ten minutes later, so that a client
whose answer was lost can call again. An outgoing key changes no other keys, but for one thing: it
may repeat the call as long as nobody has used the key that it created. Where the client brought the
hash of the new key, the calling key ends at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent_messaging import clock
from agent_messaging.agents.access import holds_key
from agent_messaging.agents.key_table import NEVER_USED
from agent_messaging.agents.model import MAX_LIVE_KEYS, Agent, Key
from agent_messaging.agents.requester import Condition, Requester
from agent_messaging.errors import (
    ContentionError,
    KeyNotFoundError,
    KeyOutgoingError,
    KeyTakenError,
    LastKeyError,
    TooManyKeysError,
)
from agent_messaging.storage.table import Item, Table, TransactItem
from agent_messaging.storage.transactions import TransactionFailedError, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from agent_messaging.agents.key_table import AgentKeysTable

# How often the keys may change between reading and writing before the caller is sent away.
ATTEMPTS = 4


@dataclass(frozen=True)
class Change:
    """What is to be written, and the key that the answer is about.

    The first item changes the agent. `is_new` says that the second one puts the key's item.
    """

    key: Key
    items: Sequence[TransactItem] = ()
    is_new: bool = False


@dataclass(frozen=True)
class Keyring:
    """The two tables that a key stands in."""

    client: "DynamoDBClient"
    agents: Table
    keys: "AgentKeysTable"

    def add(self, requester: Requester, key: Key, now: datetime) -> Key:
        """Add one more key; expired ones go. One that was brought before is answered again.

        Raises:
            KeyOutgoingError: the calling key is outgoing.
            KeyTakenError: its hash is that of another key.
            TooManyKeysError: the agent has as many live keys as one may have.
        """

        def change(agent: Agent) -> Change:
            requester.refuse_outgoing(agent)
            if there := _brought_before(agent, key, now):
                return Change(there)
            live = agent.live_keys(now)
            if len(live) >= MAX_LIVE_KEYS:
                raise TooManyKeysError(f"The agent has the maximum of {MAX_LIVE_KEYS} live keys.")
            expired = [each for each in agent.keys.values() if each not in live]
            gone = "".join(f", #keys.#{each.key_id}" for each in expired).removeprefix(", ")
            expression = f"SET #keys.#{key.key_id} = :new" + (f" REMOVE {gone}" if gone else "")
            item = self._update(agent, requester, expression, new=_item(key))
            deleted = [self.keys.transact_delete(each) for each in expired]
            return Change(key, [item, self.keys.transact_put(agent, key), *deleted], is_new=True)

        return self._change(requester, change)

    def replace(self, requester: Requester, key: Key) -> Key:
        """Begin a new epoch with this one key: every other key is revoked with the same write."""

        def change(agent: Agent) -> Change:
            renewed = agent.model_copy(update={"epoch": agent.epoch + 1})
            only = {key.key_id: _item(key)}
            item = self._update(
                agent, requester, "SET #keys = :only, epoch = :next", only=only, next=renewed.epoch
            )
            deleted = [self.keys.transact_delete(each) for each in agent.keys.values()]
            return Change(key, [item, self.keys.transact_put(renewed, key), *deleted], is_new=True)

        return self._change(requester, change)

    def revoke_others(self, requester: Requester, key: Key, now: datetime, *, at_once: bool) -> Key:
        """Replace every key by this one; the calling key ends `at_once`, or ten minutes later.

        Raises:
            KeyOutgoingError: the calling key is outgoing, and its replacement was used.
            KeyTakenError: the hash of the new one is that of another key.
        """

        def change(agent: Agent) -> Change:
            own = requester.own_key(agent)
            if own is not None and own.is_outgoing:
                self._refuse_if_replacement_was_used(agent, own)
            there = _brought_before(agent, key, now)
            stays = there or key
            last = None if at_once or own is None else own.replaced(stays.key_id, now)
            return self._replacing(agent, requester, stays, last, is_new=there is None)

        return self._change(requester, change)

    def revoke(self, requester: Requester, key_id: str, now: datetime) -> None:
        """End one key.

        Raises:
            KeyNotFoundError: the agent has no such key.
            KeyOutgoingError: the calling key is outgoing, and this is another.
            LastKeyError: no other live key stays.
        """

        def change(agent: Agent) -> Change:
            key = agent.keys.get(key_id)
            if key is None:
                raise KeyNotFoundError(f"You have no key `{key_id}`.")
            if key_id != requester.key_id:
                requester.refuse_outgoing(agent)
            others = [each for each in agent.live_keys(now) if each.key_id != key_id]
            if key.is_live(now) and all(each.is_outgoing for each in others):
                raise LastKeyError(f"`{key_id}` is the agent's last live key.")
            item = self._update(agent, requester, f"REMOVE #keys.#{key_id}")
            return Change(key, [item, self.keys.transact_delete(key)])

        self._change(requester, change)

    def _replacing(
        self, agent: Agent, requester: Requester, stays: Key, last: Key | None, *, is_new: bool
    ) -> Change:
        """The change to `stays`, beside which only `last` lives for a while."""
        ring = {each.key_id: each for each in (stays, last) if each is not None}
        gone = [each for each in agent.keys.values() if each.key_id not in ring]
        own = requester.own_key(agent)
        if not is_new and not gone and last is None:
            return Change(stays)
        only = {key_id: _item(each) for key_id, each in ring.items()}
        items = [self._update(agent, requester, "SET #keys = :only", only=only)]
        if is_new:
            items.append(self.keys.transact_put(agent, stays))
        if own and last and last.expires_at and last.expires_at != own.expires_at:
            items.append(self.keys.transact_expire(own, last.expires_at))
        # What an outgoing key takes away must not be used between the read and this write.
        unused = NEVER_USED if own is not None and own.is_outgoing else ""
        items += [self.keys.transact_delete(each, "" if each is own else unused) for each in gone]
        return Change(stays, items, is_new)

    def _refuse_if_replacement_was_used(self, agent: Agent, own: Key) -> None:
        others = [each for each in agent.keys.values() if each.key_id != own.key_id]
        used = self.keys.last_used(others, consistent=True)
        if own.replaced_by not in used or any(used.values()):
            raise KeyOutgoingError(
                f"`{own.replaced_by}` has replaced this key and is in use.",
                fix="Use the key that replaced this one. If you do not have it, ask the operator "
                "for a new key.",
            )

    def _change(self, requester: Requester, change: Callable[[Agent], Change]) -> Key:
        """Read, decide and write, again when the agent changed in between; the key that stands."""
        is_taken = False
        for _ in range(ATTEMPTS):
            decided = change(requester.read())
            if not decided.items:
                return decided.key
            if decided.is_new and is_taken:
                raise KeyTakenError("Another key has this key_hash.")
            try:
                transact(self.client, decided.items)
            except TransactionFailedError as error:
                # By another agent, unless the next read finds that it was the same request.
                is_taken = decided.is_new and list(error.failed[:2]) == [False, True]
            else:
                return decided.key
        raise ContentionError("The agent's keys kept changing.")

    def _update(
        self, agent: Agent, requester: Requester, expression: str, **values: Any
    ) -> TransactItem:
        """A change of the agent's item that holds only while its keys are those that were read."""
        condition, given = requester.allowed
        same_keys, count = has_these_keys(agent)
        same_penalty, until = has_this_penalty(agent)
        return self.agents.transact_update(
            {"agent_id": agent.agent_id},
            expression,
            f"{condition} AND {same_keys} AND {same_penalty}",
            **given,
            **count,
            **until,
            **values,
        )


def has_these_keys(agent: Agent) -> Condition:
    """The condition that the agent has exactly the keys that were read."""
    clauses = ["size(#keys) = :count", *(holds_key(key_id) for key_id in agent.keys)]
    return " AND ".join(clauses), {"count": len(agent.keys)}


def _brought_before(agent: Agent, key: Key, now: datetime) -> Key | None:
    """The agent's own key of the same hash.

    Raises:
        KeyTakenError: it has one that has ended, or is about to.
    """
    there = next((each for each in agent.keys.values() if each.key_hash == key.key_hash), None)
    if there is not None and (there.is_outgoing or not there.is_live(now)):
        raise KeyTakenError("Your key with this key_hash is outgoing or has expired.")
    return there


def has_this_penalty(agent: Agent) -> Condition:
    """The condition that no penalty came since the agent was read: a new key would escape it."""
    if agent.penalty is None:
        return "attribute_not_exists(penalty)", {}
    return "penalty.#until = :until", {"until": clock.to_text(agent.penalty.until)}


def _item(key: Key) -> Item:
    return key.model_dump(mode="json", exclude_none=True)
