"""A transcript: a work order, its history and its messages as one text that can be signed.

    format             agent-messaging-transcript/1
    work_order_id
    order              the order as both parties see it
    history            the chain of entries (`history`)
    contents           for an entry's number, the names of the order's fields that `content_sha256`
                       covers. An entry is missing if the order no longer has what it wrote
    messages           the messages of the order's thread, oldest first
    messages_omitted   whether the thread has more messages than these

The text is canonical JSON, and equal for both parties. What is signed is not the text but hashes of
it, of each entry and of each message. So a verifier can name the first part that was changed, even
if somebody computed all later hashes again (tools/verify_transcript.py).

Reading a transcript changes nothing. It shows an order that expired a moment ago as the table still
has it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from agent_messaging import canonical
from agent_messaging.auth import Caller
from agent_messaging.content import flagging
from agent_messaging.messaging import queries
from agent_messaging.messaging.model import Message
from agent_messaging.messaging.pages import PageRecords, position_of, record_of
from agent_messaging.messaging.sent_chunks import SentRecord
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.work_orders import history, schemas
from agent_messaging.work_orders.model import Question, WorkOrder, written_by_client
from agent_messaging.work_orders.signing import Signer
from agent_messaging.work_orders.states import Action, OfferKind
from agent_messaging.work_orders.table import WorkOrdersTable, not_found
from agent_messaging.work_orders.transcript_schemas import TranscriptResponse

FORMAT = "agent-messaging-transcript/1"

# A function may answer with 6 MB. The order and its history take less than 1 MB of them.
MESSAGES_BYTES = 3 * 1024 * 1024
MESSAGES = 100

_WRITES = {str(action): action.writes for action in Action}

# What a view shows only to its reader, or computes for it.
_PERSONAL = {"relationship", "content_flags", "history"}


@dataclass(frozen=True)
class Transcripts:
    """The tables that a transcript reads, and the key that signs it."""

    orders: WorkOrdersTable
    messages: MessagesTable
    signer: Signer

    def read(self, caller: Caller, work_order_id: str, now: datetime) -> TranscriptResponse:
        """Return the transcript of an order of the caller.

        Raises:
            WorkOrderNotFoundError: there is no such order, or the caller is not a party to it.
        """
        order = self.orders.fetch(work_order_id, now)
        if order is None or not order.has_party(caller.agent_id):
            raise not_found(work_order_id)
        whole = self.orders.read_parts([order])
        if not whole:
            raise not_found(work_order_id)
        messages, is_cut = self._messages(order)
        questions = self.orders.read_questions(whole[0])
        document = compose(whole[0], questions, messages, is_cut=is_cut)
        text = canonical.canonical(document)
        return TranscriptResponse(
            work_order_id=work_order_id,
            transcript=text,
            content_flags=flagging.flags(objects=(text,)),
            signature=self.signer.sign(payload(document)),
        )

    def _messages(self, order: WorkOrder) -> tuple[list[dict[str, Any]], bool]:
        """Return the first messages of the order's thread, and whether there are more.

        An order that no worker has taken yet has no thread.
        """
        if order.thread_id is None or order.message_id is None:
            return [], False
        found = queries.thread(
            self.messages.table, order.thread_id, None, MESSAGES, newest_first=False
        )
        records = [_opening(order, order.message_id), *map(record_of, found.items)]
        records.sort(key=lambda record: record.message_id)
        page = PageRecords(records, position_of(found)).take_page(MESSAGES)
        whole = self.messages.whole(self.messages.heads(page.pairs))
        shown = list(map(shown_message, whole))
        kept = list(_fitting(shown))
        return kept, page.resume is not None or len(kept) < len(shown)


def _opening(order: WorkOrder, message_id: str) -> SentRecord:
    """Return the record of the message that begins the order's thread.

    The client wrote it, as the offer or as the award, except the notification of a claim.
    """
    if order.kind is OfferKind.NAMED:
        return SentRecord(message_id, order.taken_by.id, order.offer_bytes or 0)
    to = order.client if order.kind is OfferKind.POOL else order.taken_by
    return SentRecord(message_id, to.id)


def compose(
    order: WorkOrder,
    questions: Sequence[Question],
    messages: Iterable[Mapping[str, Any]],
    *,
    is_cut: bool,
) -> dict[str, Any]:
    """Return the transcript as a JSON object."""
    view = schemas.whole_view(order, order.client.id, questions)
    shown = view.model_dump(mode="json", by_alias=True)
    entries = shown["history"]
    fields = {name: value for name, value in shown.items() if name not in _PERSONAL}
    return {
        "format": FORMAT,
        "work_order_id": order.work_order_id,
        "order": fields,
        "history": entries,
        "contents": _contents(order, fields, entries),
        "messages": list(messages),
        "messages_omitted": is_cut,
    }


def payload(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is signed of a transcript: its hash, and those of its parts."""
    return {
        "work_order_id": document["work_order_id"],
        "transcript_sha256": canonical.sha256(document),
        "entries": list(map(canonical.sha256, document["history"])),
        "messages": list(map(canonical.sha256, document["messages"])),
    }


def shown_message(message: Message) -> dict[str, Any]:
    """Return a message as both parties see it. Nothing of this changes later."""
    written = message.model_dump(
        mode="json",
        include={
            *("message_id", "type", "thread_id", "reply_to_id", "work_order_id", "created_at"),
            *("subject", "body", "priority", "untrusted"),
        },
    )
    return {
        **written,
        "from_agent": message.sender.model_dump(),
        "to_agent": message.recipient.model_dump(),
        "verified": message.is_verified,
        "metadata": None if message.metadata is None else json.loads(message.metadata),
    }


def _contents(
    order: WorkOrder, fields: Mapping[str, Any], entries: Iterable[Mapping[str, Any]]
) -> dict[str, list[str]]:
    """Return for each entry the names of the fields whose hash it has.

    They are fields of the order. Those of the third `ask` or `answer` are of its third question.
    """
    found = {}
    questions = {action: iter(fields["questions"]) for action in (Action.ASK, Action.ANSWER)}
    for entry in entries:
        action = entry["action"]
        names = written_by_client(order) if action == history.CREATE else _WRITES[action]
        written = next(questions[action]) if action in questions else fields
        content = {name: written[name] for name in names}
        if canonical.sha256(content) == entry["content_sha256"]:
            found[str(entry["n"])] = sorted(names)
    return found


def _fitting(messages: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Return the first messages that fit, as text within a text."""
    sizes = accumulate(len(json.dumps(canonical.canonical(each)).encode()) for each in messages)
    return (each for each, size in zip(messages, sizes, strict=True) if size <= MESSAGES_BYTES)
