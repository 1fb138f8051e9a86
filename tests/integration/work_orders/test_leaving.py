"""An agent that leaves ends every open order, on both sides, and whoever stays is told."""

from collections import Counter
from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.work_orders import leaving, system_end
from agent_messaging.work_orders.states import Action
from local.in_process.functions import app
from tests.integration.cloud import Cloud
from tests.integration.recorder import RECORDER
from tests.integration.work_orders.orders import notices, states

GONE = {
    # The role of the one that leaves, and what was done before: how the order ends.
    ("boots", ()): ("rejected", "worker_left"),
    ("nova", ()): ("cancelled", "client_left"),
    ("nova", ("accept",)): ("cancelled", "client_left"),
}


def leave(cloud: Cloud, agent_id: str) -> int:
    return cloud.call("DELETE", "/agents/me", {"agent_id": agent_id}).status


def mark_alone(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, agent_id: str) -> None:
    """Leave as a function does that dies as soon as that is written."""
    with monkeypatch.context() as patch:
        patch.setattr(leaving.Leaving, "end_first", lambda *_: None)
        assert leave(cloud, agent_id) == 200


def marks(cloud: Cloud) -> list[str]:
    items = cloud.items("WorkOrdersTable")
    return [item["work_order_id"] for item in items if item["part"] == "leaving"]


@pytest.mark.parametrize("way", GONE, ids=lambda way: "-".join((way[0], *way[1])))
def test_an_order_of_an_agent_that_leaves_ends_and_the_other_party_is_told(
    pair: Cloud, way: tuple[str, tuple[str, ...]]
):
    leaver, actions = way
    stays = "nova" if leaver == "boots" else "boots"
    order_id = pair.offer("nova", "boots")
    for action in actions:
        pair.move("boots", order_id, action)
    told = len(notices(pair, stays))
    assert leave(pair, leaver) == 200

    order = pair.order(stays, order_id)
    status, code = GONE[way]
    assert (order["status"], order["reason_code"]) == (status, code)
    assert (order["ended_by"], order["reason"]) == ("system", None)
    assert order[f"{status}_at"] == order["history"][-1]["at"]
    assert order["history"][-1]["actor"] == {"role": "system", "id": "system"}
    assert states(pair, stays) == (0, 0)
    listed = pair.get("/messaging/work-orders", {"agent_id": stays, "role": role_of(stays)})
    assert listed.json["work_orders"] == [{**order, "history": None, "questions": None}]
    note, *_ = notices(pair, stays)
    assert len(notices(pair, stays)) == told + 1
    assert note["from_agent"] == {"id": "system", "name": "System"}
    # More than one status leads to `cancelled`. So the notification names the one before.
    before = "accepted" if actions else "pending"
    previous = {"previous_status": before} if status == "cancelled" else {}
    assert note["metadata"] == {"status": status, "reason_code": code} | previous
    assert (note["subject"], note["untrusted"]) == (f"Work order {status}", None)
    assert note["body"] == f"A work order was {status}, because its {role_of(leaver)} has left."
    gone = [m for m in pair.items("AgentMessagesTable") if m["recipient_id"] == leaver]
    assert "notification" not in {m["display"]["type"] for m in gone[1:]}


def role_of(agent_id: str) -> str:
    return "client" if agent_id == "nova" else "worker"


