"""Create, read, change and remove webhooks, rotate their secrets, and send test events.

A write reads the caller and its endpoints in one batch. It then writes under the condition that
they are as they were read. If they have changed, it reads them again.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent_messaging import clock, ids
from agent_messaging.agents.access import require_active
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.errors import (
    ContentionError,
    InvalidError,
    RateLimitedError,
    TooManyWebhooksError,
    WebhookExistsError,
)
from agent_messaging.storage.transactions import TransactionFailedError, batch_get
from agent_messaging.webhooks import schemas, secrets, urls
from agent_messaging.webhooks.finding import find, not_found
from agent_messaging.webhooks.item import parse
from agent_messaging.webhooks.model import MAX_ENDPOINTS, SLOTS, Endpoint, EndpointStatus
from agent_messaging.webhooks.own_endpoints import OwnEndpoints

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# How often the endpoints may change between the read and the write before the call fails.
ATTEMPTS = 4


@dataclass(frozen=True)
class WebhookService:
    """The tables, and the one address of this machine that may be called (see `urls`)."""

    client: "DynamoDBClient"
    agents: AgentsTable
    endpoints: OwnEndpoints
    local_only: str = ""

    def list(self, agent_id: str) -> schemas.WebhooksResponse:
        """Return the agent's webhooks, oldest first."""
        found = sorted(self.endpoints.of_agent(agent_id), key=lambda each: each.webhook_id)
        return schemas.WebhooksResponse(
            agent_id=agent_id, webhooks=[schemas.view(each) for each in found]
        )

    def read(self, agent_id: str, webhook_id: str) -> schemas.WebhookView:
        """Return one webhook.

        Raises:
            WebhookNotFoundError: the agent has no such webhook.
        """
        return schemas.view(find(self.endpoints.of_agent(agent_id), webhook_id))

    def create(
        self, caller: Caller, body: schemas.CreateWebhookRequest, now: datetime
    ) -> schemas.CreateWebhookResponse:
        """Create a webhook with its first secret.

        Raises:
            ContentionError: the caller's webhooks changed each time they were read.
            InvalidError: webhooks are not sent to this URL.
            KeyRevokedError, AgentSuspendedError: see `require_active`.
            TooManyWebhooksError: the caller has three.
            WebhookExistsError: another webhook of the caller has this URL.
        """
        url = self._canonical(body.url)
        for _ in range(ATTEMPTS):
            found = self.load(caller, now)
            _refuse_same_url(found, url)
            endpoint = Endpoint(
                agent_id=caller.agent_id,
                slot=_free_slot(found),
                webhook_id=ids.new("whk", now),
                url=url,
                event_types=body.event_types,
                description=body.description,
                created_at=now,
                secrets=[secrets.new(now)],
            )
            may_act = self.agents.transact_check_active(caller)
            try:
                self.endpoints.create(endpoint, found, may_act)
            except TransactionFailedError:
                continue
            return schemas.created(endpoint)
        raise _contended()

    def change(
        self, caller: Caller, webhook_id: str, body: schemas.UpdateWebhookRequest, now: datetime
    ) -> schemas.WebhookResponse:
        """Change a webhook. A new URL, or a new start, forgets its failures.

        Raises:
            ContentionError, InvalidError, KeyRevokedError, AgentSuspendedError,
            WebhookExistsError: see `create`.
            WebhookNotFoundError: the caller has no such webhook.
        """
        changes: dict[str, Any] = body.model_dump(exclude_unset=True)
        if "url" in changes:
            changes["url"] = self._canonical(body.url)
        if "status" in changes:
            changes |= {"status": EndpointStatus.ACTIVE, "disabled_reason": None}
        for _ in range(ATTEMPTS):
            found = self.load(caller, now)
            old = find(found, webhook_id)
            new, others = old.model_copy(update=changes), [each for each in found if each != old]
            if new.url != old.url:
                _refuse_same_url(others, new.url)
            try:
                if new != old:
                    self.endpoints.change(old, new, others if new.url != old.url else None)
            except TransactionFailedError:
                continue
            return schemas.changed(new)
        raise _contended()

    def remove(self, caller: Caller, webhook_id: str, now: datetime) -> None:
        """Remove a webhook. Nothing is sent to it any more.

        Raises:
            KeyRevokedError, AgentSuspendedError: see `require_active`.
            WebhookNotFoundError: the caller has no such webhook.
        """
        endpoint = find(self.load(caller, now), webhook_id)
        try:
            self.endpoints.remove(endpoint)
        except TransactionFailedError:
            raise not_found(webhook_id) from None

    def rotate(self, caller: Caller, webhook_id: str, now: datetime) -> schemas.RotateResponse:
        """Create a new secret. The previous ones sign for 24 more hours.

        Raises:
            ContentionError, KeyRevokedError, AgentSuspendedError: see `create`.
            RateLimitedError: three secrets sign already.
            WebhookNotFoundError: the caller has no such webhook.
        """
        for _ in range(ATTEMPTS):
            endpoint = find(self.load(caller, now), webhook_id)
            _refuse_many_secrets(endpoint, now)
            rotated = secrets.rotated(endpoint.secrets, now)
            try:
                self.endpoints.rotate(endpoint, rotated)
            except TransactionFailedError:
                continue
            return schemas.rotated(endpoint, rotated)
        raise _contended()

    def load(self, caller: Caller, now: datetime) -> Sequence[Endpoint]:
        """Return the caller's endpoints, if it may write, from one consistent read."""
        keys = [self.endpoints.key(caller.agent_id, slot) for slot in SLOTS]
        keys.append(self.agents.key(caller.agent_id))
        *items, own = batch_get(self.client, keys, consistent=True)
        require_active(caller, own, now)
        return [parse(item) for item in items if item is not None]

    def _canonical(self, url: str) -> str:
        try:
            return urls.canonical(url, self.local_only).url
        except urls.UrlError as error:
            raise InvalidError.at("#/url", error.detail, fix=error.fix) from None


