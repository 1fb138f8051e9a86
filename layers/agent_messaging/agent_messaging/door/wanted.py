"""Say in words what a field takes, with an example that is valid, from its JSON schema.

The words and the example are parts of a `fix`, see `door.fixes`.
"""

import json
import re
from typing import Any, NamedTuple

from agent_messaging import fields

Schema = dict[str, Any]

TEXTS = {"object": {"format": "JSON"}, "boolean": True, "string": "Hello", "number": 100}


class Source(NamedTuple):
    """Where the caller finds an id: the name of the field, and the list or lists that have it."""

    field: str
    path: str
    also: str = ""
    article: str = "the "


AGENTS = Source("agent_id", "/api/v1/agents")
ORDERS = "/api/v1/messaging/work-orders"
WEBHOOKS = "/api/v1/messaging/webhooks"
SOURCES = {
    fields.AGENT_ID_PATTERN: AGENTS,
    fields.MESSAGE_ID_PATTERN: Source(
        "message_id", "/api/v1/messaging/inbox", "/api/v1/messaging/sent"
    ),
    fields.WORK_ORDER_ID_PATTERN: Source(
        "work_order_id", f"{ORDERS}?role=worker", f"{ORDERS}?role=client"
    ),
    fields.THREAD_ID_PATTERN: Source("thread_id", "/api/v1/messaging/inbox"),
    fields.KEY_ID_PATTERN: Source("key_id", "/api/v1/agents/me/keys"),
    fields.POSITION_FORMAT: Source("next_after", "/api/v1/messaging/feed"),
    fields.WEBHOOK_ID_PATTERN: Source("webhook_id", WEBHOOKS),
    fields.DELIVERY_ID_PATTERN: Source("delivery_id", f"{WEBHOOKS}/{{webhook_id}}/deliveries"),
    fields.BID_ID_PATTERN: Source("bid_id", "/api/v1/messaging/work-order/{work_order_id}/bids"),
}
# Lists of what belongs to one object. The path of a request may name it.
_OWNERS = {"{work_order_id}": r"/work-order/(wo_\w+)/", "{webhook_id}": r"/webhooks/(whk_\w+)/"}
# Routes that take only some of the ids: the end or the beginning of their path.
CONTACTS = Source("contact.id", "/api/v1/messaging/contacts")
_BY_END = {
    "/respond": f"{ORDERS}?role=worker&status=pending",
    "/complete": f"{ORDERS}?role=worker&status=accepted",
    "/fail": f"{ORDERS}?role=worker&status=accepted",
    "/cancel": f"{ORDERS}?role=client",
    "/progress": f"{ORDERS}?role=worker&status=accepted",
    "/ask": f"{ORDERS}?role=worker&status=accepted",
    "/answer": f"{ORDERS}?role=client&status=input_required",
    "/award": f"{ORDERS}?role=client&status=pending",
    "/bids": f"{ORDERS}?role=client&status=pending",
    "/claim": f"{ORDERS}?role=candidate",
    "/bid": f"{ORDERS}?role=candidate",
    "/reject": f"{ORDERS}?role=worker&status=pending",
}


def source_of(schema: Schema, route: str = "") -> Source | None:
    """Return where the caller finds the ids that a field of a route takes. None for no id."""
    found = SOURCES.get(schema.get("pattern") or schema.get("format", ""))
    if found is None:
        return None
    if found is AGENTS and "/messaging/contacts/" in route:
        return CONTACTS
    ends = (path for end, path in _BY_END.items() if route.endswith(end))
    if found.field == "work_order_id" and (path := next(ends, None)):
        return found._replace(path=path, also="")
    if found.field == "message_id" and "/messages/" not in route:  # it has to be received
        return found._replace(also="")
    return found._replace(path=_owned(found.path, route))


def _owned(path: str, route: str) -> str:
    """Return a list's path with the id of the object that a request names."""
    for name, pattern in _OWNERS.items():
        if name in path and (owner := re.search(pattern, route)):
            return path.replace(name, owner[1])
    return path


def described(schema: Schema) -> str:
    """Return what a field takes, such as `a whole number from 0 to 10`."""
    kind = schema.get("type")
    if kind == "integer":
        return "a whole number" + _bounds(*bounds(schema))
    if kind == "number":
        return "a number of US dollars with at most two decimals"
    if kind == "boolean":
        return "`true` or `false`"
    if kind == "array":
        return "a list" + _sized(schema.get("minItems"), schema.get("maxItems"), "items")
    if kind == "string":
        return _text(schema)
    return "a JSON object" if kind == "object" else _any_of(schema)


def example(schema: Schema) -> Any:
    """Return a value that the field takes."""
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    kind = (_choices(schema) or [schema])[0].get("type", "string")
    if kind == "integer":
        least, most = bounds(schema)
        return ((least or 0) + (most or 10)) // 2
    if schema.get("pattern") == fields.CAPABILITY_PATTERN:
        return "cost-estimation"
    if kind == "array":
        return [example(schema.get("items", {}))]
    return TEXTS.get(kind, "Hello")


def _choices(schema: Schema) -> list[Schema]:
    """Return the kinds of value of a field that takes several. Null is none of them."""
    return [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]


def _any_of(schema: Schema) -> str:
    *first, last = [*map(described, _choices(schema)), "a value"][: len(_choices(schema)) or 1]
    return f"{', '.join(first)} or {last}" if first else last


def bounds(schema: Schema) -> tuple[Any, Any]:
    """Return the least and the largest value of a number. None for no bound."""
    least, most = schema.get("minimum"), schema.get("maximum")
    return schema.get("ge", least), schema.get("le", most)


def is_private(schema: Schema) -> bool:
    """Return whether an example would be dangerous, because two agents could take the same."""
    return schema.get("pattern") == fields.KEY_HASH_PATTERN


def shown(value: Any, place: str) -> str:
    """Return a value as it is sent at a place: JSON in a body, plain text elsewhere."""
    if place.startswith(("?", "{")):
        return "true" if value is True else "false" if value is False else str(value)
    return json.dumps(value, ensure_ascii=False)


def _bounds(least: Any, most: Any) -> str:
    if least is None or most is None:
        return "" if least is None else f" of at least {least}"
    return f" from {least} to {most}"


def _sized(least: Any, most: Any, unit: str) -> str:
    if most is None:
        return ""
    return f" of {least} to {most} {unit}" if least else f" of at most {most} {unit}"


def _text(schema: Schema) -> str:
    pattern = schema.get("pattern")
    if pattern == fields.URL_PATTERN:
        return "a URL that begins with http:// or https://"
    if pattern in (fields.AGENT_ID_PATTERN, fields.CAPABILITY_PATTERN):
        return "1 to 64 lower-case letters, digits, `.`, `_` and `-`, with a letter or digit first"
    sized = _sized(schema.get("minLength"), schema.get("maxLength"), "characters")
    lines = "one line of text" if pattern == fields.ONE_LINE_PATTERN else "a text"
    return f"{lines}{sized}{' that is not blank' if pattern == fields.NOT_BLANK_PATTERN else ''}"
