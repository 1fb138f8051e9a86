"""Presence: heartbeats, an agent's availability, and whether another is there."""

import os
from datetime import timedelta

from agent_messaging import batches, clock, dynamodb
from agent_messaging.agents.table import AgentsTable, found
from agent_messaging.auth import Caller
from agent_messaging.errors import AgentNotFoundError
from agent_messaging.fields import AgentId
from agent_messaging.http import Api
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.presence import wire
from agent_messaging.presence.model import heartbeat as new_lease
from agent_messaging.presence.model import last_seen_at
from agent_messaging.presence.table import PresenceTable, parse
from agent_messaging.work_orders.table import WorkOrdersTable

COUNT_LIMIT = 100

client = dynamodb.connect()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
presences = PresenceTable(client, os.environ["AGENT_PRESENCE_TABLE"])
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"])
orders = WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"])
lease = timedelta(seconds=int(os.environ["PRESENCE_LEASE_SECONDS"]))
interval = int(os.environ["HEARTBEAT_SECONDS"])
api = handler = Api(is_registered=agents.is_registered)


@api.route("POST", "/messaging/heartbeat", "Stay online, and learn what waits")
def heartbeat(caller: Caller) -> wire.HeartbeatResponse:
    now = clock.now()
    agent = agents.read(caller, now)
    presence = new_lease(agent.agent_id, now, lease)
    presences.put(presence)
    agents.note_seen(agent, now.date())
    return wire.HeartbeatResponse(
        agent_id=agent.agent_id,
        last_heartbeat_at=now,
        expires_at=presence.expires_at,
        next_heartbeat_in=interval,
        pending_messages=messages.count_pending(agent.agent_id, COUNT_LIMIT),
        pending_work_orders=orders.count_pending(agent, COUNT_LIMIT),
    )


@api.route("PUT", "/messaging/presence", "Say what you take on; counts as a heartbeat")
def update(caller: Caller, body: wire.PresenceRequest) -> wire.PresenceResponse:
    now = clock.now()
    agent = agents.read(caller, now)
    presence = new_lease(agent.agent_id, now, lease)
    given = {name: getattr(body, name) for name in body.model_fields_set}
    changes = {**given, "last_seen_on": now.date().isoformat()}
    try:
        batches.transact(
            client, [agents.change_entry(agent.agent_id, changes), presences.put_entry(presence)]
        )
    except batches.TransactionFailedError:
        raise AgentNotFoundError(f"No agent `{agent.agent_id}` is registered.") from None
    return wire.updated(agent.model_copy(update=given), presence, now)


@api.route("DELETE", "/messaging/presence", "Go offline now, without waiting for the lease")
def go_offline(caller: Caller) -> wire.OfflineResponse:
    now = clock.now()
    agent = agents.read(caller, now)
    presence = presences.end(agent.agent_id, now)
    return wire.OfflineResponse(
        agent_id=agent.agent_id, last_seen_at=last_seen_at(presence, agent.last_seen_on)
    )


@api.route(
    "GET",
    "/messaging/presence/{agent_id}",
    "See whether an agent is there, and what it takes on",
    identity_required=False,
    raises=(AgentNotFoundError,),
)
def read_presence(agent_id: AgentId) -> wire.PresenceView:
    item, leased = batches.batch_get(client, [agents.key(agent_id), presences.key(agent_id)])
    return wire.view(found(agent_id, item), parse(leased), clock.now())
