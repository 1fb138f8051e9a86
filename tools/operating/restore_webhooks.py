"""Bring lost webhooks back, each with its listener in the feed's table.

An agent that has left gets none back, and a slot that is in use stays as it is. The secrets are
those of the time to which the table was restored. So an agent that rotated a secret after that time
has to rotate it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agent_messaging.agents.access import IS_THERE
from agent_messaging.agents.table import AgentsTable
from agent_messaging.storage.transactions import TransactionFailedError, transact
from agent_messaging.webhooks.item import parse, to_item, to_listener
from agent_messaging.webhooks.model import Endpoint
from agent_messaging.webhooks.own_endpoints import IS_FREE, OwnEndpoints
from tools.operating.agent_tables import Change, scan

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def bring_back_webhooks(
    client: DynamoDBClient,
    source: str,
    agents: AgentsTable,
    endpoints: OwnEndpoints,
    *,
    is_dry_run: bool,
) -> Iterator[Change]:
    """Write the webhooks of another table that the table in use lacks. Yield a line for each."""
    for item in scan(client, source):
        endpoint = parse(item)
        key = endpoints.key(endpoint.agent_id, endpoint.slot)[1]
        if endpoints.table.get(key, consistent=True) is not None:
            continue
        subject = f"{endpoint.agent_id}  {endpoint.webhook_id}"
        if not agents.is_registered(endpoint.agent_id):
            yield Change(f"{subject}  stays lost: the agent is not there", is_done=False)
        elif is_dry_run or _write(endpoint, agents, endpoints):
            yield Change(subject)
        else:
            yield Change(f"{subject}  stays lost: it changed meanwhile. Try again", is_done=False)


def _write(endpoint: Endpoint, agents: AgentsTable, endpoints: OwnEndpoints) -> bool:
    entries = [
        agents.table.transact_check({"agent_id": endpoint.agent_id}, IS_THERE),
        endpoints.table.transact_put(to_item(endpoint), IS_FREE),
    ]
    if endpoint.is_active:
        entries.append(endpoints.feed.transact_put(to_listener(endpoint)))
    try:
        transact(endpoints.client, entries)
    except TransactionFailedError:
        return False
    return True
