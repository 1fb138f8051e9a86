"""Bugs to plant in orders that come back: due entries, the pool, and what the next worker meets."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

ORDERS = "tests/integration/work_orders"

MUTANTS = (
    Mutant(
        "a move leaves the entry of the sweep as it read it",
        "work_orders/transition_write.py",
        "        if name in DUE_KEYS or before.get(name) != value\n",
        "        if before.get(name) != value\n",
        (f"{ORDERS}/test_due_entries.py",),
    ),
    Mutant(
        "an order ends in the pool, because it became ready meanwhile",
        "work_orders/transition_write.py",
        "        clauses.append(IS_NOT_READY)\n",
        '        clauses.append(f"({IS_NOT_READY} OR is_ready <> :not_ready)")\n',
        (
            f"{ORDERS}/test_pool_children.py::test_an_order_that_ends_while_it_becomes_ready_is_not_listed",
        ),
    ),
    Mutant(
        "a cancellation that a claim overtakes is an error of the server",
        "work_orders/transitions.py",
        "if wanted.action is Action.ACCEPT and list(error.failed[:2]) == [False, True]:",
        "if error.failed[1] and wanted.action is Action.ACCEPT and not error.failed[0]:",
        (
            f"{ORDERS}/test_pool_races.py::test_a_cancellation_of_an_order_that_is_claimed_ends_the_job",
        ),
    ),
    Mutant(
        "the schema of an order for candidates is not checked",
        "work_orders/pool_offering.py",
        "        if body.result_schema is not None:\n",
        "        if body.to_agent_id is not None and body.result_schema is not None:\n",
        (f"{ORDERS}/test_result_schemas.py::test_a_schema_that_cannot_be_used_is_refused",),
    ),
    Mutant(
        "the client of an order for candidates does not pay for the removal of its schema",
        "work_orders/pool_offering.py",
        "parts = order.offer_bytes or 0, order.schema_bytes or 0\n",
        "parts = (order.offer_bytes or 0,)\n",
        (
            "tests/integration/meter/test_metering.py::"
            "test_the_removal_of_a_schema_is_paid_whoever_may_take_the_order",
        ),
    ),
    Mutant(
        "candidates see what the worker before them did",
        "work_orders/service.py",
        "            order = order.as_offered()\n",
        "",
        (f"{ORDERS}/test_pool_lapses.py::test_candidates_see_nothing_of_the_worker_before_them",),
    ),
    Mutant(
        "a candidate gets an empty history, as if the order had none",
        "work_orders/schemas.py",
        "    if not order.has_party(reader_id):\n        return view(order, reader_id)\n",
        "",
        (f"{ORDERS}/test_pool_lapses.py::test_candidates_see_nothing_of_the_worker_before_them",),
    ),
    Mutant(
        "an order that lapses past its deadline is offered again",
        "work_orders/expiry.py",
        "                if not order.is_due(now):\n                    return order, is_ended\n",
        "                return order, is_ended\n",
        (f"{ORDERS}/test_pool_lapses.py::test_an_order_that_lapses_past_its_deadline_expires",),
    ),
    Mutant(
        "an order expires before it was reopened",
        "work_orders/model.py",
        "        return max(self._ends_at, self.reopened_at or self._ends_at)\n",
        "        return self._ends_at\n",
        (f"{ORDERS}/test_pool_lapses.py::test_an_order_that_lapses_past_its_deadline_expires",),
    ),
    Mutant(
        "a list shows an order that lapsed past its deadline as pending",
        "work_orders/model.py",
        "changed | self._reopened(action)).as_of(now)",
        "changed | self._reopened(action))",
        ("tests/unit/test_order_pools.py",),
    ),
    Mutant(
        "a claim misses a block that a replica does not have yet",
        "work_orders/candidates.py",
        "        is_consistent = is_sure or sees_blocks\n",
        "        is_consistent = is_sure\n",
        (
            f"{ORDERS}/test_pool_races.py::test_a_claim_and_an_award_see_every_block_from_before_the_call",
        ),
    ),
    Mutant(
        "a worker that lapsed is told that the parent of its new part does not exist",
        "work_orders/children.py",
        "            require_not_excluded(parent, caller.agent_id)\n",
        "            pass\n",
        (
            f"{ORDERS}/test_pool_children.py::test_a_worker_that_lapsed_creates_no_part_and_is_told_why",
        ),
    ),
    Mutant(
        "a bid cannot be withdrawn once the time for bids is over",
        "work_orders/bids.py",
        "        require_pending(self.candidates.expiry.settle(candidate.order, now))\n",
        "        require_open(self.candidates.expiry.settle(candidate.order, now), now)\n",
        (f"{ORDERS}/test_bids.py::test_a_bid_can_be_withdrawn_as_long_as_the_order_is_pending",),
    ),
)
