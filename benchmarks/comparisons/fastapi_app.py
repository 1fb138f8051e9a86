"""Send and inbox, as a developer would write them on FastAPI with a relational database.

It has what both need: pydantic models, the check of the key, the check that sender and recipient
exist, a limit per minute, one transaction, and an index for the inbox. It lacks the rest of this
project's send: contacts and policies, checks of replies and threads, idempotency keys, problem
documents, a metric, and content flags.

Endpoints and dependencies are `async def`, although the database blocks. This is the fastest way to
serve one request at a time. With `def`, as FastAPI recommends for such a database, each dependency
runs in another thread.
"""

import functools
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

from benchmarks.comparisons.store import Store

PER_MINUTE = 1_000_000_000  # never reached here
AgentId = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$")]


class SendRequest(BaseModel):
    """A message to send."""

    model_config = ConfigDict(extra="forbid")

    to_agent_id: AgentId
    subject: Annotated[str, Field(max_length=500)] | None = None
    body: Annotated[str, Field(min_length=1, max_length=65_536)]
    priority: Annotated[int, Field(ge=0, le=10)] = 0
    thread_id: str | None = None
    reply_to_id: str | None = None
    type: Literal["contact_request", "chat_message"] = "contact_request"


class SendResponse(BaseModel):
    """The answer to a stored message."""

    success: bool = True
    message_id: str
    thread_id: str
    status: str
    created_at: datetime


class Party(BaseModel):
    """An agent, as in a message."""

    id: str
    name: str


class Message(BaseModel):
    """A message in an inbox."""

    message_id: str
    from_agent: Party
    type: str
    status: str
    subject: str | None
    body: str
    priority: int
    thread_id: str
    reply_to_id: str | None
    created_at: datetime
    read_at: datetime | None


class InboxPage(BaseModel):
    """A page of an inbox."""

    agent_id: str
    total_messages: int
    messages: list[Message]
    next_cursor: str | None


def make_app(store: Store, *, is_threaded: bool = False) -> FastAPI:
    """Return the application. `is_threaded` uses `def` for endpoints and dependencies."""
    app = FastAPI()
    bearer = HTTPBearer()

    def as_declared(function: Callable[..., Any]) -> Callable[..., Any]:
        return function if is_threaded else _asynchronous(function)

    @as_declared
    def caller(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> str:
        agent_id = store.agent_of(credentials.credentials)
        if agent_id is None:
            raise HTTPException(401, "unknown key")
        return agent_id

    @app.post("/api/v1/messaging/send")
    @as_declared
    def send(
        body: SendRequest, from_agent_id: AgentId, caller: Annotated[str, Depends(caller)]
    ) -> SendResponse:
        _require_same(from_agent_id, caller)
        now = datetime.now(UTC)
        message_id = f"msg_{time.time_ns():016x}{secrets.token_hex(5)}"
        thread_id = body.thread_id or f"thr_{message_id[4:]}"
        with store.transaction():
            for agent_id in (caller, body.to_agent_id):
                if not store.is_registered(agent_id):
                    raise HTTPException(404, "no such agent")
            if store.count(caller, int(now.timestamp()) // 60) > PER_MINUTE:
                raise HTTPException(429, "too many messages")
            store.add(
                message_id,
                caller,
                body.to_agent_id,
                body.type,
                "pending",
                body.subject,
                body.body,
                body.priority,
                thread_id,
                body.reply_to_id,
                None,
                now.isoformat(),
            )
        return SendResponse(
            message_id=message_id, thread_id=thread_id, status="pending", created_at=now
        )

    @app.get("/api/v1/messaging/inbox")
    @as_declared
    def inbox(
        agent_id: AgentId,
        caller: Annotated[str, Depends(caller)],
        status: Literal["pending", "read"] = "pending",
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        cursor: str = "~",
    ) -> InboxPage:
        _require_same(agent_id, caller)
        rows = store.inbox(caller, status, cursor, limit + 1)
        page = [_message(row) for row in rows[:limit]]
        more = len(rows) > limit
        return InboxPage(
            agent_id=caller,
            total_messages=store.total(caller, status) if more or cursor != "~" else len(page),
            messages=page,
            next_cursor=page[-1].message_id if more else None,
        )

    return app


def _asynchronous(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    async def call(*arguments: Any, **named: Any) -> Any:
        return function(*arguments, **named)

    return call


def _require_same(claimed: str, caller: str) -> None:
    if claimed != caller:
        raise HTTPException(403, "the key belongs to another agent")


def _message(row: Any) -> Message:
    return Message(
        message_id=row[0],
        from_agent=Party(id=row[1], name=row[2]),
        type=row[3],
        status=row[4],
        subject=row[5],
        body=row[6],
        priority=row[7],
        thread_id=row[8],
        reply_to_id=row[9],
        created_at=row[10],
        read_at=row[11],
    )
