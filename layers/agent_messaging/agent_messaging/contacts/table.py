"""The contacts' table: one item per owner and contact, under the owner.

A held contact stores the head of the message that asks. Only held contacts have `purge_at`: an
unanswered request expires when its message would expire. The long part of the message is in the
messages' table from the start, so a held contact adds at most a kilobyte or two to a read. DynamoDB
removes expired items up to days late, so a contact past `purge_at` counts as absent.
"""

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from agent_messaging import clock, ids
from agent_messaging.contacts.model import Contact, ContactState
from agent_messaging.errors import ContactNotFoundError
from agent_messaging.fields import Party
from agent_messaging.messaging.model import Message
from agent_messaging.storage.table import (
    ConditionFailedError,
    Item,
    QueryResult,
    Table,
    TableKey,
    TransactItem,
)
from agent_messaging.storage.transactions import TransactionFailedError, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

IS_VACANT = "(attribute_not_exists(contact_id) OR purge_at <= :epoch)"
IS_THERE = "attribute_exists(contact_id) AND (attribute_not_exists(purge_at) OR purge_at > :epoch)"
IS_NOT_HELD = "(attribute_not_exists(purge_at) OR purge_at <= :epoch)"
IS_THIS_REQUEST = "request_id = :request_id"

# Fields of a message that version 1.0.0 does not know. It refuses a request that has one, so they
# stand beside the request.
ADDED = {"wants_receipts", "body_bytes", "long_flags"}


class ContactsTable:
    """The contacts. A contact request waits for `retention` at most."""

    def __init__(self, client: "DynamoDBClient", name: str, retention: timedelta) -> None:
        self.table = Table(client, name)
        self.retention = retention

    def key(self, owner_id: str, contact_id: str) -> TableKey:
        """Return the key of a contact, for a batch read."""
        return self.table.name, {"owner_id": owner_id, "contact_id": contact_id}

    def fetch(
        self, owner_id: str, contact_id: str, now: datetime, *, consistent: bool = True
    ) -> Contact | None:
        """Return a contact, or None if the agent is a stranger."""
        key = self.key(owner_id, contact_id)[1]
        return parse(self.table.get(key, consistent=consistent), now)

    def query(
        self, owner_id: str, after: str | None, limit: int, state: ContactState | None
    ) -> QueryResult:
        """Return the owner's contacts after the id `after`, sorted by id. Examine `limit` items."""
        given: dict[str, Any] = {} if state is None else {"state": state}
        return self.table.query(
            "owner_id = :owner AND contact_id > :after",
            matching="#state = :state" if given else "",
            limit=limit,
            newest_first=False,
            owner=owner_id,
            # A space sorts before every character that an id can begin with.
            after=after or " ",
            **given,
        )

    def add(self, owner_id: str, contact: Party, now: datetime) -> Contact | None:
        """Allow a stranger, and return None, or the contact that exists instead."""
        new = Contact(**_new(owner_id, contact, now), state=ContactState.ALLOWED)
        try:
            self.table.put(self._item(new), IS_VACANT, epoch=clock.to_epoch(now))
        except ConditionFailedError as error:
            return parse(error.item, now)
        return None

    def transact_hold(self, message: Message, now: datetime) -> TransactItem:
        """Return the write of a contact request as an item of a transaction.

        The transaction fails if the sender is a contact by then.
        """
        return self._transact_put(_request(message, now), now)

    def transact_add(self, owner_id: str, contact: Party, now: datetime) -> TransactItem:
        """Return `add` as an item of a transaction, which fails if the agent is a contact."""
        new = Contact(**_new(owner_id, contact, now), state=ContactState.ALLOWED)
        return self._transact_put(new, now)

    def _transact_put(self, contact: Contact, now: datetime) -> TransactItem:
        return self.table.transact_put(self._item(contact), IS_VACANT, epoch=clock.to_epoch(now))

    def transact_release(self, held: Contact, now: datetime) -> TransactItem:
        """Return the update that allows a contact, under the condition that its request waits."""
        return self.table.transact_update(
            self.key(held.owner_id, held.contact.id)[1],
            "SET #state = :allowed, updated_at = :now "
            "REMOVE #request, request_id, purge_at, request_added",
            IS_THIS_REQUEST,
            allowed=ContactState.ALLOWED,
            now=clock.to_text(now),
            request_id=held.request.message_id if held.request else "",
        )

    def allow(self, owner_id: str, contact: Party, now: datetime) -> Contact:
        """Allow an agent that has no waiting contact request.

        Raises:
            ConditionFailedError: a request waits; see `transact_release`.
        """
        return self._decide(owner_id, contact, ContactState.ALLOWED, now, IS_NOT_HELD)

    def block(self, owner_id: str, contact: Party, now: datetime) -> Contact:
        """Block an agent, and delete its waiting contact request."""
        return self._decide(owner_id, contact, ContactState.BLOCKED, now, "")

    def _decide(
        self, owner_id: str, contact: Party, state: ContactState, now: datetime, condition: str
    ) -> Contact:
        item = self.table.update(
            self.key(owner_id, contact.id)[1],
            "SET #state = :state, contact_name = :name, updated_at = :now, "
            "created_at = if_not_exists(created_at, :now) "
            "REMOVE #request, request_id, purge_at, request_added",
            condition,
            state=state,
            name=contact.name,
            now=clock.to_text(now),
            **({"epoch": clock.to_epoch(now)} if condition else {}),
        )
        return _parse(item)

    def remove(self, owner_id: str, contact_id: str, now: datetime) -> None:
        """Remove a contact, and delete its waiting contact request.

        boto3 repeats a call whose answer was lost. A repeated delete would find nothing, or a newer
        request. So this is a transaction of one item, because DynamoDB recognises a repeated one.

        Raises:
            ContactNotFoundError: the agent is a stranger.
        """
        key = self.key(owner_id, contact_id)[1]
        item = self.table.transact_delete(key, IS_THERE, epoch=clock.to_epoch(now))
        try:
            transact(self.table.client, [item])
        except TransactionFailedError:
            raise not_found(contact_id) from None

    def _item(self, contact: Contact) -> Item:
        item: Item = {
            **contact.model_dump(exclude={"contact", "request"}),
            "contact_id": contact.contact.id,
            "contact_name": contact.contact.name,
        }
        if contact.request is not None:
            added = contact.request.model_dump(include=ADDED, exclude_defaults=True)
            item["request"] = contact.request.model_dump_json(exclude_none=True, exclude=ADDED)
            item["request_added"] = added or None
            item["request_id"] = contact.request.message_id
            item["purge_at"] = clock.to_epoch(contact.created_at + self.retention)
        return item


