"""Push new events to the connections of an agent. The relay calls it after it appended them."""

from collections.abc import Sequence
from datetime import datetime

from agent_messaging.feed.model import Event
from agent_messaging.feed.table import is_live
from agent_messaging.observability import metrics
from agent_messaging.sockets import frames
from agent_messaging.sockets.listeners import sockets
from agent_messaging.sockets.posting import Posting
from agent_messaging.storage.table import Item


class SocketPush:
    """Sends events to connections."""

    def __init__(self, posting: Posting) -> None:
        self.posting = posting

    def push(
        self, agent_id: str, listeners: Sequence[Item], events: Sequence[Event], now: datetime
    ) -> None:
        """Send events in order to each live connection among the listeners. It raises nothing.

        A frame may be lost, or come twice. Each event names the one before it, so the client
        notices, and resumes from its last position.
        """
        live = [each for each in sockets(listeners) if is_live(each, now)]
        if not live or not events:
            return
        texts = [frames.event_text(event) for event in events]
        taken: list[bool] = []

        def send(_: str, connection_id: str) -> bool:
            is_open = self.posting.send(agent_id, connection_id, texts)
            taken.append(is_open)
            return is_open

        self.posting.each(live, send)
        metrics.frames(sent=len(texts) * taken.count(True), gone=taken.count(False))
