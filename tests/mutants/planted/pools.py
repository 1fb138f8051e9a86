"""Bugs to plant in work orders for candidates: claims, bids, awards and reopened orders."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

ORDERS = "tests/integration/work_orders"

MUTANTS = (
    Mutant(
        "a claim does not ask for the capability when it is written",
        "agents/table.py",
        'HAS_CAPABILITY = "contains(capabilities, :capability)"',
        'HAS_CAPABILITY = "(contains(capabilities, :capability) OR active_jobs >= :one OR '
        'active_jobs < :one)"',
        (f"{ORDERS}/test_pool_races.py",),
    ),
    Mutant(
        "a claim takes one job more than its agent allows",
        "agents/table.py",
        'f"{condition} AND active_jobs < max_concurrent_jobs AND {TAKES_ORDERS} AND "',
        'f"{condition} AND active_jobs <= max_concurrent_jobs AND {TAKES_ORDERS} AND "',
        (f"{ORDERS}/test_pools.py", "-k", "capacity"),
    ),
    Mutant(
        "a worker completes the order that another one has taken over",
        "work_orders/transition_write.py",
        'IS_FIRST_ROUND = "attribute_not_exists(lapses)"',
        'IS_FIRST_ROUND = "(attribute_not_exists(lapses) OR attribute_exists(lapses))"',
        (f"{ORDERS}/test_pool_races.py",),
    ),
    Mutant(
        "a worker that lapsed claims the order again",
        "work_orders/rounds.py",
        '"excluded": (*(excluded or ()), worker_id),',
        '"excluded": (*(excluded or ()),),',
        (f"{ORDERS}/test_pool_lapses.py",),
    ),
    Mutant(
        "an award does not ask whether the bid is still the same",
        "work_orders/bid_table.py",
        'IS_THIS_BID = "bid_id = :bid_id"',
        'IS_THIS_BID = "(bid_id = :bid_id OR bid_id <> :bid_id)"',
        (f"{ORDERS}/test_pool_races.py",),
    ),
    Mutant(
        "a bidder sees the bids of others",
        "work_orders/bids.py",
        "        return [own]\n",
        "        return self.bids.all(work_order_id, now)\n",
        (f"{ORDERS}/test_bids.py", "-k", "sealed"),
    ),
    Mutant(
        "a blocked candidate sees the orders of a pool",
        "work_orders/candidates.py",
        "in self.agent.capabilities and not self.is_blocked",
        "in self.agent.capabilities",
        (f"{ORDERS}/test_pools.py", "-k", "blocked"),
    ),
)
