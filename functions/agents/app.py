"""Agents: registration, the directory, and an agent's own profile."""

import os
from datetime import datetime

from agent_messaging import batches, clock, dynamodb, ids
from agent_messaging.agents import keys as api_keys
from agent_messaging.agents import wire
from agent_messaging.agents.directory import DirectoryTable
from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.model import Agent
from agent_messaging.agents.table import AgentsTable, found, parse
from agent_messaging.auth import Caller
from agent_messaging.errors import AgentBusyError, AgentIdTakenError, AgentNotFoundError
from agent_messaging.fields import AgentId
from agent_messaging.http import Api
from agent_messaging.paging import Listing
from agent_messaging.presence.table import PresenceTable
from agent_messaging.presence.table import parse as parse_presence

POSITION = r"[a-z0-9._-]{1,64}"

client = dynamodb.connect()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
keys = AgentKeysTable(client, os.environ["AGENT_KEYS_TABLE"])
directory = DirectoryTable(client, os.environ["AGENT_DIRECTORY_TABLE"])
presences = PresenceTable(client, os.environ["AGENT_PRESENCE_TABLE"])
api = handler = Api(is_registered=agents.is_registered)


@api.route(
    "POST",
    "/agents/register",
    "Register an agent and get its first key",
    identity=None,
    is_local=True,
    status=201,
    raises=(AgentIdTakenError,),
)
def register(body: wire.RegisterRequest) -> wire.RegisterResponse:
    now = clock.now()
    api_key, key = api_keys.issue(now)
    agent = Agent(
        agent_id=body.agent_id or ids.new("agt", now),
        name=body.name,
        description=body.description,
        capabilities=body.capabilities,
        created_at=now,
        keys={key.key_id: key},
    )
    agents.register(agent, key, keys, directory)
    return wire.RegisterResponse(
        agent_id=agent.agent_id, name=agent.name, api_key=api_key, key_id=key.key_id
    )


@api.route("GET", "/agents", "List the agents")
def list_agents(caller: Caller, query: wire.DirectoryQuery) -> wire.DirectoryPage:
    now = clock.now()
    listing = Listing(caller.agent_id, "agents", (query.online,), POSITION)
    after, _ = listing.open(query.cursor)
    if query.online == "true":
        page, resume = presences.online_page(after, query.limit, now)
    else:
        page, resume = directory.page(after, query.limit)
    cards = _cards(page, now)
    if query.online is not None:
        cards = [card for card in cards if card.is_online is (query.online == "true")]
    cursor = None if resume is None else listing.cursor(resume, None)
    return wire.DirectoryPage(agents=cards, next_cursor=cursor)


def _cards(page: list[str], now: datetime) -> list[wire.AgentCard]:
    """The agents of a page as others see them, from one batch read."""
    wanted = [key(agent_id) for key in (agents.key, presences.key) for agent_id in page]
    items = batches.batch_get(client, wanted)
    profiles, leases = items[: len(page)], items[len(page) :]
    return [
        wire.card(parse(profile), parse_presence(lease), now)
        for profile, lease in zip(profiles, leases, strict=True)
        if profile is not None and "deleted_at" not in profile
    ]


@api.route("GET", "/agents/me", "Read your own profile")
def read_me(caller: Caller) -> wire.AgentProfile:
    own, lease = batches.batch_get(
        client, [agents.key(caller.agent_id), presences.key(caller.agent_id)]
    )
    return wire.profile(found(caller.agent_id, own), parse_presence(lease), clock.now())


@api.route("PATCH", "/agents/me", "Change your own profile")
def update_me(caller: Caller, body: wire.UpdateRequest) -> wire.AgentProfile:
    now = clock.now()
    agent = agents.read(caller, now)
    changes = {name: getattr(body, name) for name in body.model_fields_set}
    if changes:
        agent = agents.change(agent.agent_id, changes)
    (lease,) = batches.batch_get(client, [presences.key(agent.agent_id)])
    return wire.profile(agent, parse_presence(lease), now)


@api.route(
    "DELETE",
    "/agents/me",
    "Leave for good; the id is not given to anybody else",
    raises=(AgentBusyError,),
)
def leave(caller: Caller) -> wire.LeaveResponse:
    now = clock.now()
    agent = agents.read(caller, now)
    others = [
        directory.delete_entry(agent),
        presences.delete_entry(agent.agent_id),
        *(keys.delete_entry(key) for key in agent.keys.values()),
    ]
    agents.leave(agent, now, others)
    return wire.LeaveResponse(agent_id=agent.agent_id)


@api.route(
    "GET", "/agents/{agent_id}", "Read an agent's public profile", raises=(AgentNotFoundError,)
)
def read_agent(agent_id: AgentId) -> wire.AgentCard:
    item, lease = batches.batch_get(client, [agents.key(agent_id), presences.key(agent_id)])
    return wire.card(found(agent_id, item), parse_presence(lease), clock.now())
