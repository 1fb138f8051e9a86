"""The machine of a work order, and the order as of a moment."""

from datetime import UTC, datetime, timedelta

import pytest

from agent_messaging.errors import IllegalTransitionError
from agent_messaging.fields import Party
from agent_messaging.messaging.model import SYSTEM, Relationship, Untrusted
from agent_messaging.work_orders import notification
from agent_messaging.work_orders.model import OFFERED, OFFERED_LATER, WorkOrder
from agent_messaging.work_orders.schemas import CreateRequest
from agent_messaging.work_orders.states import (
    ENDS,
    KINDS,
    OPEN,
    ROLES,
    TRANSITIONS,
    Action,
    OfferKind,
    Role,
    Status,
    Times,
    transition,
    what_can_be_done,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOMENT = timedelta(milliseconds=1)
NOVA, BOOTS = Party(id="nova", name="Nova"), Party(id="boots", name="Boots")


def order(**fields) -> WorkOrder:
    return WorkOrder(
        work_order_id="wo_1",
        client=NOVA,
        worker=BOOTS,
        title="Estimates",
        description="Fifty of them",
        message_id="msg_1",
        thread_id="thr_1",
        created_at=NOW - timedelta(days=1),
        **fields,
    )


def test_the_way_of_an_order_that_goes_well():
    assert transition(Status.PENDING, Action.ACCEPT).target is Status.ACCEPTED
    assert transition(Status.ACCEPTED, Action.COMPLETE).target is Status.COMPLETED


TABLE = """
          pending    accepted        input_required  rejected  cancelled  expired  completed  failed
accept    accepted   -               -               -         -          -        -          -
reject    rejected   -               -               -         -          -        -          -
complete  -          completed       completed       -         -          -        -          -
fail      -          failed          failed          -         -          -        -          -
cancel    cancelled  cancelled       cancelled       -         -          -        -          -
expire    expired    -               -               -         -          -        -          -
ask       -          input_required  -               -         -          -        -          -
answer    -          -               accepted        -         -          -        -          -
lapse     -          failed          failed          -         -          -        -          -
claim     accepted   -               -               -         -          -        -          -
award     accepted   -               -               -         -          -        -          -
reopen    -          pending         -               -         -          -        -          -
"""
HEAD, *ROWS = (line.split() for line in TABLE.strip().splitlines())
CELLS = [(status, row[0], cell) for row in ROWS for status, cell in zip(HEAD, row[1:], strict=True)]


def test_the_table_has_every_state_and_every_action():
    assert list(Status) == HEAD
    assert sorted(row[0] for row in ROWS) == sorted(Action)
    assert len(CELLS) == 8 * 12


@pytest.mark.parametrize(("status", "action", "cell"), CELLS)
def test_each_state_and_action(status: str, action: str, cell: str):
    if cell != "-":
        assert transition(Status(status), Action(action)).target == cell
        return
    with pytest.raises(IllegalTransitionError) as caught:
        transition(Status(status), Action(action))
    assert caught.value.members == {"current_status": status}
    assert caught.value.detail.startswith(f"The work order is {status}, so it cannot be ")


def test_what_leads_somewhere_is_open_and_agents_bring_about_four_ends():
    assert {"pending", "accepted", "input_required"} == OPEN
    assert {"rejected", "cancelled", "completed", "failed"} == ENDS


def test_each_transition_has_a_time_of_the_order_and_each_action_one_letter():
    assert {step.time for step in TRANSITIONS} == set(Times.model_fields)
    assert [transition(step.source, step.action) for step in TRANSITIONS] == [*TRANSITIONS]
    letters = {action: action.letter for action in Action}
    assert letters == {
        "accept": "a",
        "reject": "r",
        "complete": "d",
        "fail": "f",
        "cancel": "x",
        "expire": "e",
        "ask": "q",
        "answer": "y",
        "lapse": "l",
        "claim": "t",
        "award": "w",
        "reopen": "o",
    }


def test_an_action_writes_fields_of_an_order():
    written = {name for action in Action for name in action.writes}
    # A question and its answer are parts of their own.
    offered = {*OFFERED, *OFFERED_LATER}
    assert (written - {"question", "answer"}) | offered <= set(WorkOrder.model_fields)
    # The last one belongs to the message that brings the order.
    sent_only = {"to_agent_id", "deadline_in_seconds", "wants_receipts"}
    sent_only |= {"to_capability", "max_lapses"}
    assert offered - {"capability"} == CreateRequest.model_fields.keys() - sent_only


def test_a_client_cancels_and_answers_and_a_worker_does_the_rest():
    assert ROLES == {
        "accept": "worker",
        "reject": "worker",
        "complete": "worker",
        "fail": "worker",
        "cancel": "client",
        "ask": "worker",
        "answer": "client",
        "claim": "worker",
        "award": "client",
    }


@pytest.mark.parametrize(
    ("deadline", "is_due"),
    [(NOW + MOMENT, False), (NOW, True), (NOW - MOMENT, True), (None, False)],
)
def test_an_order_is_due_from_the_moment_of_its_deadline(
    deadline: datetime | None, *, is_due: bool
):
    pending = order(deadline_at=deadline)
    assert pending.is_due(NOW) is is_due
    seen = pending.as_of(NOW)
    assert seen.status is (Status.EXPIRED if is_due else Status.PENDING)
    assert seen.expired_at == (deadline if is_due else None)
    assert pending.status is Status.PENDING


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.PENDING])
def test_only_a_pending_order_expires(status: Status):
    late = order(deadline_at=NOW - MOMENT, status=status)
    assert not late.is_due(NOW)
    assert late.as_of(NOW) is late


