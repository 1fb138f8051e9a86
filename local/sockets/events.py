"""Build the events of a WebSocket API as API Gateway does. Pure: no clock, no I/O.

Sources: "Set up WebSocket API integration requests", "API Gateway Lambda authorizers for WebSocket
APIs" and "API Gateway mapping template and access logging variable reference" of the API Gateway
guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.cloudformation import ACCOUNT_ID, REGION
from local.sockets.model import CONNECT, DISCONNECT

API_ID = "localsocket"
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Handshake:
    """A request to open a connection."""

    headers: Pairs
    """With names as clients write them, such as `Authorization`."""
    query: Pairs
    """Decoded names and values."""
    source_ip: str

    def header(self, name: str) -> str:
        """Return the value of a header, whatever its case. Empty if it is missing."""
        found = (value for each, value in self.headers if each.lower() == name.lower())
        return next(found, "")

    def parameter(self, name: str) -> str:
        """Return the value of a query parameter. Empty if it is missing."""
        return next((value for each, value in reversed(self.query) if each == name), "")


@dataclass(frozen=True)
class Place:
    """What all events of a connection have in common."""

    connection_id: str
    connected_at: datetime
    stage: str
    domain: str
    source_ip: str
    user_agent: str


@dataclass(frozen=True)
class Moment:
    """What is new in each event: its id and its time."""

    request_id: str
    now: datetime


def method_arn(stage: str) -> str:
    """Return the ARN that an authorizer's policy has to allow."""
    return f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{API_ID}/{stage}/{CONNECT}"


def authorizer_event(place: Place, handshake: Handshake, moment: Moment) -> dict[str, Any]:
    """Return the event of the authorizer."""
    context = _context(place, moment, CONNECT, "CONNECT", None)
    return {
        "type": "REQUEST",
        "methodArn": method_arn(place.stage),
        **_values("headers", "multiValueHeaders", handshake.headers),
        **_query(handshake),
        "stageVariables": {},
        "requestContext": context,
    }


def connect_event(
    place: Place, handshake: Handshake, moment: Moment, authorizer: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the event of the route $connect."""
    return {
        **_values("headers", "multiValueHeaders", handshake.headers),
        **_query(handshake),
        "requestContext": _context(place, moment, CONNECT, "CONNECT", authorizer),
        "isBase64Encoded": False,
    }


def message_event(
    place: Place,
    route_key: str,
    body: str,
    moment: Moment,
    authorizer: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return the event of a frame."""
    context = _context(place, moment, route_key, "MESSAGE", authorizer)
    context["messageId"] = moment.request_id
    return {"requestContext": context, "body": body, "isBase64Encoded": False}


def disconnect_event(
    place: Place, moment: Moment, authorizer: Mapping[str, Any] | None, code: int, reason: str
) -> dict[str, Any]:
    """Return the event of the route $disconnect."""
    context = _context(place, moment, DISCONNECT, "DISCONNECT", authorizer)
    context |= {"disconnectStatusCode": code, "disconnectReason": reason}
    headers = (("Host", place.domain), ("X-Forwarded-For", place.source_ip))
    return {
        **_values("headers", "multiValueHeaders", headers),
        "requestContext": context,
        "isBase64Encoded": False,
    }


def _context(
    place: Place,
    moment: Moment,
    route_key: str,
    event_type: str,
    authorizer: Mapping[str, Any] | None,
) -> dict[str, Any]:
    context = {
        "routeKey": route_key,
        "eventType": event_type,
        "extendedRequestId": moment.request_id,
        "requestTime": moment.now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "messageDirection": "IN",
        "stage": place.stage,
        "connectedAt": _milliseconds(place.connected_at),
        "requestTimeEpoch": _milliseconds(moment.now),
        "identity": {"sourceIp": place.source_ip, "userAgent": place.user_agent},
        "requestId": moment.request_id,
        "domainName": place.domain,
        "connectionId": place.connection_id,
        "apiId": API_ID,
    }
    return context if authorizer is None else {**context, "authorizer": dict(authorizer)}


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _query(handshake: Handshake) -> dict[str, Any]:
    """Return the query as API Gateway does: without a query there is no such member."""
    if not handshake.query:
        return {}
    names = "queryStringParameters", "multiValueQueryStringParameters"
    return _values(*names, handshake.query)


def _values(single: str, multiple: str, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the last value of each name, and all its values."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {single: {name: each[-1] for name, each in values.items()}, multiple: values}
