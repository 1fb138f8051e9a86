"""Bring lost webhooks back, disabled with the reason `restored`.

They are as they were at the time to which the table was restored. A webhook that its owner deleted
or moved after that time must get no events, and an old secret must sign none. So the owner decides:
it enables the webhook, or deletes it. An agent that has left gets none back, and a slot that is in
use stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agent_messaging.agents.access import IS_THERE
from agent_messaging.agents.table import AgentsTable
from agent_messaging.storage.transactions import TransactionFailedError, transact
from agent_messaging.webhooks.item import NOTED, parse, to_item
from agent_messaging.webhooks.model import DisabledReason, Endpoint, EndpointStatus
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
        elif is_dry_run or _write(_restored(endpoint), agents, endpoints):
            yield Change(f"{subject}  disabled, until its owner enables it")
        else:
            yield Change(f"{subject}  stays lost: it changed meanwhile. Try again", is_done=False)


def _restored(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint as it comes back. One that was disabled keeps its reason."""
    disabled = {"status": EndpointStatus.DISABLED, **dict.fromkeys(NOTED)}
    reason = endpoint.disabled_reason or DisabledReason.RESTORED
    return endpoint.model_copy(update={**disabled, "disabled_reason": reason})


def _write(endpoint: Endpoint, agents: AgentsTable, endpoints: OwnEndpoints) -> bool:
    entries = [
        agents.table.transact_check({"agent_id": endpoint.agent_id}, IS_THERE),
        endpoints.table.transact_put(to_item(endpoint), IS_FREE),
    ]
    try:
        transact(endpoints.client, entries)
    except TransactionFailedError:
        return False
    return True