@pytest.mark.parametrize("status", Status)
def test_an_order_is_final_in_a_state_that_nothing_leaves(status: Status):
    cells = {cell for source, _, cell in CELLS if source == status}
    assert order(status=status).is_final is (cells == {"-"})


def test_an_order_knows_its_sides():
    assert order().has_party("nova")
    assert order().has_party("boots")
    assert not order().has_party("third")
    assert (order().role_of("nova"), order().role_of("boots")) == (Role.CLIENT, Role.WORKER)
    assert (order().other_party("nova"), order().other_party("boots")) == (BOOTS, NOVA)


@pytest.mark.parametrize(
    ("action", "body", "subject"),
    [
        (Action.ACCEPT, "The worker accepted a work order.", "Work order accepted"),
        (Action.REJECT, "The worker rejected a work order.", "Work order rejected"),
        (Action.FAIL, "The worker failed a work order.", "Work order failed"),
    ],
)
def test_a_notice_says_in_the_systems_words_who_did_what(action: Action, body: str, subject: str):
    known = {"relationship": Relationship.CONTACT, "is_verified": True}
    before = Status.ACCEPTED if action is Action.FAIL else Status.PENDING
    step = transition(before, action)
    note = notification.compose_for(order(status=step.target), step, BOOTS, NOVA, NOW, **known)
    assert (note.body, note.subject) == (body, subject)
    assert (note.sender, note.recipient, note.type) == (BOOTS, NOVA, "notification")
    assert (note.work_order_id, note.thread_id) == ("wo_1", "thr_1")
    assert note.metadata == f'{{"status":"{subject.rsplit(maxsplit=1)[-1]}"}}'
    assert not note.is_sent
    with_reason = notification.compose_for(
        order(), step, BOOTS, NOVA, NOW, **known, changes={"reason": "Full"}
    )
    assert with_reason.body == body
    assert with_reason.untrusted == Untrusted(title="Estimates", reason="Full")
    assert note.untrusted == Untrusted(title="Estimates")


def test_a_notice_about_a_blocked_agent_quotes_nothing():
    known = {"relationship": Relationship.BLOCKED, "is_verified": True}
    note = notification.compose_for(
        order(),
        transition(Status.PENDING, Action.REJECT),
        BOOTS,
        NOVA,
        NOW,
        **known,
        changes={"reason": "Full"},
    )
    assert note.body == "The worker rejected a work order."
    assert note.untrusted is None


def test_an_expiry_is_told_by_the_system_in_a_thread_of_its_own():
    said = {"relationship": None, "is_verified": True}
    expiry = transition(Status.PENDING, Action.EXPIRE)
    note = notification.compose_for(order(), expiry, SYSTEM, NOVA, NOW, **said)
    assert note.body == "A work order expired: nobody answered by its deadline."
    assert note.sender == SYSTEM
    assert note.thread_id != "thr_1"


def test_a_refused_transition_says_which_calls_the_order_allows_now():
    with pytest.raises(IllegalTransitionError) as caught:
        transition(Status.ACCEPTED, Action.ACCEPT)
    path = "/api/v1/messaging/work-order/{work_order_id}"
    assert caught.value.fix == (
        f"The order is accepted. Its worker can call POST {path}/complete or POST {path}/fail "
        f"or POST {path}/ask. "
        f"Its client can call POST {path}/cancel."
    )
    with pytest.raises(IllegalTransitionError) as caught:
        order().apply(Action.COMPLETE, NOW, {}, timedelta(1))
    path = f"/api/v1/messaging/work-order/{order().work_order_id}"
    assert f"POST {path}/respond" in caught.value.fix
    assert "{" not in caught.value.fix


@pytest.mark.parametrize("kind", OfferKind)
def test_every_call_that_a_status_allows_is_named_and_no_other(kind: OfferKind):
    calls = {Action.ACCEPT: "respond", Action.REJECT: "respond"}
    for status in Status:
        told = what_can_be_done(status, None, kind=kind)
        steps = (each for each in TRANSITIONS if each.source is status and each.role)
        allowed = {each.action for each in steps if KINDS.get(each.action, kind) is kind}
        named = {calls.get(action, str(action)) for action in allowed}
        every = {calls.get(action, str(action)) for action in ROLES}
        assert {each for each in every if f"/{each}" in told} == named
        assert ("is final" in told) == (status not in OPEN)
