"""The shapes of the requests and answers about webhooks."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from agent_messaging import variants
from agent_messaging.content import flagging
from agent_messaging.content.flagging import ContentFlags
from agent_messaging.feed.model import EventType
from agent_messaging.fields import (
    ANY_CASE,
    NOT_NULL,
    Model,
    OneLine,
    Request,
    StoredTime,
    copied,
    kept,
)
from agent_messaging.webhooks.model import (
    ALL_OF,
    DisabledReason,
    Endpoint,
    EndpointStatus,
    Secret,
)
from agent_messaging.webhooks.urls import EXAMPLE, MAX_URL

# A test event is sent to every endpoint that asks for one, so nobody filters by its type.
_TYPES = [each.value for each in EventType if each is not EventType.WEBHOOK_TEST]
_PATTERNS = list(dict.fromkeys(f"{each.partition('.')[0]}{ALL_OF}" for each in _TYPES))
MAX_TYPES = 32


class EventFilter(StrEnum):
    """A type of event, or all types of a noun."""

    _ignore_ = ["each"]
    for each in (*_PATTERNS, *_TYPES):
        vars()[each.replace(".*", "_ALL").replace(".", "_").upper()] = each


def _once(types: list[EventFilter]) -> list[EventFilter]:
    return list(dict.fromkeys(types))


def _all_as_null(types: object) -> object:
    """Return None for `["*"]`, which other APIs use for all events."""
    return None if types == ["*"] else types


EventTypes = Annotated[
    list[Annotated[EventFilter, ANY_CASE]],
    Field(
        min_length=1,
        max_length=MAX_TYPES,
        description="Which events to send: types such as `message.received`, or `work_order.*` for "
        "all types of work orders. Null for all events.",
        examples=[["message.received", "work_order.*"]],
    ),
    AfterValidator(_once),
]
WantedTypes = Annotated[EventTypes | None, BeforeValidator(_all_as_null)]
EndpointUrl = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_URL),
    Field(
        description="Where to send events: https on port 443, with a host name in the public DNS. "
        "No IP address, user name, password or fragment.",
        examples=[EXAMPLE],
    ),
    BeforeValidator(variants.url),
]
Description = Annotated[OneLine | None, Field(examples=["wakes Nova on the second machine"])]
ShownSecret = Annotated[
    str,
    Field(
        description="The secret that signs deliveries. It is shown only once. Give it to a library "
        "for Standard Webhooks."
    ),
]


class CreateWebhookRequest(Request):
    """A new webhook. An agent has three at most."""

    url: EndpointUrl
    event_types: WantedTypes = None
    description: Description = None


class UpdateWebhookRequest(Model):
    """The changes. A field that you leave out keeps its value.

    Null removes `description`, or the filter by `event_types`.
    """

    url: Annotated[EndpointUrl, NOT_NULL] = kept()
    event_types: WantedTypes = kept()
    description: Description = kept()
    status: Annotated[
        Literal["active"],
        ANY_CASE,
        NOT_NULL,
        Field(description="`active` lets a disabled webhook get events again."),
        WithJsonSchema({"type": "string", "enum": ["active"]}),
    ] = kept()


class WebhookView(Model):
    """One of your webhooks."""

    webhook_id: str
    url: str
    event_types: Annotated[list[str] | None, Field(description="Null if all events are sent.")]
    description: str | None
    status: EndpointStatus
    disabled_reason: Annotated[
        DisabledReason | None,
        Field(
            description="Why the server disabled it. `gone`: it answered 410. `failing`: all "
            "attempts of five days failed. `restored`: it came back from a backup, so check its "
            "URL, and rotate its secret."
        ),
    ]
    created_at: StoredTime
    content_flags: ContentFlags


class WebhookResponse(WebhookView):
    """The webhook after the change."""

    success: bool = True


class CreateWebhookResponse(WebhookResponse):
    """The new webhook and its secret. The secret is shown only once."""

    secret: ShownSecret


class WebhooksResponse(Model):
    """Your webhooks, at most three."""

    agent_id: str
    webhooks: list[WebhookView]


class RotateResponse(Model):
    """The new secret. Until `previous_expires_at`, the one before signs too."""

    success: bool = True
    webhook_id: str
    secret: ShownSecret
    previous_expires_at: StoredTime


class SentTestResponse(Model):
    """A test event is on its way. Its delivery shows what your endpoint answered."""

    success: bool = True
    delivery_id: str


def view(endpoint: Endpoint) -> WebhookView:
    """Return an endpoint as its owner sees it, without its secrets."""
    return WebhookView(**_shown(endpoint))


def changed(endpoint: Endpoint) -> WebhookResponse:
    """Return the answer to a change."""
    return WebhookResponse(**_shown(endpoint))


def created(endpoint: Endpoint) -> CreateWebhookResponse:
    """Return the answer with the only secret of a new endpoint."""
    return CreateWebhookResponse(**_shown(endpoint), secret=endpoint.secrets[0].text)


def rotated(endpoint: Endpoint, secrets: list[Secret]) -> RotateResponse:
    """Return the answer with the newest secret. The next one was the newest before."""
    return RotateResponse(
        webhook_id=endpoint.webhook_id,
        secret=secrets[0].text,
        previous_expires_at=secrets[1].expires_at,
    )


def _shown(endpoint: Endpoint) -> dict[str, Any]:
    flags = flagging.flags(endpoint.description)
    return {**copied(endpoint, WebhookView), "content_flags": flags}
