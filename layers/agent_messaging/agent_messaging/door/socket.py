"""Turn an event of the WebSocket API into an action, and its result into a frame.

API Gateway tells what happened by `eventType`. To connect writes nothing, because a post to a
connection that is not complete would fail. All else begins with `resume`.

The frame that answers an action is the response of a route that has a RouteResponse. Another route
may have to say nothing, so it has none, and its frames are posted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from agent_messaging import auth, clock, deadline, variants
from agent_messaging.auth import Caller
from agent_messaging.door import form, parsing, payload
from agent_messaging.errors import (
    AgentMessagingError,
    IdentityMismatchError,
    InternalError,
    InvalidError,
    MediaTypeError,
    RateLimitedError,
    TooLargeError,
    UnauthorizedError,
    UnknownActionError,
)
from agent_messaging.meter.limiter import Meter
from agent_messaging.observability import log
from agent_messaging.observability.log import logger
from agent_messaging.sockets import frames
from agent_messaging.sockets.closing import ENDED
from agent_messaging.sockets.model import Connection
from agent_messaging.sockets.service import SocketService
from agent_messaging.storage import units
from agent_messaging.storage.tally import TALLY

CONNECT, DISCONNECT = "CONNECT", "DISCONNECT"
# The routes with a RouteResponse in the template. They always answer.
ANSWERING = {"$default", "ping", "subscribe", "unsubscribe"}
IDENTITIES = ("agent_id", "from_agent_id")
OK: dict[str, Any] = {"statusCode": 200}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EXAMPLE = '{"action": "ping"}'

Answer = frames.Frame | None


@dataclass(frozen=True)
class SocketApi:
    """The routes of the WebSocket API. An instance is their Lambda handler."""

    service: SocketService
    meter: Meter

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Serve one event. It raises nothing: API Gateway would tell the client nothing of it."""
        about = event["requestContext"]
        with log.request_context(about["requestId"]), deadline.within(context):
            TALLY.begin()
            if about["eventType"] == CONNECT:
                self._charge(event, "")
                return OK
            if about["eventType"] == DISCONNECT:
                self._disconnected(event)
                return OK
            return self._answered(event)

    def _answered(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Serve a frame, and return or post the frame that answers it."""
        about = event["requestContext"]
        answer = self._frame(event)
        text = "" if answer is None else frames.text(answer)
        response = OK
        if text and about["routeKey"] in ANSWERING:
            response = {**OK, "body": text}
        elif text:
            self._post(event, text)
        self._charge(event, text)
        return response

    def _frame(self, event: Mapping[str, Any]) -> Answer:
        request_id = event["requestContext"]["requestId"]
        action: str | None = None
        try:
            caller = auth.connected(event)
            self._refuse_penalized(caller)
            sent = _parsed(event)
            action = _shown(sent.get("action"))
            return self._act(_connection(event, caller), _known(_own(sent, caller)))
        except (*ENDED, RateLimitedError) as error:  # a penalty: the gateway lets in nobody either
            _log(error, action)
            self._post(event, frames.text(frames.problem(error, action, request_id)))
            self._hang_up(event)
            return None
        except AgentMessagingError as error:
            _log(error, action)
            return frames.problem(error, action, request_id)
        except Exception:
            logger.exception("failed", action=action)
            return frames.problem(
                InternalError(
                    "The server failed. A write may or may not have happened.",
                    fix="Send the same frame again. If it fails again, give the operator the "
                    "request_id.",
                ),
                action,
                request_id,
            )

    def _act(self, connection: Connection, frame: frames.Action) -> Answer:
        now = clock.now()
        match frame:
            case frames.ResumeAction():
                return self.service.resume(connection, frame, now)
            case frames.AckAction():
                self.service.ack(connection, frame, now)
            case frames.PingAction():
                return self.service.ping(connection, now)
            case frames.TypingAction():
                self.service.typing(connection, frame, now)
            case _:
                self.service.subscribe(frame)
        return None

    def _refuse_penalized(self, caller: Caller) -> None:
        """Raise RateLimitedError if this instance knows of a penalty."""
        now = clock.now()
        penalty = None if caller.is_open else self.meter.penalty_of(caller.agent_id, now)
        if penalty is not None:
            raise penalty.error(now)

    def _charge(self, event: Mapping[str, Any], answer: str) -> None:
        """Charge the agent of the connection's key. Nobody is charged in open mode."""
        caller = _caller(event)
        if caller is not None and not caller.is_open:
            tenths = TALLY.tenths + units.of_request(len(answer.encode()))
            self.meter.spend(caller.agent_id, tenths, clock.now())

    def _post(self, event: Mapping[str, Any], text: str) -> None:
        self._try(event, lambda agent_id, name: self.service.posting.send(agent_id, name, [text]))

    def _hang_up(self, event: Mapping[str, Any]) -> None:
        self._try(event, self.service.posting.hang_up)

    def _disconnected(self, event: Mapping[str, Any]) -> None:
        self._try(event, self.service.posting.listeners.remove)

    def _try(self, event: Mapping[str, Any], act: Callable[[str, str], object]) -> None:
        """Call with the agent and the connection. A failure is logged: nobody waits for it."""
        caller = _caller(event)
        try:
            act(caller.agent_id if caller else "", event["requestContext"]["connectionId"])
        except Exception:
            logger.exception("a connection failed")


def _caller(event: Mapping[str, Any]) -> Caller | None:
    try:
        return auth.connected(event)
    except UnauthorizedError:
        return None


def _connection(event: Mapping[str, Any], caller: Caller) -> Connection:
    about = event["requestContext"]
    connected_at = EPOCH + timedelta(milliseconds=int(about["connectedAt"]))
    return Connection(about["connectionId"], caller, connected_at)


def _parsed(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON object of a frame.

    Raises:
        TooLargeError: it has more than 32 KB.
        MediaTypeError: it is binary.
        MalformedError, InvalidError: see `payload.json_object_of`.
    """
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        raise MediaTypeError("The frame is binary.", fix="Send JSON in a text frame.")
    raw = str(body).encode("utf-8", "surrogatepass")
    if len(raw) > frames.MAX_BYTES:
        raise TooLargeError(
            f"The frame has {len(raw)} bytes. A frame has at most {frames.MAX_BYTES}.",
            fix=f"Send at most {frames.MAX_BYTES} bytes. Send messages with POST "
            "/api/v1/messaging/send.",
        )
    return payload.json_object_of(raw)


def _own(sent: Mapping[str, Any], caller: Caller) -> dict[str, Any]:
    """Return a frame without a field that repeats who the caller is."""
    return {name: sent[name] for name in sent if not _repeats(name, sent[name], caller)}


def _repeats(name: str, value: object, caller: Caller) -> bool:
    """Return whether a field repeats who the caller is.

    Raises:
        IdentityMismatchError: it names somebody else.
    """
    if name not in IDENTITIES:
        return False
    if isinstance(value, str) and variants.lower(value) == caller.agent_id:
        return True
    raise IdentityMismatchError(
        f"The connection belongs to `{caller.agent_id}`, but `{name}` is something else.",
        fix=f"Remove `{name}`. To act as another agent, connect with its key.",
    )


def _known(sent: Mapping[str, Any]) -> frames.Action:
    """Return a frame as the model of its action.

    Raises:
        InvalidError: a field is unknown, missing or wrong.
        UnknownActionError: there is no such action.
    """
    named = ", ".join(f"`{name}`" for name in frames.ACTIONS)
    if "action" not in sent:
        fix = f"Add `action`, as in {EXAMPLE}. It is one of {named}."
        raise InvalidError.at("#/action", "is missing", fix=fix)
    action = sent["action"]
    model = frames.ACTIONS.get(action) if isinstance(action, str) else None
    if model is None:
        raise UnknownActionError(
            f"There is no action `{_shown(action)}`."
            if isinstance(action, str)
            else "The `action` is not a string.",
            fix=f"Set `action` to one of {named}.",
        )
    frame: Any = parsing.body_model(model, sent)
    return frame  # type: ignore[no-any-return]


def _shown(action: object) -> str | None:
    return form.visible(action) if isinstance(action, str) else None


def _log(error: AgentMessagingError, action: str | None) -> None:
    logger.info("refused", code=error.code, status=error.status, action=action)
