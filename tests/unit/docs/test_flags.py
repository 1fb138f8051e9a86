"""Whatever shows an agent's own words says with flags what is not seen in them."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from agent_messaging.content.flags import ContentFlag
from agent_messaging.door.route import type_hints
from agent_messaging.work_orders.transcript_schemas import PublicKey
from local.template import load
from tools.openapi import render as command

# Texts that are the system's, or hold nothing but ASCII of a pattern.
SYSTEMS = {
    "acknowledged_position",
    "agent_id",
    "api_key",
    "bid_id",
    "capabilities",
    "capability",
    "code",
    "contact_id",
    "event_id",
    "feed_position",
    "delivery_id",
    "error",
    "event_type",
    "event_types",
    "id",
    "key_id",
    "message_id",
    "next_after",
    "next_cursor",
    "not_found",
    "offer",
    "position",
    "previous",
    "question_id",
    "reply_to_id",
    "socket_url",
    "thread_id",
    "ticket",
    "secret",
    "url",
    "webhook_id",
    "work_order_id",
}
# Routes that answer with words of the caller's own, from the very request that they answer.
ECHOES = {
    ("RegisterResponse", "name"),
    ("RejectedResponse", "reason"),
    ("CancelledResponse", "reason"),
    ("FailedResponse", "reason"),
}
# The flags of an event stand in its data, because types of events differ in whose words they have.
FLAGGED_WITHIN = {("EventView", "data")}
# The stack's own keys.
OF_THE_STACK = {("PublicKey", name) for name in PublicKey.model_fields}
EXEMPT = ECHOES | FLAGGED_WITHIN | OF_THE_STACK


def parts(hint: Any) -> Iterator[Any]:
    """The types that a hint is made of."""
    if isinstance(hint, type) and get_origin(hint) is None:
        yield hint
    for part in get_args(hint):
        yield from parts(part)
    if get_origin(hint) is not None and isinstance(get_origin(hint), type):
        yield get_origin(hint)


ANSWERS = {
    route.key: answer
    for group in command.groups(load())
    for route in group.routes
    for answer in parts(type_hints(route.endpoint)["return"])
    if issubclass(answer, BaseModel)
}


def unflagged(model: type[BaseModel], *, is_flagged: bool = False) -> set[tuple[str, str]]:
    """The free texts in a model, and in the models in it, that no flags stand beside."""
    found = set()
    is_flagged = is_flagged or holds_flags(model)
    for name, field in model.model_fields.items():
        kinds = set(parts(field.annotation))
        for kind in kinds:
            if issubclass(kind, BaseModel):
                found |= unflagged(kind, is_flagged=is_flagged)
        if kinds & {str, dict} and name not in SYSTEMS and not is_flagged:
            found.add((model.__name__, name))
    return found


def holds_flags(model: type[BaseModel]) -> bool:
    field = model.model_fields.get("content_flags")
    return field is not None and ContentFlag in set(parts(field.annotation))


@pytest.mark.parametrize("key", ANSWERS)
def test_an_answer_with_an_agents_words_has_flags(key: str):
    assert unflagged(ANSWERS[key]) <= EXEMPT


def test_every_exemption_is_one_of_an_answer():
    assert set().union(*(unflagged(answer) for answer in ANSWERS.values())) == EXEMPT


def test_a_model_without_flags_is_found():
    class Card(BaseModel):
        agent_id: str
        name: str | None

    class Page(BaseModel):
        cards: list[Card] | None

    class Flagged(Page):
        content_flags: list[ContentFlag]

    assert unflagged(Page) == {("Card", "name")}
    assert unflagged(Flagged) == set()
