"""Operations of hints: candidates that listen, and what it costs to tell them of an order."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from agent_messaging.storage.table import encode
from agent_messaging.storage.units import CANDIDATES
from benchmarks import heard
from local.in_process.functions import app
from local.in_process.metering import Change
from local.in_process.runtime import Context

if TYPE_CHECKING:
    from benchmarks.listeners import Listeners, Operation

ORDERS = "WorkOrdersTable"
NOBODYS, CONNECTED, WAITING = "sculpting", "painting", "drawing"
TWO = ["cooking", "gardening"]
MORE = 4  # candidates that are not told


def operations(listeners: "Listeners") -> Iterator["Operation"]:
    """Yield what a candidate's connection costs more, and what each order costs."""
    socket = _listening(listeners, "cook", TWO)
    yield "socket, resume, two capabilities", lambda: socket.send(action="resume")
    yield "socket, ping, two capabilities", lambda: socket.send(action="ping")
    yield "tell candidates, nobody listens", _tell(listeners, NOBODYS)
    for number in range(CANDIDATES + MORE):
        _listening(listeners, f"painter-{number:02}", [CONNECTED]).send(action="resume")
        ended = _listening(listeners, f"drawer-{number:02}", [WAITING])
        ended.send(action="resume")
        ended.end()
    yield f"tell {CANDIDATES} connected candidates", _tell(listeners, CONNECTED)
    yield f"tell {CANDIDATES} waiting candidates", _tell(listeners, WAITING)


def _listening(listeners: "Listeners", agent_id: str, capabilities: list[str]) -> Any:
    """Register an agent, and return a new connection of it."""
    agent = listeners.cloud.register(agent_id, capabilities=capabilities)
    listeners.workload.agents[agent_id] = agent
    listeners.keyed[agent_id] = agent.keyed
    listeners.workload.call("POST", "/messaging/heartbeat", agent_id)  # the first of a day
    return listeners.connect(agent_id)


def _tell(listeners: "Listeners", capability: str) -> Callable[[], Any]:
    """Return the batch of an order for candidates with a capability."""
    order_id = listeners.workload.offer(to_agent_id=None, to_capability=capability)
    key = {"work_order_id": order_id, "part": "head"}
    change = Change(ORDERS, encode(key), None, encode(listeners.cloud.head(order_id)))
    event = {"Records": [heard.record_of(change)]}
    return lambda: app("work_orders_purge").handler(event, Context())
