"""The frames of the WebSocket. Pure.

A client sends an `action`, and the server sends a `frame`. An event has the same fields in a frame
as in the feed and in a webhook. No frame says who the client is: the key or the ticket of the
connection does.
"""

from typing import Annotated, Literal

from pydantic import Field

from agent_messaging.errors import AgentMessagingError
from agent_messaging.feed.model import Event
from agent_messaging.fields import AgentId, Model, Request, StoredTime, wrong_fields

MAX_BYTES = 32 * 1024  # of a frame, as in API Gateway
MAX_ID = 100

Place = Annotated[
    str,
    Field(
        max_length=MAX_ID,
        description="A `position` of your feed, unchanged.",
        examples=["1.42.k3jq"],
    ),
]
ChannelId = Annotated[
    str,
    Field(min_length=1, max_length=MAX_ID, examples=["chn_01jd5m3x1w2v3t4s5r6q7p8n9m"]),
]


class ResumeAction(Request):
    """Begin to get events: first all events after a position, then each new event at once."""

    action: Literal["resume"]
    after: Annotated[
        Place | None,
        Field(
            description="The position of the last event that you have processed. `latest` skips "
            "all earlier events. Left out, it means the oldest event that is kept."
        ),
    ] = None


class AckAction(Request):
    """Acknowledge all events up to a position. The messages among them become `delivered`."""

    action: Literal["ack"]
    position: Place


class PingAction(Request):
    """Keep the connection and stay online. Send it at least every `ping_seconds` of `hello`."""

    action: Literal["ping"]


class TypingAction(Request):
    """Tell another agent, or a channel, that you are writing. At most one in three seconds counts.

    The server stores nothing. It ignores the frame if the other agent accepts no messages from you.
    """

    action: Literal["typing"]
    to_agent_id: AgentId | None = None
    channel_id: ChannelId | None = None

    def model_post_init(self, _context: object, /) -> None:
        """Require one of the two."""
        if self.to_agent_id is None and self.channel_id is None:
            fix = 'Add `to_agent_id`, such as `"to_agent_id": "nova-agent-id"`.'
            raise wrong_fields(self, ("to_agent_id", "is missing", fix))
        if self.to_agent_id is not None and self.channel_id is not None:
            fix = "Remove `channel_id`, or remove `to_agent_id`."
            raise wrong_fields(self, ("channel_id", "is sent together with `to_agent_id`", fix))


class SubscribeAction(Request):
    """Get the posts of a channel on this connection. There are no channels yet."""

    action: Literal["subscribe"]
    channel_id: ChannelId


class UnsubscribeAction(Request):
    """Get no more posts of a channel on this connection. There are no channels yet."""

    action: Literal["unsubscribe"]
    channel_id: ChannelId


Action = ResumeAction | AckAction | PingAction | TypingAction | SubscribeAction | UnsubscribeAction
ACTIONS: dict[str, type[Action]] = {
    "resume": ResumeAction,
    "ack": AckAction,
    "ping": PingAction,
    "typing": TypingAction,
    "subscribe": SubscribeAction,
    "unsubscribe": UnsubscribeAction,
}


class HelloFrame(Model):
    """The answer to the first `resume` of a connection, before its events."""

    frame: Literal["hello"] = "hello"
    agent_id: str
    server_time: StoredTime
    ping_seconds: int = Field(description="Send a `ping` at least this often.")
    closes_at: StoredTime = Field(
        description="Before this time, open your next connection, send `resume` there, and close "
        "this one."
    )
    contacts_online: list[str] = Field(
        description="Which of your first 100 contacts are online, by their ids."
    )
    channels: list[str] = []


class PongFrame(Model):
    """The answer to `ping`."""

    frame: Literal["pong"] = "pong"
    expires_at: StoredTime = Field(
        description="You are online, and this connection gets events, until then."
    )
    position: str = Field(
        description="The position of your newest event. If you do not have this event, send "
        "`resume`."
    )


class TypingFrame(Model):
    """Another agent is writing to you."""

    frame: Literal["typing"] = "typing"
    from_agent_id: str


class AvailableFrame(Model):
    """A hint that an order for candidates with one of your capabilities can be taken.

    List these orders with GET /api/v1/messaging/work-orders?role=candidate. A hint may be lost or
    come twice. List the orders once after you connect.
    """

    frame: Literal["available"] = "available"
    capability: str


class GoneFrame(Model):
    """Events after your position have expired. Read your inbox and orders, then resume."""

    frame: Literal["gone"] = "gone"
    oldest_position: str = Field(description="Send it as `after` to get the events that are kept.")


class ClosingFrame(Model):
    """Open your next connection now, because this one ends soon."""

    frame: Literal["closing"] = "closing"
    closes_at: StoredTime


class ProblemFault(Model):
    """One wrong field of a frame."""

    pointer: str
    detail: str
    fix: str


class ProblemFrame(Model):
    """A frame of yours was refused. It has the members of an error of the HTTP API."""

    frame: Literal["problem"] = "problem"
    action: str | None = Field(description="The `action` of your frame, if it has one.")
    status: int
    code: str
    detail: str
    errors: list[ProblemFault] = []
    fix: str
    retry_after: int | None = Field(None, description="Seconds to wait before you try again.")
    request_id: str


Frame = (
    HelloFrame | PongFrame | TypingFrame | AvailableFrame | GoneFrame | ClosingFrame | ProblemFrame
)


def event_text(event: Event) -> str:
    """Return the frame of an event: the event with `"frame":"event"` in front."""
    return f'{{"frame":"event",{event.to_json()[1:]}'


def text(frame: Frame) -> str:
    """Return a frame as JSON."""
    return frame.model_dump_json()


def problem(error: AgentMessagingError, action: str | None, request_id: str) -> ProblemFrame:
    """Return the frame for an error."""
    retry_after = error.headers.get("Retry-After")
    return ProblemFrame(
        action=action,
        status=error.status,
        code=error.code,
        detail=_of_frame(error.detail),
        errors=[
            ProblemFault(
                pointer=each.pointer,
                detail=_of_frame(each.detail),
                fix=_of_frame(each.fix or error.fix),
            )
            for each in error.faults
        ],
        fix=_of_frame(error.fix),
        retry_after=None if retry_after is None else int(retry_after),
        request_id=request_id,
    )


def _of_frame(sentence: str) -> str:
    """Return a sentence about a body of the HTTP API as one about a frame."""
    return sentence.replace("The body", "The frame").replace("the body", "the frame")
