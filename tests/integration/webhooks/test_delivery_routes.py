"""Test events, the list of deliveries, and retries by hand. No sender runs here."""

import json
from datetime import timedelta

import pytest

from agent_messaging import clock, ids
from agent_messaging.webhooks.deliveries import to_item
from agent_messaging.webhooks.delivery import Attempt, Delivery, DeliveryStatus
from local.in_process.host import Agent
from tests.integration.cloud import Cloud
from tests.integration.webhooks.conftest import HeldQueue
from tests.integration.webhooks.endpoints import (
    HOOKS,
    as_caller,
    created,
    deliveries,
    retry,
    send_test,
)

ULID = "01m830ztk8hqmnnzmzdykrdxts"
ABSENT = f"dlv_{ULID}"


@pytest.fixture
def hook(pair: Cloud) -> str:
    webhook_id: str = created(pair, "nova", event_types=["contact.*"])["webhook_id"]
    return webhook_id


def delivery(cloud: Cloud, webhook_id: str, number: int, **more: object) -> Delivery:
    """A delivery as the sender leaves it."""
    now = clock.now() - timedelta(minutes=number)
    made = Delivery(
        webhook_id=webhook_id,
        event_id=ids.new("evt", now),
        agent_id="nova",
        slot="hook#1",
        type="message.received",
        created_at=now,
        position="e#0000000001.000000000001",
    ).after(
        Attempt(at=now, status_code=503, duration_ms=127, error="status"),
        **{"status": DeliveryStatus.FAILED, **more},
    )
    cloud.write("WebhookDeliveriesTable", to_item(made))
    return made


def test_a_test_event_goes_to_the_queue_and_into_the_list(pair: Cloud, hook: str, queue: HeldQueue):
    answer = send_test(pair, "nova", hook)
    assert answer.status == 200
    assert list(answer.json) == ["success", "delivery_id"]
    (job,) = queue.jobs
    event = json.loads(job["event"])
    assert list(event) == ["event_id", "position", "previous", "type", "occurred_at", "data"]
    assert event["type"] == job["type"] == "webhook.test"
    assert event["data"] == {"webhook_id": hook}
    assert (event["position"], event["previous"]) == (None, None)
    assert event["event_id"] == job["event_id"]
    assert answer.json["delivery_id"] == f"dlv_{job['event_id'].removeprefix('evt_')}"
    assert (job["agent_id"], job["slot"], job["webhook_id"]) == ("nova", "hook#1", hook)
    assert queue.messages[0].group == hook
    assert deliveries(pair, "nova", hook) == [
        {
            "delivery_id": answer.json["delivery_id"],
            "event_id": job["event_id"],
            "event_type": "webhook.test",
            "status": "queued",
            "attempts": [],
            "next_attempt_at": None,
        }
    ]


def test_a_test_that_the_queue_does_not_take_is_a_503(pair: Cloud, hook: str, queue: HeldQueue):
    queue.is_broken = True
    answer = send_test(pair, "nova", hook)
    assert (answer.status, answer.json["code"]) == (503, "contention")
    assert deliveries(pair, "nova", hook) == []


def test_deliveries_are_listed_newest_first_with_their_attempts(pair: Cloud, hook: str):
    old, new = delivery(pair, hook, 2), delivery(pair, hook, 1, status=DeliveryStatus.DELIVERED)
    shown = deliveries(pair, "nova", hook)
    assert [each["event_id"] for each in shown] == [new.event_id, old.event_id]
    assert shown[1] == {
        "delivery_id": f"dlv_{ids.ulid_of(old.event_id)}",
        "event_id": old.event_id,
        "event_type": "message.received",
        "status": "failed",
        "attempts": [
            {
                "at": clock.to_text(old.created_at),
                "status_code": 503,
                "duration_ms": 127,
                "error": "status",
            }
        ],
        "next_attempt_at": None,
    }


