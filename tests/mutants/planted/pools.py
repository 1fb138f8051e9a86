"""Bugs to plant in work orders for candidates: lists, claims and reopened orders."""

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
        (
            f"{ORDERS}/test_pool_races.py"
            "::test_a_claim_of_an_agent_that_loses_the_capability_is_refused",
        ),
    ),
    Mutant(
        "a claim takes one job more than its agent allows",
        "agents/table.py",
        'f"{condition} AND active_jobs < max_concurrent_jobs AND {TAKES_ORDERS} AND "',
        'f"{condition} AND active_jobs <= max_concurrent_jobs AND {TAKES_ORDERS} AND "',
        (f"{ORDERS}/test_pools.py::test_a_claim_stays_within_the_capacity",),
    ),
    Mutant(
        "a worker completes the order that another one has taken over",
        "work_orders/transition_write.py",
        'IS_FIRST_ROUND = "attribute_not_exists(lapses)"',
        'IS_FIRST_ROUND = "(attribute_not_exists(lapses) OR attribute_exists(lapses))"',
        (
            f"{ORDERS}/test_pool_races.py"
            "::test_a_worker_changes_no_order_that_another_one_has_taken_over",
        ),
    ),
    Mutant(
        "a worker that lapsed claims the order again",
        "work_orders/rounds.py",
        '"excluded": (*(excluded or ()), worker_id),',
        '"excluded": (*(excluded or ()),),',
        (f"{ORDERS}/test_pool_lapses.py::test_an_order_that_lapses_is_offered_to_the_others",),
    ),
    Mutant(
        "a blocked candidate sees the orders of a pool",
        "work_orders/candidates.py",
        "in self.agent.capabilities and not self.is_blocked",
        "in self.agent.capabilities",
        (f"{ORDERS}/test_pools.py::test_a_blocked_agent_sees_no_order_and_takes_none",),
    ),
    Mutant(
        "a claim of an agent that takes no orders is written",
        "agents/table.py",
        'accepts_work_orders = :yes)"',
        'accepts_work_orders <> :yes OR accepts_work_orders = :yes)"',
        (
            f"{ORDERS}/test_pool_races.py"
            "::test_a_claim_of_an_agent_that_takes_no_orders_any_more_is_refused",
        ),
    ),
    Mutant(
        "a worker of an earlier round changes the order of a later one",
        "work_orders/transition_write.py",
        'IS_SAME_ROUND = "lapses = :round"',
        'IS_SAME_ROUND = "(lapses = :round OR lapses <> :round)"',
        (
            f"{ORDERS}/test_pool_races.py"
            "::test_a_worker_changes_no_order_that_another_one_has_taken_over",
        ),
    ),
    Mutant(
        "a client claims its own order",
        "work_orders/candidates.py",
        "if order.client.id == agent.agent_id:",
        "if order.client.id == order.work_order_id:",
        (f"{ORDERS}/test_pools.py::test_the_client_does_not_claim_its_own_order",),
    ),
    Mutant(
        "a candidate learns of an order that another one has taken",
        "work_orders/candidates.py",
        "if order.status is not Status.PENDING or order.kind is OfferKind.NAMED:",
        "if order.kind is OfferKind.NAMED:",
        (
            f"{ORDERS}/test_pools.py::test_an_order_that_is_taken_does_not_exist_for_the_other_candidates",
        ),
    ),
    Mutant(
        "an order that its candidate has lost is in the list again",
        "work_orders/pool.py",
        "agent_id != order.client.id and agent_id not in (order.excluded or ())",
        "agent_id != order.client.id",
        (f"{ORDERS}/test_pool_lapses.py::test_an_order_that_lapses_is_offered_to_the_others",),
    ),
    Mutant(
        "the list shows the orders of clients that are blocked",
        "work_orders/pool_list.py",
        "return [order for order in orders if order.client.id not in blocked]",
        "return [order for order in orders if order.work_order_id not in blocked]",
        (f"{ORDERS}/test_pools.py::test_a_blocked_agent_sees_no_order_and_takes_none",),
    ),
    Mutant(
        "an order that is not ready is offered to candidates",
        "work_orders/pool.py",
        "order.capability is None or order.is_ready is False:",
        "order.capability is None:",
        (f"{ORDERS}/test_pool_children.py::test_nobody_can_take_an_order_that_is_not_ready",),
    ),
    Mutant(
        "an order is reopened once too often",
        "work_orders/rounds.py",
        "(lapses or 0) + 1 < (max_lapses",
        "(lapses or 0) + 1 <= (max_lapses",
        (f"{ORDERS}/test_pool_lapses.py::test_after_its_last_lapse_an_order_fails",),
    ),
    Mutant(
        "an order that lapses fails instead of going back to the pool",
        "work_orders/model.py",
        "return Action.REOPEN if self._is_reopened else Action.LAPSE",
        "return Action.LAPSE",
        (f"{ORDERS}/test_pool_lapses.py::test_an_order_that_lapses_is_offered_to_the_others",),
    ),
)
