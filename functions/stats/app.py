"""Stats: the caller's own counts and the platform's statistics."""

import os

from agent_messaging import clock
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.door.api import Api
from agent_messaging.errors import AgentNotFoundError
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.meter.limiter import Meter
from agent_messaging.stats import schemas
from agent_messaging.stats.service import StatsService
from agent_messaging.stats.table import StatsTable
from agent_messaging.stats.waiting import WaitingCounter
from agent_messaging.storage import connection
from agent_messaging.work_orders.table import WorkOrdersTable

client = connection.connect()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
stats = StatsTable(client, os.environ["MESSAGING_STATS_TABLE"])
waiting = WaitingCounter(
    MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"]),
    WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"]),
)
service = StatsService(agents, stats, waiting.count)
meter = Meter.connect(client, agents)
api = handler = Api(is_registered=agents.is_registered, meter=meter)


@api.route(
    "GET",
    "/messaging/stats",
    "Read your own counts and the platform's statistics",
    raises=(AgentNotFoundError,),
)
def read_stats(caller: Caller) -> schemas.StatsResponse:
    """Your own counts are current. `platform` is a snapshot that is made every minute, and
    `computed_at` is its time. Before the first snapshot, all its counts are zero.
    """
    return service.read(caller.agent_id, clock.now())
