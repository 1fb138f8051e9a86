"""The history of an order, recomputed by a reader that knows the documents and nothing else."""

import copy
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
import rfc8785

from agent_messaging.work_orders.history import Record, chain
from tests.integration.cloud import Cloud

CONTENT = {
    "create": (
        "title",
        "description",
        "requirements",
        "deliverables",
        "budget_usd",
        "deadline_at",
    ),
    "accept": ("estimated_completion",),
    "reject": ("reason",),
    "cancel": ("reason",),
    "fail": ("reason",),
    "complete": ("result_data", "result_url", "summary"),
    "expire": (),
}
LEADS_TO = {
    ("pending", "accept"): "accepted",
    ("pending", "reject"): "rejected",
    ("pending", "cancel"): "cancelled",
    ("pending", "expire"): "expired",
    ("accepted", "complete"): "completed",
    ("accepted", "fail"): "failed",
    ("accepted", "cancel"): "cancelled",
}


def sha256(value: dict) -> str:
    """The documents say: canonical JSON, RFC 8785. This is its published implementation."""
    return hashlib.sha256(rfc8785.dumps(as_doubles(value))).hexdigest()


def as_doubles(value: object) -> object:
    """Integers beyond 2**53 as doubles, as a JSON parser of a browser reads them."""
    if isinstance(value, dict):
        return {name: as_doubles(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_doubles(each) for each in value]
    is_large = isinstance(value, int) and abs(value) > 2**53
    return float(value) if is_large else value


def is_sound(order: dict) -> bool:
    """Whether an answer's history is of this order, unbroken and complete."""
    last: dict | None = None
    for number, entry in enumerate(order["history"], start=1):
        content = sha256({name: order[name] for name in CONTENT.get(entry["action"], ())})
        before = last and last["to"]
        to = LEADS_TO.get((before, entry["action"])) if last else "pending"
        time = "created_at" if last is None else f"{to}_at"
        role = entry["actor"]["role"]
        actor = "system" if role == "system" else order[role]["id"]
        expected = (number, order.get(time), actor, before, to, content, last and sha256(last))
        told = ("n", "at", "from", "to", "content_sha256", "previous_sha256")
        shown = {name: entry[name] for name in told}
        if (
            shown["n"],
            shown["at"],
            entry["actor"]["id"],
            shown["from"],
            shown["to"],
            shown["content_sha256"],
            shown["previous_sha256"],
        ) != expected:
            return False
        last = entry
    return last is not None and last["to"] == order["status"]


@pytest.fixture
def completed(pair: Cloud) -> dict:
    order_id = pair.offer(
        "nova",
        "boots",
        requirements={"b": 0.1, "a": [1, "“two”", None, 10**20, 1e16], "\u00e9": "\n"},
        budget_usd=99.95,
        deadline_at="2099-01-01T00:00:00Z",
    )
    pair.move("boots", order_id, "accept", estimated_completion="2098-01-01T00:00:00Z")
    pair.move("boots", order_id, "complete", result_data={"n": 1e-7}, summary="x" * 5_000)
    return pair.order("nova", order_id)


def test_an_order_that_went_well_has_three_entries(completed: dict):
    told = [(each["actor"]["role"], each["action"]) for each in completed["history"]]
    assert told == [("client", "create"), ("worker", "accept"), ("worker", "complete")]
    assert completed["history"][0]["previous_sha256"] is None
    assert is_sound(completed)


def test_both_parties_read_one_history(pair: Cloud, completed: dict):
    read = pair.order("boots", completed["work_order_id"])
    assert read["history"] == completed["history"]


@pytest.mark.parametrize("action", ["reject", "cancel"])
def test_the_reason_of_an_end_is_covered(pair: Cloud, action: str):
    order_id = pair.offer("nova", "boots")
    agent, name = {"reject": ("boots", "rejection_reason"), "cancel": ("nova", "reason")}[action]
    pair.move(agent, order_id, action, **{name: "Changed plans"})
    order = pair.order("nova", order_id)
    assert is_sound(order)
    assert not is_sound({**order, "reason": "Other plans"})


def test_the_system_ends_an_order_at_its_deadline(pair: Cloud):
    order_id = pair.offer("nova", "boots", deadline_at="2099-01-01T00:00:00Z")
    deadline = pair.overdue(order_id)
    assert pair.sweep() == 1
    entry = pair.order("nova", order_id)["history"][-1]
    assert entry["actor"] == {"role": "system", "id": "system"}
    assert (entry["at"], entry["action"], entry["to"]) == (deadline, "expire", "expired")
    assert entry["content_sha256"] == sha256({})


def changes(order: dict):
    """Every way to change one member of one entry, to remove one, and to swap two."""
    entries = order["history"]
    for place, entry in enumerate(entries):
        for name in entry:
            other = copy.deepcopy(entries)
            value = other[place][name]
            other[place][name] = (value or 0) + 1 if name == "n" else f"{value}0"
            if name == "actor":
                other[place][name] = {"role": "client", "id": "third"}
            yield f"{place} {name}", other
        yield f"without {place}", entries[:place] + entries[place + 1 :]
        for second in range(place + 1, len(entries)):
            swapped = entries.copy()
            swapped[place], swapped[second] = swapped[second], swapped[place]
            yield f"{place} and {second} swapped", swapped
    yield "none", []


def test_whatever_is_changed_removed_or_reordered_is_detected(completed: dict):
    found = {name: is_sound({**completed, "history": other}) for name, other in changes(completed)}
    assert len(found) > 25
    assert not any(found.values()), found


def test_a_change_of_what_was_written_is_detected(completed: dict):
    for name in (*CONTENT["create"], *CONTENT["complete"], *CONTENT["accept"]):
        assert not is_sound({**completed, name: "changed"}), name


def test_what_is_stored_otherwise_ends_in_another_hash(completed: dict, pair: Cloud):
    """The last entry that a party has kept covers all before it."""
    head = pair.head(completed["work_order_id"])
    parties = {"client": "nova", "worker": "boots"}
    kept = [*chain(head["history"], parties)][-1]
    first = Record.from_bytes(head["history"][0])
    forged = first._replace(digest="0" * 64).to_bytes()
    assert [*chain([forged, *head["history"][1:]], parties)][-1] != kept


@pytest.mark.parametrize("year", [1970, 2026, 9999])
def test_a_record_is_read_as_it_was_written(year: int):
    at = datetime(year, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC) - timedelta(milliseconds=1)
    record = Record(at, "system", "expire", "ab" * 32)
    assert len(record.to_bytes()) == 40
    assert Record.from_bytes(record.to_bytes()) == record


def test_a_list_shows_no_history(pair: Cloud, completed: dict):
    query = {"agent_id": "nova", "role": "client"}
    (listed,) = pair.get("/messaging/work-orders", query).json["work_orders"]
    assert listed == {**completed, "history": None, "questions": None}
