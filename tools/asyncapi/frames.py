"""The frames of a WebSocket, in both directions, as the server declares them (`sockets.frames`)."""

from typing import get_args

from agent_messaging.fields import Model
from agent_messaging.sockets import frames

RECEIVED: tuple[type[Model], ...] = tuple(frames.ACTIONS.values())
SENT: tuple[type[Model], ...] = get_args(frames.Frame)
# The frames that answer a client's frame. Any of them may be answered with a problem.
REPLIES: dict[type[Model], tuple[type[Model], ...]] = {
    frames.ResumeAction: (frames.HelloFrame, frames.GoneFrame),
    frames.PingAction: (frames.PongFrame,),
}
# Both a client and the server send a frame of this name.
TYPING = "typing"


def name_of(frame: type[Model]) -> str:
    """Return the name of a frame's message: its `action` or its `frame`."""
    kind = kind_of(frame)
    return f"{kind}.received" if kind == TYPING and frame in SENT else kind


def kind_of(frame: type[Model]) -> str:
    """Return the word that tells a frame from others of the same direction."""
    fields = frame.model_fields
    (kind,) = get_args(fields["action" if frame in RECEIVED else "frame"].annotation)
    return str(kind)
