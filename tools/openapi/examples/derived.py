"""An example that is made from the models of a route, where the story needs no words of its own.

A field has the first of its own `examples`, its default, or what it has in the story of Nova and
Boots. A request holds what is needed, and the fields with `examples`.
"""

from typing import Any

from pydantic import BaseModel

from agent_messaging.door.route import Route, type_hints
from agent_messaging.work_orders.states import OPEN, TRANSITIONS
from tools.openapi import example_data
from tools.openapi.example_data import JsonObject
from tools.openapi.examples.example import Example

STORY: JsonObject = {
    "agent_id": example_data.BOOTS["id"],
    "contact_id": example_data.SCOUT["id"],
    "work_order_id": example_data.ORDER_ID,
    "message_id": example_data.MESSAGE_ID,
    "thread_id": example_data.THREAD_ID,
    "reason": "The supplier does not answer",
}


class NoExampleError(Exception):
    """A field has no `examples`, and the story has nothing for it."""


def example(route: Route) -> Example:
    """Return the example of a route.

    Raises:
        NoExampleError: a field says nothing of itself.
    """
    answer = type_hints(route.endpoint)["return"]
    return Example(
        answer=None if answer is type(None) else _answer(answer),
        request=None if route.body is None else _request(route.body),
    )


def _request(model: type[BaseModel]) -> JsonObject:
    return {
        name: _value(model, name)
        for name, field in model.model_fields.items()
        if field.is_required() or field.examples or name in STORY
    }


def _answer(model: type[BaseModel]) -> JsonObject:
    return {name: _value(model, name) for name in model.model_fields}


def _value(model: type[BaseModel], name: str) -> Any:
    field = model.model_fields[name]
    if field.examples:
        return field.examples[0]
    if name in STORY:
        return STORY[name]
    if name.endswith("_at"):
        return example_data.MOVED_AT
    if name == "status":
        return _reached(model)
    if name == "is_final":
        return _reached(model) not in OPEN
    if field.is_required():
        raise NoExampleError(f"{model.__name__}.{name}")
    return field.get_default()


def _reached(model: type[BaseModel]) -> str:
    """Return the state that an order has reached in the answer to a transition."""
    for step in TRANSITIONS:
        if step.time in model.model_fields:
            return step.target
    raise NoExampleError(f"{model.__name__}.status")
