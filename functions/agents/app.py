"""Agents: registration, the directory, an agent's own profile and keys."""

import os
from datetime import datetime

from agent_messaging import clock
from agent_messaging.agents import key_schemas
from agent_messaging.agents import keys as api_keys
from agent_messaging.agents.access import active_condition, require_registered
from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.keyring import Keyring
from agent_messaging.agents.model import ContactPolicy
from agent_messaging.agents.registration_key import RegistrationGuard
from agent_messaging.agents.requester import Requester
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.directory import schemas
from agent_messaging.directory.lists import AgentList, Tables
from agent_messaging.directory.profile import Profiles
from agent_messaging.directory.registration import Registration
from agent_messaging.directory.table import DirectoryTable
from agent_messaging.door.api import Api
from agent_messaging.errors import (
    AgentBusyError,
    AgentIdTakenError,
    AgentNotFoundError,
    InvalidError,
    KeyNotFoundError,
    KeyOutgoingError,
    KeyTakenError,
    LastKeyError,
    RateLimitedError,
    TooManyKeysError,
)
from agent_messaging.fields import AgentId, KeyId
from agent_messaging.limits import WindowLimits
from agent_messaging.meter.limiter import Meter
from agent_messaging.presence.table import PresenceTable
from agent_messaging.presence.table import parse as parse_presence
from agent_messaging.storage import connection, transactions

client = connection.connect()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
keys = AgentKeysTable(client, os.environ["AGENT_KEYS_TABLE"])
directory = DirectoryTable(client, os.environ["AGENT_DIRECTORY_TABLE"])
presences = PresenceTable(client, os.environ["AGENT_PRESENCE_TABLE"])
tables = Tables(client, agents, directory, presences)
profiles = Profiles(client, agents, directory)
limits = WindowLimits(client, os.environ["AGENT_METER_TABLE"])
registration = Registration(client, agents, keys, directory, presences, limits)
keyring = Keyring(client, agents.table, keys)
may_register = RegistrationGuard(
    os.environ["REGISTRATION_MODE"], os.environ["REGISTRATION_KEY_SECRET"]
)
meter = Meter.connect(client, agents)
api = handler = Api(is_registered=agents.is_registered, meter=meter)


@api.route(
    "POST",
    "/agents/register",
    "Register an agent and get its first key",
    identity=None,
    guard=may_register,
    status=201,
    raises=(AgentIdTakenError, KeyTakenError, RateLimitedError),
)
def register(body: schemas.RegisterRequest) -> schemas.RegisterResponse:
    return registration.register(body, clock.now())


@api.route("GET", "/agents", "List the agents")
def list_agents(caller: Caller, query: schemas.DirectoryQuery) -> schemas.DirectoryPage:
    return AgentList(tables, caller.agent_id, query, clock.now()).page()


@api.route("GET", "/agents/me", "Read your own profile")
def read_me(caller: Caller) -> schemas.AgentProfile:
    # As it is this moment: an agent finds what it was told a moment ago that it is.
    wanted = [agents.key(caller.agent_id), presences.key(caller.agent_id)]
    own, lease = transactions.batch_get(client, wanted, consistent=True)
    return schemas.profile(
        require_registered(caller.agent_id, own), parse_presence(lease), clock.now()
    )


@api.route("PATCH", "/agents/me", "Change your own profile")
def update_me(caller: Caller, body: schemas.UpdateRequest) -> schemas.AgentProfile:
    now = clock.now()
    changes = {name: getattr(body, name) for name in body.model_fields_set}
    agent = profiles.change(caller, changes, now)
    if "contact_policy" in changes:
        is_closed = agent.contact_policy is ContactPolicy.CLOSED
        presences.hide(agent.agent_id, is_hidden=is_closed)
    (lease,) = transactions.batch_get(client, [presences.key(agent.agent_id)])
    return schemas.profile(agent, parse_presence(lease), now)


@api.route(
    "DELETE",
    "/agents/me",
    "Leave for good; the id is not given to anybody else",
    raises=(AgentBusyError, KeyOutgoingError),
)
def leave(caller: Caller) -> schemas.LeaveResponse:
    return registration.leave(caller, clock.now())


@api.route(
    "GET", "/agents/{agent_id}", "Read an agent's public profile", raises=(AgentNotFoundError,)
)
def read_agent(agent_id: AgentId) -> schemas.AgentCard:
    item, lease = transactions.batch_get(client, [agents.key(agent_id), presences.key(agent_id)])
    return schemas.card(require_registered(agent_id, item), parse_presence(lease), clock.now())


@api.route("GET", "/agents/me/keys", "List your keys")
def list_keys(caller: Caller) -> key_schemas.KeysResponse:
    item = agents.table.get({"agent_id": caller.agent_id}, consistent=True)
    agent = require_registered(caller.agent_id, item)
    return key_schemas.listed(agent, keys.last_used(agent.keys.values()), clock.now())


@api.route(
    "POST",
    "/agents/me/keys",
    "Create a key; it is shown this once",
    status=201,
    raises=(KeyOutgoingError, KeyTakenError, TooManyKeysError),
)
def create_key(caller: Caller, body: key_schemas.CreateKeyRequest) -> key_schemas.CreateKeyResponse:
    now = clock.now()
    if body.expires_at is not None and body.expires_at <= now:
        raise InvalidError.at("#/expires_at", "lies in the past", fix="Give a time to come.")
    api_key, key = api_keys.issue_unless_brought(body.key_hash, now, body.label, body.expires_at)
    asks = requester(caller, now)
    if body.revoke_others:
        key = keyring.revoke_others(asks, key, now, at_once=body.key_hash is not None)
    else:
        key = keyring.add(asks, key, now)
    return key_schemas.created(api_key, key)


@api.route(
    "DELETE",
    "/agents/me/keys/{key_id}",
    "Revoke a key at once",
    status=204,
    raises=(KeyNotFoundError, KeyOutgoingError, LastKeyError),
)
def revoke_key(caller: Caller, key_id: KeyId) -> None:
    now = clock.now()
    keyring.revoke(requester(caller, now), key_id, now)


def requester(caller: Caller, now: datetime) -> Requester:
    """The caller as one that changes its keys."""
    return Requester(lambda: agents.read(caller, now), active_condition(caller), caller.key_id)
