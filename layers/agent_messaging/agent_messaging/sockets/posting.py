"""Send frames in order to a connection, and end connections that do not take them."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from agent_messaging.observability.log import logger
from agent_messaging.sockets.connections import (
    ConnectionFailedError,
    ConnectionGoneError,
    Connections,
)
from agent_messaging.sockets.listeners import Listeners, connection_of
from agent_messaging.storage.table import Item

PARALLEL = 10


@dataclass(frozen=True)
class Posting:
    """The connections, and the items that say who gets events."""

    connections: Connections
    listeners: Listeners

    def send(self, agent_id: str, connection_id: str, frames: Iterable[str]) -> bool:
        """Send frames one after another. Return False if the connection has ended.

        A connection that is closed, or that does not take a frame, gets no more events. In the
        second case it is closed too, so that its client notices, connects and resumes.
        """
        try:
            for frame in frames:
                self.connections.post(connection_id, frame)
        except ConnectionGoneError:
            self.listeners.remove(agent_id, connection_id)
            return False
        except ConnectionFailedError:
            logger.warning("a connection took no frame", connection_id=connection_id)
            self.hang_up(agent_id, connection_id)
            return False
        return True

    def hang_up(self, agent_id: str, connection_id: str) -> bool:
        """Close a connection and remove its listener. Return False if it may still be open.

        Without its listener it gets no events, and the next frame of its client is refused.
        """
        self.listeners.remove(agent_id, connection_id)
        try:
            self.connections.close(connection_id)
        except ConnectionGoneError:
            return True
        except ConnectionFailedError:
            logger.warning("a connection was not closed", connection_id=connection_id)
            return False
        return True

    def each(self, listeners: Sequence[Item], act: Callable[[str, str], bool]) -> bool:
        """Call `act` with the agent and the connection of each listener, in parallel.

        Return whether all returned True. It raises nothing: a failure is logged, and is False.
        """

        def attempt(listener: Item) -> bool:
            agent_id, connection_id = listener["agent_id"], connection_of(listener)
            try:
                return act(agent_id, connection_id)
            except Exception:
                logger.exception("a connection failed", connection_id=connection_id)
                return False

        if len(listeners) <= 1:
            return all(map(attempt, listeners))
        _ = self.connections.client  # it is created here, not in the threads
        with ThreadPoolExecutor(PARALLEL) as pool:
            return all(list(pool.map(attempt, listeners)))