def parse(item: Item | None, now: datetime) -> Contact | None:
    """Return a contact from its item, or None without an item or for an expired request."""
    if item is None or ("purge_at" in item and item["purge_at"] <= clock.to_epoch(now)):
        return None
    return _parse(item)


def not_found(contact_id: str) -> ContactNotFoundError:
    """Return the error for an agent that is not a contact of the caller."""
    shown = ids.without_key(contact_id)
    return ContactNotFoundError(
        f"You have no contact `{shown}`.",
        fix=f"{ids.told_kind(contact_id)}Use a `contact.id` from GET /api/v1/messaging/contacts, "
        f"or make the agent a contact with PUT /api/v1/messaging/contacts/{shown}.",
    )


def _parse(item: Item) -> Contact:
    parsed = {
        "contact": Party(id=item["contact_id"], name=item["contact_name"]),
        "request": _parse_request(item) if "request" in item else None,
    }
    return Contact.model_validate(item | parsed)


def _parse_request(item: Item) -> Message:
    request = json.loads(item["request"]) | item.get("request_added", {})
    return Message.model_validate(request)


def _request(message: Message, now: datetime) -> Contact:
    """Return the held contact of the stranger that sent the message."""
    new = _new(message.recipient.id, message.sender, now)
    return Contact(**new, state=ContactState.HELD, request=message)


def _new(owner_id: str, contact: Party, now: datetime) -> Item:
    return {"owner_id": owner_id, "contact": contact, "created_at": now, "updated_at": now}
