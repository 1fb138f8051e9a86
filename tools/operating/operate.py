"""Show an agent, suspend it, or replace its keys. Only the operator of a stack can do this.

    python -m tools.operating.operate show AGENT_ID         --stack agent-messaging-prod
    python -m tools.operating.operate replace-key AGENT_ID  --stack agent-messaging-prod
    python -m tools.operating.operate suspend AGENT_ID      --stack agent-messaging-prod
    python -m tools.operating.operate reinstate AGENT_ID    --engine http://127.0.0.1:PORT

It works on the tables with your own AWS rights, and needs no agent's key. CloudFormation knows the
names of a stack's tables. With `--engine`, the URL of a DynamoDB, they have the names that
template.yaml gives them.

`suspend` and `replace-key` also close the connections that the agent may not use any more. For
those of a local server, set AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI to its address. A connection
that stays open can do nothing, and its next ping, after nine minutes at most, closes it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from local import engine, environment
from local.cloudformation import REGION
from local.engine import EngineError

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "layers" / "agent_messaging"))

# A level for other programs would end this one, when the package makes its logger.
os.environ["POWERTOOLS_LOG_LEVEL"] = "WARNING"

from agent_messaging import clock
from agent_messaging.agents import keys as api_keys
from agent_messaging.agents.access import require_registered
from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.keyring import Keyring
from agent_messaging.agents.model import Agent, AgentStatus
from agent_messaging.agents.requester import BY_OPERATOR, Requester
from agent_messaging.agents.table import AgentsTable
from agent_messaging.errors import AgentMessagingError
from agent_messaging.feed.table import FeedTable
from agent_messaging.sockets.closing import Closing
from agent_messaging.sockets.connections import OVERRIDE, Connections
from agent_messaging.sockets.listeners import Listeners
from agent_messaging.sockets.posting import Posting
from agent_messaging.storage.connection import CONFIG

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Registry:
    """The tables of the agents and their keys, and their connections.

    Without `closing`, nothing can close connections.
    """

    client: DynamoDBClient
    agents: AgentsTable
    keys: AgentKeysTable
    closing: Closing | None = None

    def read(self, agent_id: str) -> Agent:
        """Read the agent, consistently.

        Raises:
            AgentNotFoundError: no agent has this id.
        """
        item = self.agents.table.get({"agent_id": agent_id}, consistent=True)
        return require_registered(agent_id, item)

    def close(self, agent_id: str) -> str:
        """Close the connections that the agent may not use any more. Return what to add, or ""."""
        if self.closing is not None and self.closing.close_ended(agent_id, clock.now()):
            return ""
        return "\nIf it has open connections, they can do nothing, and end at their next ping."


def show(registry: Registry, agent_id: str) -> str:
    """Show what is stored about the agent and its keys."""
    now = clock.now()
    agent = registry.read(agent_id)
    used = registry.keys.last_used(agent.keys.values())
    lines = [
        f"{agent.agent_id}  {agent.name}",
        f"  status          {agent.status}",
        f"  contact policy  {agent.contact_policy}",
        f"  registered      {clock.to_text(agent.created_at)}",
        f"  active jobs     {agent.active_jobs} of {agent.max_concurrent_jobs}",
    ]
    for key in sorted(agent.keys.values(), key=lambda key: key.key_id):
        until = clock.to_text(key.expires_at) if key.expires_at else "it is revoked"
        until += "" if key.is_live(now) else " (expired)"
        day = f"last used {used[key.key_id]}" if used[key.key_id] else "never used"
        lines.append(f"  {key.key_id}  until {until}, {day}, {key.label or 'no label'}")
    return "\n".join(lines)


def replace_key(registry: Registry, agent_id: str) -> str:
    """Revoke all keys of the agent, and print a new key, which is shown only once."""
    now = clock.now()
    api_key, key = api_keys.issue(now, label="made by the operator")
    keyring = Keyring(registry.client, registry.agents.table, registry.keys)
    keyring.replace(Requester(lambda: registry.read(agent_id), BY_OPERATOR), key)
    said = f"{agent_id} has one new key. The old keys can read for one more minute at most."
    return f"{said}{registry.close(agent_id)}\n{api_key}"


def suspend(registry: Registry, agent_id: str) -> str:
    """Suspend the agent. From its next call on, it can only read."""
    registry.agents.set_status(agent_id, AgentStatus.SUSPENDED)
    return f"{agent_id} is suspended. It can only read.{registry.close(agent_id)}"


def reinstate(registry: Registry, agent_id: str) -> str:
    """End the suspension of the agent."""
    registry.agents.set_status(agent_id, AgentStatus.ACTIVE)
    return f"{agent_id} is active."


ACTIONS: dict[str, Callable[[Registry, str], str]] = {
    "show": show,
    "replace-key": replace_key,
    "suspend": suspend,
    "reinstate": reinstate,
}


def deployed(stack: str, region: str | None) -> Registry:
    """Return the tables of a stack. Raises boto3's errors."""
    session = boto3.Session(region_name=region)
    cloudformation = session.client("cloudformation", config=CONFIG)

    def physical(logical_id: str) -> str:
        answer = cloudformation.describe_stack_resource(
            StackName=stack, LogicalResourceId=logical_id
        )
        return str(answer["StackResourceDetail"]["PhysicalResourceId"])

    client: DynamoDBClient = session.client("dynamodb", config=CONFIG)
    host = cloudformation.meta.endpoint_url.replace(
        "//cloudformation", f"//{physical('SocketsApi')}.execute-api"
    )
    connections = Connections(f"{host}/live", session.region_name)
    agents, keys, feed = map(physical, ("AgentsTable", "AgentKeysTable", "AgentFeedTable"))
    return _registry(client, agents, keys, _closing(client, agents, feed, connections))


