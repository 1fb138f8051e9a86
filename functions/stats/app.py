"""Stats: the caller's own counts beside the platform's."""

import os

from agent_messaging.agents.access import require_registered
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.door.api import Api
from agent_messaging.errors import AgentNotFoundError
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.meter.limiter import Meter
from agent_messaging.paging import COUNT_LIMIT
from agent_messaging.stats import rollup, schemas
from agent_messaging.stats.table import StatsTable
from agent_messaging.storage import connection
from agent_messaging.work_orders.table import WorkOrdersTable

client = connection.connect()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"])
orders = WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"])
stats = StatsTable(client, os.environ["MESSAGING_STATS_TABLE"])
meter = Meter.connect(client, agents)
api = handler = Api(is_registered=agents.is_registered, meter=meter)


@api.route(
    "GET",
    "/messaging/stats",
    "See what waits for an agent, and how the platform does",
    raises=(AgentNotFoundError,),
)
def read_stats(caller: Caller) -> schemas.StatsResponse:
    agent = require_registered(caller.agent_id, agents.table.get({"agent_id": caller.agent_id}))
    snapshot = stats.latest_snapshot()
    return schemas.StatsResponse(
        agent_id=agent.agent_id,
        unread_messages=messages.count_pending(agent.agent_id, COUNT_LIMIT),
        pending_work_orders=orders.count_pending(agent, COUNT_LIMIT),
        active_work_orders=agent.active_jobs,
        completed_work_orders=agent.completed_jobs,
        platform=snapshot.platform if snapshot else rollup.Platform(),
        computed_at=snapshot.window if snapshot else None,
    )