def test_pages_and_filters(pair: Cloud, hook: str):
    made = [delivery(pair, hook, number) for number in range(5)]
    lost = delivery(pair, hook, 7, status=DeliveryStatus.DELIVERED)
    path = f"{HOOKS}/{hook}/deliveries"
    pages = list(pair.pages(path, {"agent_id": "nova", "limit": 2}))
    assert [len(page["deliveries"]) for page in pages][:3] == [2, 2, 2]
    seen = [each["event_id"] for page in pages for each in page["deliveries"]]
    assert seen == [each.event_id for each in (*made, lost)]
    only = deliveries(pair, "nova", hook, status="delivered")
    assert [each["event_id"] for each in only] == [lost.event_id]
    assert deliveries(pair, "nova", hook, event_type="contact.requested") == []
    assert len(deliveries(pair, "nova", hook, event_type="message.received", limit=4)) == 6
    cursor = pages[0]["next_cursor"]
    for query in ({"status": "failed"}, {"event_type": "message.read"}):
        answer = pair.get(path, {"agent_id": "nova", "cursor": cursor, **query})
        assert (answer.status, answer.json["code"]) == (400, "bad_cursor")
    other = created(pair, "nova", "https://other.example.com")["webhook_id"]
    answer = pair.get(f"{HOOKS}/{other}/deliveries", {"agent_id": "nova", "cursor": cursor})
    assert (answer.status, answer.json["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize("query", [{"status": "lost"}, {"event_type": "message"}, {"limit": 0}])
def test_a_wrong_filter_is_refused(pair: Cloud, hook: str, query: dict[str, object]):
    answer = pair.get(f"{HOOKS}/{hook}/deliveries", {"agent_id": "nova", **query})
    assert (answer.status, answer.json["code"]) == (422, "invalid")
    assert answer.json["errors"][0]["fix"]


@pytest.mark.parametrize("status", DeliveryStatus)
def test_a_retry_queues_the_delivery_again_and_shows_it(
    pair: Cloud, hook: str, queue: HeldQueue, status: DeliveryStatus
):
    old = delivery(pair, hook, 1, status=status)
    answer = retry(pair, "nova", hook, old.delivery_id)
    assert answer.status == 200, answer.text
    shown = answer.json
    assert (shown["delivery_id"], shown["status"]) == (old.delivery_id, "queued")
    assert (len(shown["attempts"]), shown["success"]) == (1, True)
    assert [job["event_id"] for job in queue.jobs] == [old.event_id]
    (listed,) = deliveries(pair, "nova", hook)
    assert listed == {name: value for name, value in shown.items() if name != "success"}


def test_the_sweep_retries_what_the_queue_did_not_take(pair: Cloud, hook: str, queue: HeldQueue):
    old = delivery(pair, hook, 1)
    queue.is_broken = True
    assert retry(pair, "nova", hook, old.delivery_id).json["status"] == "queued"
    item = pair.read("WebhookDeliveriesTable", webhook_id=hook, event_id=old.event_id)
    assert "due_at" in item


def test_a_disabled_webhook_gets_neither_tests_nor_retries(
    pair: Cloud, hook: str, queue: HeldQueue
):
    old = delivery(pair, hook, 1)
    key = {"agent_id": "nova", "slot": "hook#1"}
    pair.change("AgentWebhooksTable", key, status="disabled", disabled_reason="gone")
    for answer in (send_test(pair, "nova", hook), retry(pair, "nova", hook, old.delivery_id)):
        assert (answer.status, answer.json["code"]) == (409, "webhook_disabled")
        assert f"/webhooks/{hook}" in answer.json["fix"]
    assert queue.jobs == []
    assert len(deliveries(pair, "nova", hook)) == 1  # They can still be read.


def test_tests_and_retries_are_limited_together(pair: Cloud, hook: str, queue: HeldQueue):
    scout: Agent = pair.register("scout")
    hook = created(pair, scout)["webhook_id"]
    old = delivery(pair, hook, 1)
    answers = [send_test(pair, scout, hook) for _ in range(5)]
    answers += [retry(pair, scout, hook, old.delivery_id) for _ in range(6)]
    assert [each.status for each in answers] == [200] * 10 + [429]
    assert answers[-1].json["code"] == "rate_limited"
    assert '"webhook-tests";q=10;w=60' in answers[-1].headers["RateLimit-Policy"]
    assert len(queue.jobs) == 10


def test_open_mode_has_no_limit(pair: Cloud, hook: str, queue: HeldQueue):
    assert {send_test(pair, "nova", hook).status for _ in range(12)} == {200}


def test_an_absent_delivery_and_one_of_another_webhook_are_answered_alike(
    pair: Cloud, hook: str, queue: HeldQueue
):
    other = created(pair, "nova", "https://other.example.com")["webhook_id"]
    there = delivery(pair, other, 1)
    absent, foreign = (retry(pair, "nova", hook, each) for each in (ABSENT, there.delivery_id))
    assert (absent.status, absent.json["code"]) == (404, "delivery_not_found")
    assert absent.but_for(ABSENT) == foreign.but_for(there.delivery_id)
    assert queue.jobs == []


def test_another_agents_webhook_is_answered_as_one_that_never_was(
    pair: Cloud, hook: str, queue: HeldQueue
):
    old, never = delivery(pair, hook, 1), f"whk_{ULID}"
    for method, path in (
        ("POST", "/test"),
        ("GET", "/deliveries"),
        ("POST", f"/deliveries/{old.delivery_id}/retry"),
        ("POST", f"/deliveries/{ABSENT}/retry"),
    ):
        there, absent = (
            pair.call(method, f"{HOOKS}/{each}{path}", **as_caller("boots"))
            for each in (hook, never)
        )
        assert (there.status, there.json["code"]) == (404, "webhook_not_found")
        assert there.but_for(hook) == absent.but_for(never)
    assert queue.jobs == []
