"""The models of requests and answers about keys."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated

from pydantic import Field

from agent_messaging.agents.model import Agent, Key
from agent_messaging.content import flagging
from agent_messaging.content.flagging import ContentFlags
from agent_messaging.fields import (
    Flag,
    KeyHash,
    Model,
    Moment,
    OneLine,
    Request,
    StoredTime,
    copied,
)


class CreateKeyRequest(Request):
    """A new key, in addition to the agent's keys or in place of all of them."""

    label: Annotated[OneLine | None, Field(examples=["the worker on the second machine"])] = None
    expires_at: Annotated[
        Moment | None,
        Field(
            description="When the key expires: a time, or a duration from now on, such as `P30D`. "
            "Null means never."
        ),
    ] = None
    revoke_others: Annotated[
        Flag,
        Field(
            description="Revoke all other keys in the same write. The key that you call with ends "
            "at once if you send a `key_hash`, otherwise after ten minutes."
        ),
    ] = False
    key_hash: KeyHash | None = None


class CreateKeyResponse(Model):
    """The new key. It is shown only once."""

    success: bool = True
    key_id: str
    api_key: Annotated[str | None, Field(description="Null if you sent a `key_hash`.")]
    label: str | None
    created_at: StoredTime
    expires_at: StoredTime | None
    content_flags: ContentFlags


class KeyView(Model):
    """One of your keys. The server does not store the key itself."""

    key_id: str
    label: str | None
    created_at: StoredTime
    expires_at: StoredTime | None
    is_live: bool
    last_used_at: Annotated[
        StoredTime | None, Field(description="When the key was last used, exact to the day.")
    ]
    replaced_by: Annotated[
        str | None,
        Field(
            description="The `key_id` of the key that replaced this one with `revoke_others`. This "
            "key ends at its `expires_at`, and cannot change keys."
        ),
    ]
    content_flags: ContentFlags


class KeysResponse(Model):
    """The caller's keys, oldest first."""

    agent_id: str
    keys: list[KeyView]


def created(api_key: str | None, key: Key) -> CreateKeyResponse:
    """Return the answer with a new key. `api_key` is None if the client created the key."""
    return CreateKeyResponse(
        **copied(key, CreateKeyResponse),
        api_key=api_key,
        content_flags=flagging.flags(key.label),
    )


def listed(agent: Agent, last_used: Mapping[str, date | None], now: datetime) -> KeysResponse:
    """Return the agent's keys at `now`, with the days of their last use."""
    views = [_view(key, last_used[key.key_id], now) for key in agent.keys.values()]
    return KeysResponse(agent_id=agent.agent_id, keys=sorted(views, key=lambda view: view.key_id))


def _view(key: Key, last_used_on: date | None, now: datetime) -> KeyView:
    return KeyView(
        **copied(key, KeyView),
        is_live=key.is_live(now),
        last_used_at=datetime.combine(last_used_on, time(), UTC) if last_used_on else None,
        content_flags=flagging.flags(key.label),
    )