def running(url: str) -> Registry:
    """Return the tables of a local server. Raises EngineError."""
    asyncio.run(engine.connect(url))
    client, agents = engine.dynamodb(url), "AgentsTable"
    closing = None
    if os.environ.get(OVERRIDE):
        connections = Connections("", REGION)
        closing = _closing(client, agents, "AgentFeedTable", connections)
    return _registry(client, agents, "AgentKeysTable", closing)


def _registry(client: DynamoDBClient, agents: str, keys: str, closing: Closing | None) -> Registry:
    return Registry(client, AgentsTable(client, agents), AgentKeysTable(client, keys), closing)


def _closing(client: DynamoDBClient, agents: str, feed: str, connections: Connections) -> Closing:
    posting = Posting(connections, Listeners(FeedTable(client, feed)))
    return Closing(AgentsTable(client, agents), posting)


def main(arguments: Sequence[str]) -> int:
    """Run the command. Return 0, or 1 with one line on stderr."""
    chosen = _parser().parse_args(arguments)
    try:
        registry = (
            running(chosen.engine) if chosen.engine else deployed(chosen.stack, chosen.region)
        )
        print(ACTIONS[chosen.action](registry, chosen.agent_id))
    except AgentMessagingError as refusal:
        print(refusal.detail, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError, EngineError, ValueError) as error:
        print(" ".join(str(error).split()) + _hint(error), file=sys.stderr)
        return 1
    return 0


def _hint(error: Exception) -> str:
    if isinstance(error, NoRegionError):
        return " Add --region us-east-1, or set the region in your AWS settings."
    if isinstance(error, NoCredentialsError):
        return ". Set your AWS credentials, for example with AWS_PROFILE."
    return ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.operating.operate",
        description="Show an agent, suspend it or replace its keys, as the operator of a stack.",
        epilog="With make: make operate DO='suspend AGENT_ID' STACK=agent-messaging-dev",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, action in ACTIONS.items():
        text = (action.__doc__ or "").strip()
        command = actions.add_parser(name, help=text, description=text)
        command.add_argument("agent_id", metavar="AGENT_ID")
        where = command.add_mutually_exclusive_group(required=True)
        where.add_argument("--stack", help="the name of a deployed stack")
        where.add_argument("--engine", metavar="URL", help="the URL of a local server's tables")
        command.add_argument(
            "--region", help="the stack's region (default: from your AWS settings)"
        )
    return parser


if __name__ == "__main__":
    if any(each.startswith("--engine") for each in sys.argv):  # A stack needs the AWS settings.
        environment.isolate()
    sys.exit(main(sys.argv[1:]))
