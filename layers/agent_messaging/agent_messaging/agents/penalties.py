"""Write a penalty to an agent and its keys, so that the authorizer refuses the agent.

The penalty is written first to the agent's own item, then to each of its keys. A change of keys has
the condition that the penalty is the one that was read (`keyring`). So a key that is created at the
same time is either in the item that is read here, or its creation fails.
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
    """Return a function that writes a penalty to an agent's item and to its keys."""
    keys = AgentKeysTable(client, keys_table)

    def tell(agent_id: str, penalty: Penalty) -> None:
        agent = agents.penalize(agent_id, penalty)
        for key in agent.keys.values() if agent is not None else ():
            keys.refuse(key, penalty.until)

    return tell
