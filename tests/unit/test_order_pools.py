"""An order for candidates: its place in the pool, and what a lapse makes of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from agent_messaging.fields import MaxLapses, Party
from agent_messaging.work_orders import history, item, pool
from agent_messaging.work_orders.model import MOST_QUESTIONS, WorkOrder
from agent_messaging.work_orders.states import Action, OfferKind, Status
from agent_messaging.work_orders.transition_write import IS_SAME_ROUND, update

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOMENT = timedelta(milliseconds=1)
YEAR = timedelta(days=365)
NOVA, ADA, BEN = (Party(id=each, name=each.title()) for each in ("nova", "ada", "ben"))


def offered(**fields) -> WorkOrder:
    given = {
        "title": "Estimates",
        "description": "Fifty of them",
        "capability": "estimation",
        "priority": 3,
        "lease_seconds": 60,
        "max_lapses": 3,
    }
    return WorkOrder.create(
        work_order_id="wo_1",
        client=NOVA,
        created_at=NOW - timedelta(days=1),
        **given | fields,
    )


def claimed(order: WorkOrder, worker: Party, at: datetime = NOW) -> WorkOrder:
    changes = {"worker": worker, "message_id": "msg_1", "thread_id": "thr_1"}
    return order.apply(Action.CLAIM, at, changes, YEAR)


def lapsed(order: WorkOrder) -> WorkOrder:
    now = order.lease_expires_at
    return order.apply(order.clock_action(now), now, {}, YEAR)


def talked(order: WorkOrder) -> WorkOrder:
    for action, text in ((Action.ASK, "question"), (Action.ANSWER, "answer")):
        order = order.apply(action, NOW, {text: "?", "question_id": "qst_1"}, YEAR)
    return order


def test_the_longest_history_is_as_long_as_the_documents_say():
    rounds = TypeAdapter(MaxLapses).json_schema()["maximum"]
    order = offered(max_lapses=rounds)
    for number in range(rounds):
        order = claimed(order, Party(id=f"worker{number}", name=""))
        for _ in range(MOST_QUESTIONS if number == 0 else 0):
            order = talked(order)
        order = lapsed(order)
    assert order.is_final
    page = (Path(__file__).parents[2] / "docs/guarantees.md").read_text("utf-8")
    assert f"at most {len(order.history)} entries" in " ".join(page.split())


def test_how_an_order_finds_its_worker():
    assert offered(capability=None).kind is OfferKind.NAMED
    assert offered().kind is OfferKind.POOL
    assert offered(bids_by=NOW).kind is OfferKind.BIDS


def test_a_pending_order_is_in_the_pool_and_a_claimed_one_is_not():
    order = offered()
    assert pool.keys(order) == {"pool_for": "estimation", "pool_rank": "07#wo_1"}
    assert pool.keys(claimed(order, ADA)) == {}
    assert pool.keys(offered(capability=None)) == {}


def test_ranks_sort_by_priority_then_by_age():
    ranks = [pool.rank(offered(priority=priority)) for priority in (10, 9, 1, 0)]
    assert ranks == sorted(ranks)


def test_an_entry_of_the_pool_is_enough_to_show_the_order():
    order = offered(deadline_at=NOW + YEAR, budget_usd=5)
    stored = item.head(order)
    entry = {name: stored[name] for name in ("work_order_id", "part", "display")}
    shown = item.parse(entry, NOW)
    # The description and the history are not in the index.
    assert shown == order.model_copy(
        update={"description": None, "history": (), "max_lapses": None}
    )
    assert shown.generation == order.generation


def test_a_lapse_gives_the_order_to_another_worker():
    order = claimed(offered(), ADA)
    again = lapsed(order)
    assert (again.status, again.lapses, again.excluded) == (Status.PENDING, 1, ("ada",))
    names = ("worker", "message_id", "thread_id", "accepted_at", "lease_expires_at", "reason_code")
    assert [getattr(again, name) for name in names] == [None] * 6
    assert again.reopened_at == order.lease_expires_at
    assert pool.keys(again) == pool.keys(offered())
    assert again.purge_at is None
    entry = {name: item.head(again)[name] for name in ("work_order_id", "part", "display")}
    shown = item.parse(entry, NOW)
    assert (
        (shown.generation, shown.updated_at)
        == (again.generation, again.updated_at)
        == (
            3,
            order.lease_expires_at,
        )
    )


def test_after_its_last_lapse_an_order_fails():
    order = offered(max_lapses=2)
    order = lapsed(claimed(order, ADA))
    assert order.status is Status.PENDING
    order = lapsed(claimed(order, BEN))
    assert (order.status, order.lapses, order.reason_code) == (Status.FAILED, 2, "lapsed")
    assert order.worker == BEN


def test_a_named_order_fails_at_its_first_lapse():
    order = offered(capability=None, worker=ADA, max_lapses=None)
    accepted = order.apply(Action.ACCEPT, NOW, {}, YEAR)
    assert lapsed(accepted).status is Status.FAILED


def test_a_question_without_an_answer_ends_the_order():
    changes = {"question": "Which?", "question_id": "qst_1"}
    asking = claimed(offered(), ADA).apply(Action.ASK, NOW, changes, YEAR)
    assert asking.clock_action(asking.answer_by) is Action.LAPSE


def test_a_reopened_order_past_its_deadline_expires():
    order = lapsed(claimed(offered(deadline_at=NOW + 30 * MOMENT), ADA))
    assert order.clock_action(NOW + timedelta(minutes=1)) is Action.EXPIRE
    assert order.due == order.deadline_at


def test_the_history_names_the_worker_of_each_round():
    order = claimed(lapsed(claimed(offered(), ADA)), BEN, NOW + timedelta(hours=1))
    order = order.apply(Action.COMPLETE, NOW + timedelta(hours=2), {}, YEAR)
    parties = {"client": "nova", "worker": order.taken_by.id}
    entries = [*history.chain(order.history, parties, order.excluded)]
    assert [(entry["action"], entry["actor"]["id"]) for entry in entries] == [
        ("create", "nova"),
        ("claim", "ada"),
        ("reopen", "system"),
        ("claim", "ben"),
        ("complete", "ben"),
    ]


def test_every_write_of_a_reopened_order_is_bound_to_its_round():
    order = claimed(lapsed(claimed(offered(), ADA)), BEN, NOW)
    after = order.apply(Action.COMPLETE, NOW, {}, YEAR)
    _, condition, values = update(order, after, NOW, is_by_clock=False)
    assert IS_SAME_ROUND in condition
    assert values["round"] == 1


@pytest.mark.parametrize(
    ("agent_id", "fields", "is_shown"),
    [
        ("ben", {}, True),
        ("nova", {}, False),
        ("ada", {"excluded": ("ada",)}, False),
        ("ben", {"deadline_at": NOW}, False),
        ("ben", {"deadline_at": NOW + MOMENT}, True),
        ("ben", {"bids_by": NOW}, False),
        ("ben", {"bids_by": NOW + MOMENT}, True),
    ],
)
def test_a_list_shows_what_a_candidate_could_take(agent_id: str, fields: dict, *, is_shown: bool):
    assert pool.is_shown(offered(**fields), agent_id, NOW) is is_shown


def test_a_head_of_an_order_for_candidates_stays_within_a_write_unit():
    long = Party(id="a" * 40, name="A" * 20)
    order = item.place_offer(offered(title="T" * 60, description="D" * 300, deadline_at=NOW + YEAR))
    taken = order.apply(
        Action.CLAIM,
        NOW,
        {"worker": long, "message_id": f"msg_{'0' * 26}", "thread_id": f"thr_{'0' * 42}"},
        YEAR,
    )
    lasting = {k: v for k, v in item.head(taken).items() if k not in item.DUE_KEYS}
    assert item.size_of(lasting) <= item.HEAD_BYTES


def test_an_order_that_lapses_past_its_deadline_has_expired_at_the_same_time():
    order = claimed(offered(deadline_at=NOW + timedelta(seconds=10)), ADA)
    end = order.lease_expires_at
    seen = order.as_of(end)
    assert (seen.status, seen.worker, seen.reopened_at, seen.expired_at) == (
        Status.EXPIRED,
        None,
        end,
        end,
    )
    stored = lapsed(order).apply(Action.EXPIRE, end, {}, YEAR)
    assert stored.expired_at == stored.reopened_at == end
    assert [history.Record.from_bytes(each).at for each in stored.history[-2:]] == [end, end]


def test_a_candidate_sees_an_order_as_it_is_offered():
    order = lapsed(claimed(offered(), ADA))
    told = {"percent": 40, "note": "Half", "reported_at": NOW, "asked": 1, "answered": 1}
    seen = order.model_copy(update={**told, "partial_bytes": 9}).as_offered()
    assert {getattr(seen, name) for name in (*told, "partial_bytes")} == {None}
    assert (seen.history, seen.generation, seen.updated_at) == ((), 3, order.reopened_at)
