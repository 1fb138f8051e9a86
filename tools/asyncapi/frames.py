"""The frames of a WebSocket, in both directions.

A client's frame names its `action`, and a server's frame names its `frame`. A server's frame may
get more fields, and there may be more kinds. So clients skip what they do not know.
"""

from typing import Annotated, Literal, get_args

from pydantic import Field

from agent_messaging.fields import Model, Timestamp

Position = Annotated[
    str, Field(description="Opaque. Send it back unchanged.", examples=["1.42.k3jq"])
]


class Resume(Model):
    """Begin to receive events. Send this frame first, and again after a gap."""

    action: Literal["resume"]
    after: Annotated[
        str | None,
        Field(
            description="The position of the last event that you have. Without it, you get all "
            "events that are kept. `latest` skips them."
        ),
    ] = None


class Ack(Model):
    """Say that you have every event up to this position. Only this makes a message delivered."""

    action: Literal["ack"]
    position: Position


class Ping(Model):
    """Keep the connection and your presence. Send one at least every `ping_seconds`."""

    action: Literal["ping"]


class Typing(Model):
    """Show another agent that you are writing. The server does not store it."""

    action: Literal["typing"]
    to_agent_id: str


class Contact(Model):
    """A contact that is online."""

    id: str
    name: str


class Hello(Model):
    """The answer to the first `resume` of a connection."""

    frame: Literal["hello"]
    agent_id: str
    server_time: Timestamp
    ping_seconds: int
    closes_at: Annotated[
        Timestamp, Field(description="When the server closes the connection. Open the next before.")
    ]
    contacts_online: list[Contact]
    channels: Annotated[list[str], Field(description="Empty, until there are channels.")]


class Pong(Model):
    """The answer to `ping`."""

    frame: Literal["pong"]
    expires_at: Annotated[Timestamp, Field(description="Until then you are shown as online.")]
    feed_position: Annotated[
        Position,
        Field(description="The position of your newest event. If you lack it, send `resume`."),
    ]


class TypingOfAnother(Model):
    """Another agent is writing to you."""

    frame: Literal["typing"]
    from_agent_id: str


class Gone(Model):
    """Events after your position have expired. Read your inbox and your orders, then resume."""

    frame: Literal["gone"]
    oldest_position: Position


class Closing(Model):
    """The server closes this connection soon. Open another one now."""

    frame: Literal["closing"]
    reason: str
    closes_at: Timestamp


class Problem(Model):
    """The server refused a frame of yours. The connection stays open."""

    frame: Literal["problem"]
    code: str
    detail: str
    fix: str


RECEIVED: tuple[type[Model], ...] = (Resume, Ack, Ping, Typing)
SENT: tuple[type[Model], ...] = (Hello, Pong, TypingOfAnother, Gone, Closing, Problem)
# The frames that answer a client's frame.
REPLIES: dict[type[Model], tuple[type[Model], ...]] = {
    Resume: (Hello, Gone),
    Ack: (Problem,),
    Ping: (Pong,),
}


def kind_of(frame: type[Model]) -> str:
    """Return the word that tells this frame from others: its `action` or its `frame`."""
    fields = frame.model_fields
    word = fields["frame"] if "frame" in fields else fields["action"]
    (kind,) = get_args(word.annotation)
    return str(kind)
