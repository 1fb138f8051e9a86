"""Handshakes, frames and ends of connections, as API Gateway handles them. Without a network.

    connection = await service.connect(handshake)         # the authorizer, then $connect
    service.connections.open(connection, transport)       # from now on, functions reach it
    outcome = await service.receive(connection, text)     # a frame: its route's function
    await service.disconnect(connection, code, reason)    # $disconnect, once

API Gateway promises no order for the frames of a connection, and does not retry $disconnect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from local.clock import Clock
from local.delivery import Invoke
from local.instance import InvocationError
from local.sockets import connections, events, frames, policy
from local.sockets.connections import Connection, Connections
from local.sockets.events import Handshake, Moment, Place
from local.sockets.model import CONNECT, DISCONNECT, SocketApi

FORBIDDEN = "User is not authorized to access this resource"
OPEN_IDENTITY = "agent_id"
NOBODY = "add ?agent_id=<id>"
TICKET = "ticket"
SUCCESSES = range(200, 300)


class HandshakeRefusedError(Exception):
    """The handshake is refused with `status`. `message` goes to the client, `reason` to the log."""

    def __init__(self, status: HTTPStatus, message: str, reason: str, function: str) -> None:
        super().__init__(reason)
        self.status = status
        self.message = message
        self.function = function


@dataclass(frozen=True)
class Outcome:
    """What became of a frame."""

    route_key: str
    function: str
    reply: str | None
    """What the client gets, or None."""
    reason: str = ""
    """Why it failed, for the log."""


class SocketService:
    """A WebSocket API over functions. `invoke` calls a function by its logical id."""

    def __init__(
        self,
        api: SocketApi,
        invoke: Invoke,
        *,
        clock: Clock,
        is_open_mode: bool,
    ) -> None:
        self.api = api
        self.connections = Connections(clock)
        self._invoke = invoke
        self._clock = clock
        self._is_open_mode = is_open_mode

    async def connect(
        self, handshake: Handshake, vouched: Mapping[str, str] | None = None
    ) -> Connection:
        """Ask the authorizer, then call $connect. Raises HandshakeRefusedError.

        With `vouched`, the authorizer's context, it is not asked.
        """
        now = self._clock.now()
        place = Place(
            connection_id=connections.new_id(),
            connected_at=now,
            stage=self.api.stage,
            domain=handshake.header("host"),
            source_ip=handshake.source_ip,
            user_agent=handshake.header("user-agent"),
        )
        context = dict(vouched) if vouched else await self._authorize(place, handshake)
        connection = Connection(place, context, now)
        if CONNECT in self.api.routes:
            await self._call_connect(connection, handshake)
        return connection

    async def receive(self, connection: Connection, text: str) -> Outcome:
        """Call the function of a frame's route, and return what the client gets."""
        connection.last_active_at = self._clock.now()
        route = self.api.route_of(frames.selected(text, self.api.selection))
        moment = self._moment()
        if route is None:
            reply = frames.problem("Forbidden", connection, moment)
            return Outcome("-", "-", reply, "no route takes this frame")
        event = events.message_event(
            connection.place, route.key, text, moment, connection.authorizer
        )
        try:
            result = await self._invoke(route.function, event)
            answered = frames.body_of(result)
        except (InvocationError, ValueError) as error:
            reply = frames.problem("Internal server error", connection, moment)
            return Outcome(route.key, route.function, reply, str(error))
        if answered is None or not route.has_response:
            return Outcome(route.key, route.function, None)
        connection.last_active_at = self._clock.now()
        return Outcome(route.key, route.function, answered)

    async def disconnect(self, connection: Connection, code: int, reason: str) -> str:
        """Call $disconnect, if it was not called before. Return why it failed, or nothing."""
        if connection.is_over:
            return ""
        self.connections.forget(connection)
        route = self.api.routes.get(DISCONNECT)
        if route is None:
            return ""
        event = events.disconnect_event(
            connection.place, self._moment(), connection.authorizer, code, reason
        )
        try:
            await self._invoke(route.function, event)
        except InvocationError as error:
            return str(error)
        return ""

    async def _authorize(self, place: Place, handshake: Handshake) -> dict[str, str] | None:
        authorizer = self.api.authorizer
        if authorizer is None:
            return None
        if self._is_open_mode and _has_no_credentials(handshake):
            if agent_id := _folded(handshake.parameter(OPEN_IDENTITY)):
                return {"mode": "open", "agent_id": agent_id}
            raise _refused(HTTPStatus.FORBIDDEN, NOBODY, authorizer.function)
        for kind, name in authorizer.identity:
            value = handshake.header(name) if kind == "header" else handshake.parameter(name)
            if not value:
                raise _refused(HTTPStatus.UNAUTHORIZED, f"no {kind} {name}", authorizer.function)
        event = events.authorizer_event(place, handshake, self._moment())
        try:
            answer = await self._invoke(authorizer.function, event)
            context = policy.context_of(answer)
            is_allowed = policy.is_allowed(answer, events.method_arn(place.stage))
        except (InvocationError, policy.BadPolicyError) as error:
            # A function refuses with 401 by an exception of this message.
            is_unauthorized = str(error) == "Exception: Unauthorized"
            status = (
                HTTPStatus.UNAUTHORIZED if is_unauthorized else HTTPStatus.INTERNAL_SERVER_ERROR
            )
            raise _refused(status, str(error), authorizer.function) from error
        if not is_allowed:
            raise _refused(HTTPStatus.FORBIDDEN, "the authorizer refused", authorizer.function)
        return context

    async def _call_connect(self, connection: Connection, handshake: Handshake) -> None:
        function = self.api.routes[CONNECT].function
        event = events.connect_event(
            connection.place, handshake, self._moment(), connection.authorizer
        )
        try:
            result = await self._invoke(function, event)
            status = HTTPStatus(int(result["statusCode"]))
        except (InvocationError, KeyError, TypeError, ValueError) as error:
            raise _refused(HTTPStatus.BAD_GATEWAY, f"$connect failed: {error}", function) from error
        if status not in SUCCESSES:
            raise _refused(status, f"$connect answered {status}", function)

    def _moment(self) -> Moment:
        return Moment(connections.new_id(), self._clock.now())


def _folded(agent_id: str) -> str:
    """Return an id as the HTTP API takes it. A letter that is not ASCII never becomes one."""
    return agent_id.strip(" \t\r\n").lower() if agent_id.isascii() else agent_id


def _has_no_credentials(handshake: Handshake) -> bool:
    return not handshake.header("authorization") and not handshake.parameter(TICKET)


def _refused(status: HTTPStatus, reason: str, function: str) -> HandshakeRefusedError:
    messages = {
        HTTPStatus.UNAUTHORIZED: "Unauthorized",
        HTTPStatus.FORBIDDEN: FORBIDDEN,
    }
    message = messages.get(status, "Internal server error" if status >= 500 else status.phrase)  # noqa: PLR2004
    return HandshakeRefusedError(status, message, reason, function)
