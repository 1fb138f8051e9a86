"""Build the AsyncAPI 3.0 document: the frames of a WebSocket, the events, and the webhooks.

The event types come from `feed.model`, and the shapes from the models in this package. `make docs`
writes the document into the layer, and GET /asyncapi.json returns it.
https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

import json
from typing import Any

from agent_messaging.feed.model import EventType
from agent_messaging.fields import Model
from tools.asyncapi import examples, frames, texts
from tools.asyncapi.event_data import DATA, SUMMARIES
from tools.openapi.schemas import Mode, of_types

Document = dict[str, Any]

SOCKET, WEBHOOK = "socket", "webhook"
EVENT = "Event"
PROBLEM, GATEWAY = "problem", "gateway"


def document(title: str, version: str) -> Document:
    """Return the AsyncAPI document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": title,
            "version": version,
            "description": texts.API,
            "license": {"name": "MIT"},
            "externalDocs": {"description": texts.REST, "url": "/openapi.json"},
        },
        "defaultContentType": "application/json",
        "servers": {SOCKET: texts.SERVER},
        "channels": {SOCKET: _socket(), WEBHOOK: _webhook()},
        "operations": _operations(),
        "components": {
            "schemas": _schemas(),
            "messages": {**_frames(), GATEWAY: _gateway(), **_events()},
            "securitySchemes": texts.SECURITY,
        },
    }


def text(made: Document) -> str:
    """Return the document as the text of its file. The same models give the same bytes."""
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _socket() -> Document:
    sent = [frames.name_of(each) for each in frames.SENT]
    return {
        "address": "/live",
        "title": "A WebSocket",
        "description": texts.SOCKET,
        "servers": [{"$ref": f"#/servers/{SOCKET}"}],
        "messages": _named([*map(frames.name_of, frames.RECEIVED), *sent, GATEWAY, *_in_frames()]),
        "bindings": {"ws": {"query": texts.QUERY, "bindingVersion": "0.1.0"}},
    }


def _webhook() -> Document:
    return {
        "address": None,
        "title": "A webhook",
        "description": texts.WEBHOOK,
        "servers": [],
        "messages": _named([f"webhook.{kind}" for kind in EventType]),
    }


def _operations() -> Document:
    """Return what the server receives and sends. The words are those of AsyncAPI."""
    found: Document = {}
    for frame in frames.RECEIVED:
        name = frames.name_of(frame)
        found[name] = {
            "action": "receive",
            "channel": {"$ref": f"#/channels/{SOCKET}"},
            "summary": _summary(frame),
            "messages": _references(SOCKET, [name]),
        }
        answers = [frames.name_of(each) for each in frames.REPLIES.get(frame, ())]
        found[name]["reply"] = {
            "channel": {"$ref": f"#/channels/{SOCKET}"},
            "messages": _references(SOCKET, [*answers, PROBLEM, GATEWAY]),
        }
    answered = {each for answers in frames.REPLIES.values() for each in answers}
    own = [frames.name_of(each) for each in frames.SENT if each not in answered]
    own.remove(PROBLEM)
    found["push"] = _sending(SOCKET, texts.PUSH, [*_in_frames(), *own])
    found["deliver"] = _sending(WEBHOOK, texts.DELIVER, [f"webhook.{kind}" for kind in EventType])
    return found


def _sending(channel: str, summary: str, names: list[str]) -> Document:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": summary,
        "messages": _references(channel, names),
    }


def _frames() -> Document:
    return {
        frames.name_of(frame): {
            "name": frames.name_of(frame),
            "summary": _summary(frame),
            "payload": {"$ref": f"#/components/schemas/{frame.__name__}"},
            "examples": [{"payload": examples.FRAMES[frames.name_of(frame)]}],
        }
        for frame in (*frames.RECEIVED, *frames.SENT)
    }


def _gateway() -> Document:
    """Return the message of the gateway itself, which no model of the server describes."""
    return {
        "name": GATEWAY,
        "summary": texts.GATEWAY,
        "payload": {"$ref": "#/components/schemas/GatewayError"},
        "examples": [{"payload": examples.GATEWAY}],
    }


def _events() -> Document:
    found: Document = {}
    for kind in EventType:
        schema = {"$ref": f"#/components/schemas/{kind}"}
        example = examples.event(kind)
        told = {"name": kind.value, "summary": SUMMARIES[kind]}
        if kind in _framed():
            in_frame = {"allOf": [{"$ref": "#/components/schemas/EventFrame"}, schema]}
            shown = [{"payload": {"frame": "event", **example}}]
            found[f"event.{kind}"] = {**told, "payload": in_frame, "examples": shown}
        headers = {"$ref": "#/components/schemas/WebhookHeaders"}
        found[f"webhook.{kind}"] = {**told, "headers": headers, "payload": schema}
    found[f"webhook.{EventType.WEBHOOK_TEST}"]["examples"] = [
        {"headers": texts.SIGNED, "payload": examples.event(EventType.WEBHOOK_TEST)}
    ]
    return found


def _schemas() -> Document:
    of_server: Mode = "serialization"
    of_client: Mode = "validation"
    found, components = of_types(
        {each.__name__: (of_server, each) for each in {*DATA.values(), *frames.SENT}}
        | {each.__name__: (of_client, each) for each in frames.RECEIVED}
    )
    by_name = {name: components.get(name, schema) for name, schema in found.items()}
    for frame in frames.SENT:
        # Here it is no word that may change, but what tells this frame from others.
        by_name[frame.__name__]["properties"]["frame"] = {"const": frames.kind_of(frame)}
    typed = {kind.value: _typed(kind) for kind in EventType}
    return dict(sorted({**components, **by_name, **texts.SCHEMAS, **typed}.items()))


def _typed(kind: EventType) -> Document:
    """Return the schema of an event with this type and its data."""
    data = {"$ref": f"#/components/schemas/{DATA[kind].__name__}"}
    properties = {"type": {"const": kind.value}, "data": data}
    return {"allOf": [{"$ref": f"#/components/schemas/{EVENT}"}, {"properties": properties}]}


def _framed() -> list[EventType]:
    return [kind for kind in EventType if kind is not EventType.WEBHOOK_TEST]


def _in_frames() -> list[str]:
    return [f"event.{kind}" for kind in _framed()]


def _summary(frame: type[Model]) -> str:
    return (frame.__doc__ or "").partition("\n")[0]


def _named(names: list[str]) -> Document:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def _references(channel: str, names: list[str]) -> list[Document]:
    return [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names]
