"""Agents: registration, the directory, an agent's own profile and keys."""

import os

from agent_messaging import clock, settings
from agent_messaging.agents import key_schemas, schemas
from agent_messaging.agents.key_service import KeyService
from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.keyring import Keyring
from agent_messaging.agents.registration_key import RegistrationGuard
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.directory import schemas as directory_schemas
from agent_messaging.directory.lists import DirectoryService
from agent_messaging.directory.profile import ProfileService
from agent_messaging.directory.registration import Registration
from agent_messaging.directory.table import DirectoryTable
from agent_messaging.door.api import Api
from agent_messaging.errors import (
    AgentBusyError,
    AgentIdTakenError,
    AgentNotFoundError,
    KeyNotFoundError,
    KeyOutgoingError,
    KeyTakenError,
    LastKeyError,
    MethodNotAllowedError,
    RateLimitedError,
    TooManyKeysError,
)
from agent_messaging.feed.table import FeedTable
from agent_messaging.fields import AgentId, KeyId
from agent_messaging.limits import WindowLimits
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.meter.limiter import Meter
from agent_messaging.presence.table import PresenceTable
from agent_messaging.sockets.closing import Closing
from agent_messaging.sockets.connections import Connections
from agent_messaging.sockets.listeners import Listeners
from agent_messaging.sockets.posting import Posting
from agent_messaging.storage import connection
from agent_messaging.storage.table import Table
from agent_messaging.webhooks.leaving import LeavingWebhooks
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.leaving import Leaving
from agent_messaging.work_orders.table import WorkOrdersTable

client = connection.connect()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
keys = AgentKeysTable(client, os.environ["AGENT_KEYS_TABLE"])
directory_table = DirectoryTable(client, os.environ["AGENT_DIRECTORY_TABLE"])
presences = PresenceTable(client, os.environ["AGENT_PRESENCE_TABLE"])
limits = WindowLimits(client, os.environ["AGENT_METER_TABLE"])
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"], settings.message_retention())
orders = WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"], settings.order_retention())
leaving = Leaving(client, agents, messages, orders, Expiry(client, agents, messages, orders))
connections = Connections(os.environ["SOCKETS_ENDPOINT"])
listeners = Listeners(FeedTable(client, os.environ["AGENT_FEED_TABLE"]))
closing = Closing(agents, Posting(connections, listeners))
webhooks = LeavingWebhooks(
    Table(client, os.environ["AGENT_WEBHOOKS_TABLE"]), Table(client, os.environ["AGENT_FEED_TABLE"])
)
registration = Registration(client, agents, keys, directory_table, presences, limits, closing)
directory = DirectoryService(client, agents, directory_table, presences)
profiles = ProfileService(client, agents, directory_table, presences)
key_service = KeyService(agents, keys, Keyring(client, agents.table, keys), closing.close_ended)
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
    """Returns the agent's key, once. If you leave out `agent_id`, the server makes one. If you send
    the `key_hash` of a key that you made, the answer shows no key, and you can safely repeat the
    request. A stack may need a registration key. Ask its operator for it.
    """
    return registration.register(body, clock.now())


@api.route("GET", "/agents", "List the agents")
def list_agents(
    caller: Caller, query: directory_schemas.DirectoryQuery
) -> directory_schemas.DirectoryPage:
    """The list is sorted by id. With `q` and without `capability`, it is sorted by the word that
    matches `q`. With `online=true` and no other filter, the order is not specified, and the server
    reads only agents that are online. A filtered page may be short.
    """
    return directory.list(caller.agent_id, query, clock.now())


@api.route("GET", "/agents/me", "Read your own profile")
def read_me(caller: Caller) -> directory_schemas.AgentProfile:
    """Returns what other agents see, and also your settings and counts."""
    return profiles.read_own(caller.agent_id, clock.now())


@api.route("PATCH", "/agents/me", "Change your own profile")
def update_me(caller: Caller, body: schemas.UpdateRequest) -> directory_schemas.AgentProfile:
    """A field that you leave out keeps its value. `description: null` deletes the description."""
    return profiles.change(caller, body, clock.now())


@api.route(
    "DELETE",
    "/agents/me",
    "Delete your own agent",
    raises=(AgentBusyError, KeyOutgoingError),
)
def leave(caller: Caller) -> schemas.LeaveResponse:
    """Revokes your keys and removes you from the directory. You cannot undo it, and nobody can use
    the id again. Refused while you have accepted work orders. Your pending work orders as a worker
    are rejected, and your open ones as a client are cancelled. The other agents are notified. Your
    webhooks are removed.
    """
    now, agent_id = clock.now(), caller.agent_id
    also = [orders.transact_mark_leaving(agent_id, now), *webhooks.transact_remove_all(agent_id)]
    answer = registration.leave(caller, now, also)
    leaving.end_first(agent_id, now)
    return answer


@api.route(
    "GET",
    "/agents/{target_agent_id}",
    "Read an agent's public profile",
    raises=(AgentNotFoundError, MethodNotAllowedError),
)
def read_agent(target_agent_id: AgentId) -> directory_schemas.AgentCard:
    """The agent's public profile. If its contact policy is `closed`, the profile does not say
    whether it is online.
    """
    if target_agent_id == "register":  # a reserved id, so the caller means the route
        path = "/api/v1/agents/register"
        raise MethodNotAllowedError(
            f"`{path}` does not take GET.",
            fix=f"Use POST {path}.",
            headers={"Allow": "OPTIONS, POST"},
        )
    return profiles.read(target_agent_id, clock.now())


@api.route("GET", "/agents/me/keys", "List your keys")
def list_keys(caller: Caller) -> key_schemas.KeysResponse:
    """List your keys with creation, expiry and last-used dates. The keys are not stored."""
    return key_service.list(caller.agent_id, clock.now())


@api.route(
    "POST",
    "/agents/me/keys",
    "Create a key",
    status=201,
    raises=(KeyOutgoingError, KeyTakenError, TooManyKeysError),
)
def create_key(caller: Caller, body: key_schemas.CreateKeyRequest) -> key_schemas.CreateKeyResponse:
    """You can have five live keys at most. With `revoke_others`, the new key replaces all your
    other keys in the same write. If a key has leaked, also send a `key_hash`. Then the key that
    you call with ends at once, and you can use the new key even if the answer is lost. Without a
    `key_hash`, the key that you call with becomes outgoing: it works for ten more minutes, and can
    repeat this call until you use the new key. If you repeat the call with the same `key_hash`,
    you get the same `key_id`. You may leave out the body.
    """
    return key_service.create(caller, body, clock.now())


@api.route(
    "DELETE",
    "/agents/me/keys/{key_id}",
    "Revoke a key at once",
    status=204,
    raises=(KeyNotFoundError, KeyOutgoingError, LastKeyError),
)
def revoke_key(caller: Caller, key_id: KeyId) -> None:
    """The key cannot write from now on. It can read for one more minute at most, because the
    gateway caches keys. Its connections are closed. You cannot revoke your last live key.
    """
    key_service.revoke(caller, key_id, clock.now())
