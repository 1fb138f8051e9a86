"""Where an order's content lies: in its head, or in parts of its own; sizes at every boundary."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from agent_messaging.fields import Party, json_text
from agent_messaging.storage.table import decode, encode
from agent_messaging.work_orders import item
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Action, Status
from local.in_process.units import size_of
from tests.poisoned_orders import WAYS
from tools.openapi import example_data

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
KEPT = timedelta(days=365)
ULID = "01kb9zj8p0q7w6x5y4z3a2b1c0"


def order(**fields) -> WorkOrder:
    given = {"title": "Estimates", "description": "Fifty of them", **fields}
    return WorkOrder.create(
        work_order_id=f"wo_{ULID}",
        client=Party(**example_data.NOVA),
        worker=Party(**example_data.BOOTS),
        message_id=f"msg_{ULID}",
        thread_id=f"thr_{ULID}0123456789abcdef",
        relationship="contact",
        is_verified=True,
        created_at=NOW,
        **given,
    )


def lasting(new: WorkOrder) -> int:
    head = item.head(new)
    return item.size_of({name: head[name] for name in head if name not in item.DUE_KEYS})


def of_size(size: int) -> WorkOrder:
    """An order whose head has so many bytes with its offer in it."""
    return order(description="x" * (size - lasting(order(description=""))))


def after(new: WorkOrder, *actions: Action, **result) -> WorkOrder:
    for action in actions:
        changes = result if action is Action.COMPLETE else {}
        new = new.apply(action, NOW, changes, KEPT)
    return new


@pytest.mark.parametrize(("size", "is_inline"), [(700, True), (701, False), (100_000, False)])
def test_an_offer_is_in_the_head_up_to_its_bound(size: int, *, is_inline: bool):
    new = item.place_offer(of_size(size))
    head, offer = item.head(new), item.part_item(new, item.OFFER)
    assert ("description" in head) is is_inline is (offer is None)
    assert item.size_of(head) <= item.NEW_HEAD_BYTES
    if offer:
        assert head["offer_bytes"] == item.size_of({"description": offer["description"]})
        assert offer["description"] == new.description


@pytest.mark.parametrize(("room", "is_inline"), [(0, True), (-1, False), (-60_000, False)])
def test_a_result_is_in_the_head_while_that_has_a_kilobyte(room: int, *, is_inline: bool):
    accepted = after(item.place_offer(of_size(600)), Action.ACCEPT)
    without = item.size_of(item.head(after(accepted, Action.COMPLETE)))
    summary = "x" * (item.HEAD_BYTES - without - len("summary") - room)
    done = item.place_result(after(accepted, Action.COMPLETE, summary=summary))
    head, result = item.head(done), item.part_item(done, item.RESULT)
    assert ("summary" in head) is is_inline is (result is None)
    assert item.size_of(head) <= item.HEAD_BYTES
    if is_inline:
        assert item.size_of(head) == item.HEAD_BYTES
    else:
        assert result["purge_at"] == head["purge_at"]


def test_the_users_own_order_fits_one_kilobyte_all_its_life():
    offer = {**example_data.OFFER, "requirements": json_text(example_data.OFFER["requirements"])}
    offer |= {"budget_usd": Decimal(15000), "deadline_at": NOW + timedelta(days=1)}
    new = item.place_offer(order(**offer))
    accepted = new.apply(Action.ACCEPT, NOW, {"estimated_completion": NOW}, KEPT)
    result = {
        "result_data": '{"estimates":50}',
        "result_url": "https://example.com/estimates.json",
        "summary": "50 estimates, 12 of them with a margin above 40 percent.",
    }
    done = item.place_result(accepted.apply(Action.COMPLETE, NOW, result, KEPT))
    assert [item.parts_of(each) for each in (new, accepted, done)] == [[], [], []]
    assert max(item.size_of(item.head(each)) for each in (new, accepted, done)) <= 1024


@pytest.mark.parametrize("status", WAYS)
def test_no_head_outgrows_a_kilobyte_by_what_a_long_order_holds(status: Status):
    long = order(description="x" * 60_000, requirements=json_text({"a": "x" * 60_000}))
    moved = after(item.place_offer(long), *WAYS[status])
    assert item.size_of(item.head(moved)) <= item.HEAD_BYTES


@pytest.mark.parametrize("status", WAYS)
@pytest.mark.parametrize("size", [600, 5_000])
def test_what_is_stored_is_read_again(status: Status, size: int):
    new = item.place_offer(of_size(size))
    moved = after(new, *WAYS[status], summary="x" * 2_000)
    moved = item.place_result(moved) if status is Status.COMPLETED else moved
    stored = {part: item.part_item(moved, part) for part in item.PARTS}
    read = item.parse(decode(encode(item.head(moved))), NOW)
    parts = {part: decode(encode(each)) for part, each in stored.items() if each}
    assert item.with_parts(read, parts) == moved
    assert sorted(parts) == sorted(item.parts_of(read))


def test_sizes_are_those_of_the_calculator():
    for size in (600, 5_000):
        done = after(item.place_offer(of_size(size)), Action.ACCEPT, Action.COMPLETE)
        assert abs(item.size_of(item.head(done)) - size_of(encode(item.head(done)))) <= 3


def test_an_order_past_its_retention_is_none():
    done = after(order(), Action.REJECT)
    stored = item.head(done)
    end = datetime.fromtimestamp(stored["purge_at"], UTC)
    assert end == NOW + KEPT
    assert item.parse(stored, end - timedelta(seconds=1)) == done
    assert item.parse(stored, end) is None


def test_an_open_order_has_no_end():
    for status in (Status.PENDING, Status.ACCEPTED):
        assert "purge_at" not in item.head(after(order(), *WAYS[status]))


def test_no_part_but_the_head_has_a_key_of_an_index():
    parts = item.place_offer(of_size(5_000))
    assert set(item.part_item(parts, item.OFFER)) == {"work_order_id", "part", "description"}
