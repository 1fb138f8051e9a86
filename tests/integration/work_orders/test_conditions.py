"""The write itself minds state and deadline, whatever was read before."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.storage.transactions import TransactionFailedError, transact
from agent_messaging.work_orders.states import Action
from local.in_process.functions import app
from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import FUTURE


@pytest.mark.parametrize(
    ("action", "lateness", "is_written"),
    [
        (Action.ACCEPT, -1, True),
        (Action.ACCEPT, 0, False),
        (Action.CANCEL, 1, False),
        (Action.EXPIRE, -1, False),
        (Action.EXPIRE, 0, True),
    ],
)
def test_the_write_itself_minds_the_deadline(
    pair: Cloud, action: Action, lateness: int, *, is_written: bool
):
    orders = app("work_orders").orders
    order = orders.fetch(pair.offer("nova", "boots", deadline_at=FUTURE), clock.now())
    now = order.deadline_at + timedelta(milliseconds=lateness)
    entry = orders.transact_transition(order, action, now, {}).head
    if is_written:
        transact(orders.client, [entry])
    else:
        with pytest.raises(TransactionFailedError):
            transact(orders.client, [entry])
    assert (orders.fetch(order.work_order_id, clock.now()).status == "pending") is not is_written


def test_the_write_itself_minds_the_state(pair: Cloud):
    orders = app("work_orders").orders
    order = orders.fetch(pair.offer("nova", "boots"), clock.now())
    pair.move("nova", order.work_order_id, "cancel")
    accept = orders.transact_transition(order, Action.ACCEPT, clock.now(), {})
    with pytest.raises(TransactionFailedError):
        transact(orders.client, [accept.head])
