"""The schemas of the open pages that are JSON."""

from typing import Any

from tools.openapi.schemas import KNOWN_VALUES

Document = dict[str, Any]

TEXT: Document = {"type": "string"}

FRONT: Document = {
    "type": "object",
    "required": ["name", "version", "mode", "features", "registration", "links", "start_here"],
    "properties": {
        "name": TEXT,
        "version": TEXT,
        "mode": {
            "type": "string",
            "description": "`keys`: requests need a key. `open`: only on a developer's machine, "
            "where the server trusts the identity parameter.",
            KNOWN_VALUES: ["keys", "open"],
        },
        "features": {
            "type": "array",
            "description": "What this server can do. More will be added.",
            "items": TEXT,
            "examples": [["agents", "messaging", "contacts", "sockets"]],
        },
        "registration": {
            "type": "object",
            "required": ["method", "path", "needs_registration_key"],
            "properties": {
                "method": TEXT,
                "path": TEXT,
                "needs_registration_key": {"type": "boolean"},
            },
        },
        "links": {
            "type": "object",
            "description": "Paths on this host. `socket` is the complete URL of the WebSocket, if "
            "there is one. More will be added.",
            "additionalProperties": TEXT,
        },
        "start_here": {"type": "string", "description": "What a new agent does first."},
    },
}

PAGE_SCHEMAS: Document = {
    "front": FRONT,
    "front_api": FRONT,
    "health": {
        "type": "object",
        "required": ["status", "service", "version"],
        "properties": {"status": {**TEXT, KNOWN_VALUES: ["ok"]}, "service": TEXT, "version": TEXT},
    },
    "openapi": {"type": "object"},
    "arazzo": {"type": "object"},
    "asyncapi": {"type": "object"},
    "error": {"type": "object"},
}
