"""An endpoint as an item of its table, and its listener in the feed's table.

AgentWebhooksTable   (agent_id, hook#<1..3>)       the endpoint with its secrets
AgentFeedTable       (agent_id, z#hook#<1..3>)     webhook_id, event_types, is_failing (or slow)
"""

from agent_messaging.feed.table import LISTENERS
from agent_messaging.storage.table import Item
from agent_messaging.webhooks.model import Endpoint

# What the sender has noted about a URL.
FAILURES = ("failing_since", "refusing_since")
NOTED = (*FAILURES, "slow_since")
IS_SAME = "webhook_id = :webhook_id"
HAS_URL = f"{IS_SAME} AND #url = :url"
IS_UNCHANGED = f"{HAS_URL} AND #status = :status"


def unchanged(endpoint: Endpoint) -> Item:
    """Return the values of IS_UNCHANGED."""
    return {"webhook_id": endpoint.webhook_id, "status": endpoint.status, "url": endpoint.url}


def to_item(endpoint: Endpoint) -> Item:
    """Return the item of an endpoint."""
    return endpoint.model_dump(mode="json", exclude_none=True)


def parse(item: Item) -> Endpoint:
    """Return an endpoint from its item."""
    return Endpoint.model_validate(item)


def entry_of(slot: str) -> str:
    """Return the sort key of the listener of a slot."""
    return f"{LISTENERS}{slot}"


def to_listener(endpoint: Endpoint) -> Item:
    """Return the listener of an active endpoint."""
    return {
        "agent_id": endpoint.agent_id,
        "entry": entry_of(endpoint.slot),
        "webhook_id": endpoint.webhook_id,
        "event_types": endpoint.event_types,
        "is_failing": endpoint.is_troubled,
    }