def test_all_orders_on_both_sides_end_whatever_their_number(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(leaving, "FIRST", 4)
    own = [pair.offer("boots", "third") for _ in range(3)]
    given = [pair.offer("nova", "boots") for _ in range(3)]
    assert leave(pair, "boots") == 200
    ends = {i["work_order_id"]: i.get("reason_code") for i in pair.items("WorkOrdersTable")}
    assert [ends[each] for each in own] == ["client_left", "client_left", "client_left"]
    assert [ends[each] for each in given] == [None, None, "worker_left"]
    assert pair.swept() == Counter(ended=2)
    assert {pair.order("third", each)["status"] for each in own} == {"cancelled"}
    assert {pair.order("nova", each)["status"] for each in given} == {"rejected"}
    assert len(notices(pair, "third")) == len(notices(pair, "nova")) == 3
    before = pair.digest()
    assert pair.swept() == Counter()
    assert pair.digest() == before


def test_the_sweep_ends_what_a_function_left_that_died(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    orders = [pair.offer("nova", "boots") for _ in range(2)]
    pair.move("boots", orders[0], "accept")
    mark_alone(pair, monkeypatch, "nova")
    assert states(pair, "boots") == (1, 0)
    assert pair.swept() == Counter(ended=2)
    (line,) = [each for each in caplog.records if each.getMessage() == "swept"]
    assert (vars(line)["expired"], vars(line)["ended"]) == (0, 2)
    assert states(pair, "boots") == (0, 0)


def test_an_order_that_is_created_while_its_worker_leaves_ends_too(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    """The client has read that the worker is there; then the worker leaves, at once."""
    parties = app("work_orders").parties
    load = type(parties).load

    def load_then_leave(self, *arguments, **more):
        found = load(self, *arguments, **more)
        assert leave(pair, "boots") == 200
        return found

    with monkeypatch.context() as patch:
        patch.setattr(type(parties), "load", load_then_leave)
        order_id = pair.offer("nova", "boots")
    assert pair.order("nova", order_id)["status"] == "pending"
    assert pair.swept()["ended"] == 1
    assert pair.order("nova", order_id)["reason_code"] == "worker_left"


@pytest.mark.parametrize(
    ("before", "action"), [((), "accept"), ((), "reject"), (("accept",), "complete")]
)
def test_nobody_acts_on_an_order_of_a_client_that_is_gone(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch, before: tuple[str, ...], action: str
):
    order_id = pair.offer("nova", "boots")
    for each in before:
        pair.move("boots", order_id, each)
    mark_alone(pair, monkeypatch, "nova")
    answer = pair.move("boots", order_id, action)
    assert (answer.status, answer.json["code"]) == (409, "illegal_transition")
    assert answer.json["current_status"] == "cancelled"
    assert pair.order("boots", order_id)["reason_code"] == "client_left"
    assert states(pair, "boots") == (0, 0)
    assert pair.swept()["ended"] == 0


def test_a_client_that_acts_first_learns_that_its_worker_is_gone(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    order_id = pair.offer("nova", "boots")
    mark_alone(pair, monkeypatch, "boots")
    answer = pair.move("nova", order_id, "cancel")
    assert (answer.status, answer.json["current_status"]) == (409, "rejected")


def test_an_accept_that_comes_between_does_not_keep_an_order_open(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    """The end was prepared of a pending order; the accept of a worker is written before it."""
    order_id = pair.offer("nova", "boots")
    mark_alone(pair, monkeypatch, "nova")
    transact = system_end.transact

    def accept_first(client, entries):
        monkeypatch.setattr(system_end, "transact", transact)
        orders, agents = app("work_orders").orders, app("work_orders").agents
        order = orders.fetch(order_id, clock.now())
        write = orders.transact_transition(order, Action.ACCEPT, clock.now(), {})
        job = agents.table.transact_update(
            {"agent_id": "boots"}, "SET active_jobs = active_jobs + :one", one=1
        )
        transact(client, [write.head, job])
        transact(client, entries)

    monkeypatch.setattr(system_end, "transact", accept_first)
    assert pair.swept()["ended"] == 1
    order = pair.order("boots", order_id)
    assert (order["status"], order["reason_code"]) == ("cancelled", "client_left")
    assert order["accepted_at"] is not None
    assert states(pair, "boots") == (0, 0)


def test_an_overdue_order_of_an_agent_that_left_has_expired(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    order_id = pair.offer("nova", "boots")
    pair.overdue(order_id)
    assert leave(pair, "nova") == 200
    order = pair.order("boots", order_id)
    assert (order["status"], order["reason_code"], order["ended_by"]) == ("expired", None, "system")


def test_the_mark_stays_as_long_as_a_request_may_still_write(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    assert leave(pair, "boots") == 200
    pair.swept()
    assert marks(pair) == ["boots"]
    later = clock.now() + leaving.KEPT_FOR
    monkeypatch.setattr(clock, "now", lambda: later - timedelta(seconds=2))
    pair.swept()
    assert marks(pair) == ["boots"]
    monkeypatch.setattr(clock, "now", lambda: later + timedelta(seconds=2))
    pair.swept()
    assert marks(pair) == []


def test_who_may_not_leave_ends_nothing(pair: Cloud):
    taken, waiting = (pair.offer("nova", "boots") for _ in range(2))
    pair.move("boots", taken, "accept")
    assert leave(pair, "boots") == 409
    assert pair.order("nova", waiting)["status"] == "pending"
    assert marks(pair) == []


def test_what_goes_wrong_after_an_agent_has_left_is_left_to_the_sweep(
    pair: Cloud, caplog: pytest.LogCaptureFixture
):
    order_id = pair.offer("nova", "boots")
    error = {"Error": {"Code": "InternalServerError", "Message": "?"}}
    pair.fail("Query", 9, error)
    assert leave(pair, "boots") == 200
    assert "open orders are left for the sweep" in caplog.messages
    RECORDER.faults.clear()
    assert pair.swept()["ended"] == 1
    assert pair.order("nova", order_id)["status"] == "rejected"


def test_an_order_that_cannot_be_read_keeps_no_other_open(pair: Cloud):
    orders = [pair.offer("nova", "boots") for _ in range(3)]
    item = pair.head(orders[1])
    pair.write("WorkOrdersTable", {**item, "status": "lapsed"})
    assert leave(pair, "nova") == 200
    statuses = [pair.head(each)["status"] for each in orders]
    assert statuses == ["cancelled", "lapsed", "cancelled"]


def test_a_suspended_agent_has_not_left(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    app("work_orders").agents.set_status("nova", "suspended")
    assert pair.move("boots", order_id, "accept").status == 200
    assert pair.swept() == Counter()


def test_a_refusal_is_never_based_on_a_replica_alone(pair: Cloud):
    """The first read of the order may lag; it is read again, consistently, before a refusal."""
    order_id = pair.offer("nova", "boots")
    pair.cost()
    assert pair.move("boots", order_id, "complete").status == 409
    flags = [
        call.request["RequestItems"]["WorkOrdersTable"]["ConsistentRead"]
        for call in pair.cost()
        if call.operation == "BatchGetItem" and "WorkOrdersTable" in call.request["RequestItems"]
    ]
    assert flags == [False, True]
