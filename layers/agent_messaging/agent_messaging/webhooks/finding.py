"""Find one of the caller's webhooks. Another agent's webhook counts as absent."""

from collections.abc import Iterable

from agent_messaging import ids
from agent_messaging.errors import WebhookNotFoundError
from agent_messaging.webhooks.model import Endpoint


def find(endpoints: Iterable[Endpoint], webhook_id: str) -> Endpoint:
    """Return the endpoint with this id.

    Raises:
        WebhookNotFoundError: the caller has no such webhook.
    """
    for endpoint in endpoints:
        if endpoint.webhook_id == webhook_id:
            return endpoint
    raise not_found(webhook_id)


def not_found(webhook_id: str) -> WebhookNotFoundError:
    """Return the error for an id that none of the caller's webhooks has."""
    return WebhookNotFoundError(f"You have no webhook `{ids.without_key(webhook_id)}`.")