def _refuse_same_url(found: Sequence[Endpoint], url: str) -> None:
    for each in found:
        if each.url == url:
            raise WebhookExistsError(
                f"Your webhook `{each.webhook_id}` has this URL.",
                fix=f"Use the webhook `{each.webhook_id}`. If you do not have its secret, get a "
                f"new one with POST /api/v1/messaging/webhooks/{each.webhook_id}/rotate-secret.",
                members={"webhook_id": each.webhook_id},
            )


def _free_slot(found: Sequence[Endpoint]) -> str:
    taken = {each.slot for each in found}
    free = [slot for slot in SLOTS if slot not in taken]
    if not free:
        oldest = min(each.webhook_id for each in found)
        raise TooManyWebhooksError(
            f"You have {MAX_ENDPOINTS} webhooks, which is the maximum.",
            fix="Change a webhook with PATCH, or remove one with DELETE, for example "
            f"/api/v1/messaging/webhooks/{oldest}.",
        )
    return free[0]


def _refuse_many_secrets(endpoint: Endpoint, now: datetime) -> None:
    live = secrets.live(endpoint.secrets, now)
    if len(live) < secrets.MAX_LIVE:
        return
    first = min(each.expires_at for each in live if each.expires_at is not None)
    reset = math.ceil((first - now).total_seconds())
    raise RateLimitedError(
        f"This webhook already has {secrets.MAX_LIVE} secrets. The first expires at "
        f"{clock.to_text(first)}.",
        policy="secrets",
        quota=secrets.MAX_LIVE,
        window=int(secrets.PREVIOUS_FOR.total_seconds()),
        reset=reset,
        fix=f"Use the newest secret. Or rotate again after {reset} seconds.",
    )


def _contended() -> ContentionError:
    return ContentionError("Your webhooks kept changing.")
