"""What the sender notes about an endpoint: failing, working, disabled."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from agent_messaging import clock
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.feed.outbox_item import parse_event
from agent_messaging.feed.table import FeedTable
from agent_messaging.webhooks.endpoints import EndpointsTable
from agent_messaging.webhooks.model import DisabledReason, Endpoint
from local.in_process.functions import app
from tests.integration.cloud import Cloud
from tests.integration.webhooks.endpoints import (
    change,
    created,
    listener,
    listening,
    read,
    remove,
    stored,
)

SOON = timedelta(seconds=1)


@pytest.fixture
def hook(pair: Cloud) -> str:
    webhook_id: str = created(pair, "nova", event_types=["message.*"])["webhook_id"]
    return webhook_id


def endpoints() -> EndpointsTable:
    client = app("webhooks").client
    feed, outbox = FeedTable(client, "AgentFeedTable"), OutboxTable(client, "AgentOutboxTable")
    return EndpointsTable(client, "AgentWebhooksTable", feed, outbox)


def fetched(hook: str) -> Endpoint:
    endpoint = endpoints().fetch("nova", hook, "hook#1")
    assert endpoint is not None
    return endpoint


def mark_failing(endpoint: Endpoint, now: datetime) -> bool:
    since = endpoint.failing_since or now
    return endpoints().mark(endpoint, failing_since=since, slow_since=endpoint.slow_since)


def mark_working(endpoint: Endpoint) -> bool:
    return endpoints().mark(endpoint, failing_since=None, slow_since=endpoint.slow_since)


def outbox(cloud: Cloud) -> list[Any]:
    found = cloud.items("AgentOutboxTable")
    return [parse_event(item) for item in found if item["entry"].startswith("event#")]


def test_an_endpoint_is_found_by_its_id_in_its_slot(pair: Cloud, hook: str):
    assert fetched(hook).webhook_id == hook
    assert endpoints().fetch("boots", hook, "hook#1") is None
    assert endpoints().fetch("nova", hook, "hook#2") is None
    assert "whsec_" not in repr(fetched(hook)) + str(fetched(hook))


def test_the_relay_learns_that_an_endpoint_fails_and_that_it_works_again(pair: Cloud, hook: str):
    now = clock.now()
    assert mark_failing(fetched(hook), now)
    assert listener(pair, "nova")["is_failing"] is True
    assert fetched(hook).failing_since == now
    assert not mark_failing(fetched(hook), now + SOON)
    assert fetched(hook).failing_since == now  # The first failure counts.
    assert mark_working(fetched(hook))
    assert (fetched(hook).failing_since, listener(pair, "nova")["is_failing"]) == (None, False)
    assert not mark_working(fetched(hook))


def test_the_relay_leaves_events_to_the_sweep_while_an_endpoint_is_slow_or_fails(
    pair: Cloud, hook: str
):
    now, later = clock.now(), clock.now() + SOON
    for failing_since, slow_since, is_failing in (
        (None, now, True),
        (later, now, True),
        (None, now, True),
        (later, None, True),
        (None, None, False),
    ):
        seen = fetched(hook)
        assert endpoints().mark(seen, failing_since=failing_since, slow_since=slow_since)
        assert not endpoints().mark(seen, failing_since=None, slow_since=later)
        found, followed = fetched(hook), listener(pair, "nova")
        assert (found.failing_since, found.slow_since) == (failing_since, slow_since)
        assert followed is not None
        assert followed["is_failing"] is is_failing


def test_two_senders_note_one_failure(pair: Cloud, hook: str):
    seen, now = fetched(hook), clock.now()
    assert mark_failing(seen, now)
    assert not mark_failing(seen, now + SOON)
    assert fetched(hook).failing_since == now


@pytest.mark.parametrize("reason", DisabledReason)
def test_a_disabled_endpoint_has_no_listener_and_its_owner_is_told_once(
    pair: Cloud, hook: str, reason: DisabledReason
):
    mark_failing(fetched(hook), clock.now())
    seen, now = fetched(hook), clock.now()
    assert endpoints().disable(seen, reason, now)
    assert not endpoints().disable(seen, reason, now + SOON)
    assert listener(pair, "nova") is None
    shown = read(pair, "nova", hook).json
    assert (shown["status"], shown["disabled_reason"]) == ("disabled", reason)
    (event,) = outbox(pair)
    assert (event.agent_id, event.type, event.occurred_at) == ("nova", "webhook.disabled", now)
    assert event.data == f'{{"webhook_id":"{hook}","reason":"{reason}"}}'


def test_an_endpoint_that_worked_or_changed_meanwhile_is_not_disabled(pair: Cloud, hook: str):
    mark_failing(fetched(hook), clock.now())
    seen = fetched(hook)
    mark_working(seen)
    assert not endpoints().disable(seen, DisabledReason.FAILING, clock.now())
    seen = fetched(hook)
    change(pair, "nova", hook, url="https://new.example.com")
    assert not endpoints().disable(seen, DisabledReason.GONE, clock.now())
    assert not mark_failing(seen, clock.now())
    assert read(pair, "nova", hook).json["status"] == "active"
    assert outbox(pair) == []


def test_a_removed_endpoint_comes_back_by_nothing_that_the_sender_notes(pair: Cloud, hook: str):
    mark_failing(fetched(hook), clock.now())
    seen = fetched(hook)
    remove(pair, "nova", hook)
    fresh = seen.model_copy(update={"failing_since": None})
    assert not mark_failing(fresh, clock.now())
    assert not mark_working(seen)
    assert not endpoints().disable(seen, DisabledReason.GONE, clock.now())
    assert stored(pair, "nova") is listener(pair, "nova") is None


def test_its_owner_lets_a_disabled_endpoint_begin_again(pair: Cloud, hook: str):
    mark_failing(fetched(hook), clock.now())
    endpoints().disable(fetched(hook), DisabledReason.FAILING, clock.now())
    shown = change(pair, "nova", hook, description="being repaired").json
    assert (shown["status"], listener(pair, "nova")) == ("disabled", None)
    shown = change(pair, "nova", hook, status="Active").json
    assert (shown["status"], shown["disabled_reason"]) == ("active", None)
    assert listener(pair, "nova") == {
        "agent_id": "nova",
        "entry": "z#hook#1",
        "webhook_id": hook,
        "event_types": ["message.*"],
        "is_failing": False,
    }
    assert fetched(hook).failing_since is None


def test_a_new_filter_keeps_the_failures_and_a_new_url_forgets_them(pair: Cloud, hook: str):
    mark_failing(fetched(hook), clock.now())
    change(pair, "nova", hook, event_types=["contact.*"])
    assert (listener(pair, "nova")["is_failing"], fetched(hook).failing_since is None) == (
        True,
        False,
    )
    change(pair, "nova", hook, url="https://new.example.com")
    assert (listener(pair, "nova")["is_failing"], fetched(hook).failing_since) == (False, None)


def test_a_slot_that_is_used_again_is_another_webhook(pair: Cloud, hook: str):
    seen = fetched(hook)
    remove(pair, "nova", hook)
    new = created(pair, "nova")["webhook_id"]
    assert listening(pair, "nova") == {1: new}
    assert not endpoints().disable(seen, DisabledReason.GONE, clock.now())
    assert endpoints().fetch("nova", hook, "hook#1") is None
    assert read(pair, "nova", new).json["status"] == "active"
