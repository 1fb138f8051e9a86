"""The two queries of the messages' table: an inbox and a thread."""

from typing import Any

from agent_messaging.messaging.item import FIRST, just_before
from agent_messaging.messaging.model import MessageStatus, MessageType
from agent_messaging.storage.table import QueryResult, Table

PENDING = "pending_inbox"
THREAD = "thread"


def inbox(
    table: Table,
    recipient_id: str,
    before: str | None,
    limit: int,
    *,
    status: str | None,
    kind: MessageType | None,
    count: bool = False,
) -> QueryResult:
    """Return heads to the agent before `before`, newest first. Examine `limit` heads."""
    is_pending = status == MessageStatus.PENDING
    matching = []
    given: dict[str, Any] = {}
    if kind is not None:
        matching.append("display.#type = :type")
        given["type"] = kind
    if status is not None and not is_pending:
        matching.append("#status = :status")
        given["status"] = status
    return table.query(
        f"{'pending_for' if is_pending else 'recipient_id'} = :owner AND "
        "message_id BETWEEN :first AND :last",
        index=PENDING if is_pending else None,
        matching=" AND ".join(matching),
        limit=limit,
        count=count,
        owner=recipient_id,
        first=FIRST,
        last=just_before(before),
        **given,
    )


def thread(
    table: Table,
    thread_id: str,
    before: str | None,
    limit: int,
    *,
    count: bool = False,
    newest_first: bool = True,
) -> QueryResult:
    """Return keys and sizes of a thread's messages, newest first, without the first message."""
    return table.query(
        "thread_id = :thread AND message_id BETWEEN :first AND :last",
        index=THREAD,
        limit=limit,
        count=count,
        newest_first=newest_first,
        thread=thread_id,
        first=FIRST,
        last=just_before(before),
    )
