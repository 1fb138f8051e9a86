"""Bugs to plant in bids on work orders and their awards."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

ORDERS = "tests/integration/work_orders"

MUTANTS = (
    Mutant(
        "an award does not ask whether the bid is still the same",
        "work_orders/bid_table.py",
        'IS_THIS_BID = "bid_id = :bid_id"',
        'IS_THIS_BID = "(bid_id = :bid_id OR bid_id <> :bid_id)"',
        (f"{ORDERS}/test_pool_races.py::test_a_bid_that_is_replaced_is_not_awarded",),
    ),
    Mutant(
        "a bidder sees the bids of others",
        "work_orders/bids.py",
        "        return [own]\n",
        "        return self.bids.all(work_order_id, now)\n",
        (f"{ORDERS}/test_bids.py::test_bids_are_sealed",),
    ),
    Mutant(
        "a withdrawal removes a later bid",
        "work_orders/bid_table.py",
        "bids.key(work_order_id, bid.bidder.id), IS_THIS_BID",
        'bids.key(work_order_id, bid.bidder.id), f"({IS_THIS_BID} OR bid_id <> :bid_id)"',
        (
            f"{ORDERS}/test_bid_races.py::test_a_withdrawal_leaves_a_bid_that_came_after_it_was_read",
        ),
    ),
    Mutant(
        "a bid stays although its order was awarded meanwhile",
        "work_orders/bids.py",
        "if current is None or current.status is not Status.PENDING:",
        "if current is None:",
        (
            f"{ORDERS}/test_pool_races.py"
            "::test_a_bid_on_an_order_that_is_awarded_meanwhile_is_not_stored",
        ),
    ),
    Mutant(
        "a bid with a key does not ask whether its order is still pending",
        "work_orders/bids.py",
        "            self.bids.transact_check_open(order, now),\n",
        "",
        (
            f"{ORDERS}/test_bid_races.py"
            "::test_a_bid_with_a_key_on_an_order_that_is_awarded_meanwhile_is_not_stored",
        ),
    ),
    Mutant(
        "a bid is taken after the time for bids",
        "work_orders/bids.py",
        "if order.bids_by is not None and not pool.takes_bids(order, now):",
        "if order.bids_by is None:",
        (f"{ORDERS}/test_bids.py::test_bids_end_in_time_and_an_award_is_still_possible",),
    ),
    Mutant(
        "a bid is higher than the budget",
        "work_orders/bids.py",
        "bid.price_usd > order.budget_usd:",
        "bid.price_usd > 2 * order.budget_usd:",
        (f"{ORDERS}/test_bids.py::test_a_price_stays_within_the_budget",),
    ),
    Mutant(
        "an award to a suspended agent is written",
        "agents/table.py",
        'condition = f"{IS_THERE} AND {IS_ACTIVE}"',
        'condition = f"({IS_THERE} OR {IS_ACTIVE})"',
        (f"{ORDERS}/test_pool_races.py::test_a_bidder_that_cannot_do_it_any_more_gets_no_award",),
    ),
    Mutant(
        "an agent that the client blocks gets the award",
        "work_orders/awarding.py",
        "        and not winner.is_blocked\n",
        "",
        (f"{ORDERS}/test_bids.py::test_an_award_to_a_blocked_agent_is_refused",),
    ),
    Mutant(
        "a worker that lapsed gets the order again by an award",
        "work_orders/awarding.py",
        "        and name not in (order.excluded or ())\n",
        "",
        (f"{ORDERS}/test_bid_races.py::test_a_worker_whose_lease_ended_gets_no_second_award",),
    ),
    Mutant(
        "a bidder that bids during the award is not told that it lost",
        "work_orders/awarding.py",
        "            if bid.bidder.id not in told:",
        "            if bid.bidder.id in told:",
        (
            f"{ORDERS}/test_pool_races.py"
            "::test_a_bid_that_arrives_during_the_award_is_told_that_it_lost",
        ),
    ),
    Mutant(
        "an award tells no other bidder",
        "work_orders/awarding.py",
        "entries += [self.outbox.transact_event(event, award.now) for event in events]",
        "entries += [self.outbox.transact_event(event, award.now) for event in events[:0]]",
        (f"{ORDERS}/test_bids.py::test_a_bid_an_award_and_a_loss_are_told",),
    ),
)
