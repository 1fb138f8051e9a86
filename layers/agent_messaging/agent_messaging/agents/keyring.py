"""Change the keys of one agent: a map in its own item, and an item for each in the keys' table.

Both are changed in one transaction. Its conditions name the keys that existed at the time of the
decision. So if the last two keys are revoked at the same time, one stays. And no key's item remains
when all keys are deleted.

A key that calls with `revoke_others` becomes outgoing. It ends ten minutes later, so that a client
whose answer was lost can call again. An outgoing key cannot change other keys. It can only repeat
the call, until somebody uses the key that it created. If the client sent the hash of the new key,
the calling key ends at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

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

# How often a change is tried while others change the keys.
ATTEMPTS = 4


class Change(NamedTuple):
    """The items to write, and the key for the answer.

    The first item changes the agent. If `is_new`, the second item puts the key's item.
    """

    key: Key
    items: Sequence[TransactItem] = ()
    is_new: bool = False


@dataclass(frozen=True)
class Keyring:
    """The two tables that contain a key."""

    client: "DynamoDBClient"
    agents: Table
    keys: "AgentKeysTable"

    def add(self, requester: Requester, key: Key, now: datetime) -> Key:
        """Add a key, and delete expired ones. A key with a known hash is returned unchanged.

        Raises:
            KeyOutgoingError: the calling key is outgoing.
            KeyTakenError: another key has its hash.
            TooManyKeysError: the agent has the maximum number of live keys.
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
        """Start a new epoch with this key, and revoke every other key in the same write."""

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
        """Replace every key with this one. The calling key ends `at_once` or ten minutes later.

        Raises:
            KeyOutgoingError: the calling key is outgoing, and its replacement was used.
            KeyTakenError: another key has its hash.
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
        """Revoke one key.

        Raises:
            KeyNotFoundError: the agent has no such key.
            KeyOutgoingError: the calling key is outgoing, and `key_id` is another key.
            LastKeyError: no other live key remains that is not outgoing.
        """

        def change(agent: Agent) -> Change:
            key = agent.keys.get(key_id)
            if key is None:
                raise KeyNotFoundError(f"You have no key `{key_id}`.")
            if key_id != requester.key_id:
                requester.refuse_outgoing(agent)
            others = [each for each in agent.live_keys(now) if each.key_id != key_id]
            if key.is_live(now) and all(each.is_outgoing for each in others):
                raise LastKeyError(f"`{key_id}` is your last live key. Outgoing keys do not count.")
            item = self._update(agent, requester, f"REMOVE #keys.#{key_id}")
            return Change(key, [item, self.keys.transact_delete(key)])

        self._change(requester, change)

    def _replacing(
        self, agent: Agent, requester: Requester, stays: Key, last: Key | None, *, is_new: bool
    ) -> Change:
        """Return the change to the key `stays`, and `last` for its remaining minutes."""
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
        # A key that an outgoing key deletes must not be used between the read and this write.
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
        """Read, decide and write, and retry if the agent changed. Return the key for the answer."""
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
                # Another agent has the key, unless the next read shows that this was a retry.
                is_taken = decided.is_new and list(error.failed[:2]) == [False, True]
            else:
                return decided.key
        raise ContentionError("The agent's keys kept changing.")

    def _update(
        self, agent: Agent, requester: Requester, expression: str, **values: Any
    ) -> TransactItem:
        """Return a change of the agent's item that fails if its keys changed since the read."""
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
    """Return the condition that the agent has exactly the keys that were read."""
    clauses = ["size(#keys) = :count", *(holds_key(key_id) for key_id in agent.keys)]
    return " AND ".join(clauses), {"count": len(agent.keys)}


def _brought_before(agent: Agent, key: Key, now: datetime) -> Key | None:
    """Return the agent's own key with the same hash, None if there is none.

    Raises:
        KeyTakenError: this key is outgoing or has expired.
    """
    there = next((each for each in agent.keys.values() if each.key_hash == key.key_hash), None)
    if there is not None and (there.is_outgoing or not there.is_live(now)):
        raise KeyTakenError("Your key with this key_hash is outgoing or has expired.")
    return there


def has_this_penalty(agent: Agent) -> Condition:
    """Return the condition that the penalty is unchanged. A new key must not escape a new one."""
    if agent.penalty is None:
        return "attribute_not_exists(penalty)", {}
    return "penalty.#until = :until", {"until": clock.to_text(agent.penalty.until)}


def _item(key: Key) -> Item:
    return key.model_dump(mode="json", exclude_none=True)
