"""How an agent and its keys learn of a penalty, so that the authorizer refuses it.

First the agent's own item, then each of its keys. The changes of an agent's keys are conditioned on
the penalty that they have read (`keyring`), so a key that is made at this moment either stands in
the item that is read here, or is refused.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.penalty import Penalty

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from agent_messaging.agents.table import AgentsTable


def refuse(
    client: "DynamoDBClient", agents: "AgentsTable", keys_table: str
) -> Callable[[str, Penalty], None]:
    """A function that writes a penalty into an agent's item and into its keys."""
    keys = AgentKeysTable(client, keys_table)

    def tell(agent_id: str, penalty: Penalty) -> None:
        agent = agents.penalize(agent_id, penalty)
        for key in agent.keys.values() if agent is not None else ():
            keys.refuse(key, penalty.until)

    return tell
