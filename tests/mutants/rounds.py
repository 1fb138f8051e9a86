"""Bugs to plant in orders that come back: due entries, the pool, and what the next worker meets."""

from __future__ import annotations

from tests.mutants.planted import ORDERS, Mutant

ROUNDS = (
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
        (f"{ORDERS}/test_pool_children.py", "-k", "becomes_ready"),
    ),
    Mutant(
        "a cancellation that a claim overtakes is an error of the server",
        "work_orders/transitions.py",
        "if wanted.action is Action.ACCEPT and list(error.failed[:2]) == [False, True]:",
        "if error.failed[1] and wanted.action is Action.ACCEPT and not error.failed[0]:",
        (f"{ORDERS}/test_pool_races.py", "-k", "cancellation_of"),
    ),
    Mutant(
        "the schema of an order for candidates is not checked",
        "work_orders/pool_offering.py",
        "        if body.result_schema is not None:\n",
        "        if body.to_agent_id is not None and body.result_schema is not None:\n",
        (f"{ORDERS}/test_result_schemas.py", "-k", "cannot_be_used"),
    ),
    Mutant(
        "the client of an order for candidates does not pay for the removal of its schema",
        "work_orders/pool_offering.py",
        "order.offer_bytes or 0, order.schema_bytes or 0, lapses=lapses)",
        "order.offer_bytes or 0, lapses=lapses)",
        ("tests/integration/meter/test_metering.py", "-k", "schema"),
    ),
    Mutant(
        "candidates see what the worker before them did",
        "work_orders/service.py",
        "            order = order.as_offered()\n",
        "",
        (f"{ORDERS}/test_pool_lapses.py", "-k", "nothing_of"),
    ),
    Mutant(
        "a candidate gets an empty history, as if the order had none",
        "work_orders/schemas.py",
        "    if not order.has_party(reader_id):\n        return view(order, reader_id)\n",
        "",
        (f"{ORDERS}/test_pool_lapses.py", "-k", "nothing_of"),
    ),
    Mutant(
        "an order that lapses past its deadline is offered again",
        "work_orders/expiry.py",
        "                if not order.is_due(now):\n                    return order\n",
        "                return order\n",
        (f"{ORDERS}/test_pool_lapses.py", "-k", "past_its_deadline"),
    ),
    Mutant(
        "an order expires before it was reopened",
        "work_orders/model.py",
        "        return max(self._ends_at, self.reopened_at or self._ends_at)\n",
        "        return self._ends_at\n",
        (f"{ORDERS}/test_pool_lapses.py", "-k", "past_its_deadline"),
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
        (f"{ORDERS}/test_pool_races.py", "-k", "every_block"),
    ),
    Mutant(
        "a worker that lapsed is told that the parent of its new part does not exist",
        "work_orders/children.py",
        "            require_not_excluded(parent, caller.agent_id)\n",
        "            pass\n",
        (f"{ORDERS}/test_pool_children.py", "-k", "creates_no_part"),
    ),
    Mutant(
        "a bid cannot be withdrawn once the time for bids is over",
        "work_orders/bids.py",
        "        require_pending(self.candidates.expiry.settle(candidate.order, now))\n",
        "        require_open(self.candidates.expiry.settle(candidate.order, now), now)\n",
        (f"{ORDERS}/test_bids.py", "-k", "as_long_as"),
    ),
)
