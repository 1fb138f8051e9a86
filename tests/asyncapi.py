"""Check what the server sends against /asyncapi.json.

The published document lets a server add fields and values. Our own frames and events are held
against a closed form of it: only declared fields, and only known values.
"""

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.known_values import closed

FILE = Path(__file__).parents[1] / "layers/agent_messaging/agent_messaging/docs/asyncapi.json"
# They are combined with a schema that has more properties.
OPEN = ("Event", "EventFrame", "WebhookHeaders")


def checked(sent: str | Mapping[str, Any]) -> dict[str, Any]:
    """Return a frame, an event of the feed or a webhook's body, after checking it.

    `sent` is the JSON text or the object that it contains. Raises jsonschema.ValidationError.
    """
    found: dict[str, Any] = json.loads(sent) if isinstance(sent, str) else dict(sent)
    _validator(name_of(found)).validate(found)
    return found


def name_of(found: Mapping[str, Any]) -> str:
    """The message of the document that describes a frame or an event."""
    kind = found.get("frame")
    if kind is None and "action" in found:
        return str(found["action"])
    if kind is None and "connectionId" in found:
        return "gateway"
    if kind is None:
        return f"webhook.{found['type']}"
    if kind == "event":
        return f"event.{found['type']}"
    return "typing.received" if kind == "typing" else str(kind)


@functools.cache
def _validator(name: str) -> Draft202012Validator:
    components = closed(json.loads(FILE.read_text("utf-8")))["components"]
    for schema_name, schema in components["schemas"].items():
        if "properties" in schema and schema_name not in OPEN:
            schema["additionalProperties"] = False
    payload = components["messages"][name]["payload"]
    return Draft202012Validator(
        {"allOf": [payload], "unevaluatedProperties": False, "components": components},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
