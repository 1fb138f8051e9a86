"""Bugs to plant in requests with an `Idempotency-Key`."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

SCHEDULER = "tests/races/scheduler"
KEYS = "tests/integration/idempotency"

MUTANTS = (
    Mutant(
        "the record of a key does not refuse the second of two",
        "idempotency.py",
        'IS_NEW = "(attribute_not_exists(request_key) OR purge_at <= :epoch)"',
        'IS_NEW = "(attribute_not_exists(request_key) OR purge_at <= :epoch OR purge_at > :epoch)"',
        (f"{SCHEDULER}/test_scenarios.py::test_nothing_is_violated[one_key]",),
    ),
    Mutant(
        "the record of a key is written after its effect",
        "idempotency.py",
        "            transact(self.table.client, [*items, record])",
        "            transact(self.table.client, items)\n"
        "            transact(self.table.client, [record])",
        (f"{SCHEDULER}/test_scenarios.py::test_nothing_is_violated[one_key]",),
    ),
    Mutant(
        "a key answers for another request too",
        "idempotency.py",
        'if record["fingerprint"] != self.fingerprint:',
        'if record["fingerprint"] == "":',
        (f"{KEYS}/test_refusals.py::test_a_key_with_another_body_is_refused_and_changes_nothing",),
    ),
    Mutant(
        "a refused retry does not look for its record",
        "idempotency.py",
        "self.now) if self.request_key else None\n            if record is None:",
        "self.now) if False else None\n            if record is None:",
        (f"{KEYS}/test_replays.py::test_a_retry_changes_nothing_and_is_answered_the_same",),
    ),
    Mutant(
        "a key that was revoked is answered from its record",
        "idempotency.py",
        "_FINAL = (UnauthorizedError, AgentSuspendedError, OutOfTimeError)",
        "_FINAL = (OutOfTimeError,)",
        (f"{KEYS}/test_refusals.py::test_whoever_lost_the_right_to_act_gets_no_old_answer",),
    ),
    Mutant(
        "one agent's key answers another agent",
        "idempotency.py",
        'f"{agent_id}#{operation}#{key}"',
        'f"{operation}#{key}"',
        (f"{KEYS}/test_replays.py::test_a_key_belongs_to_one_agent_and_one_route",),
    ),
    Mutant(
        "a key's record is never too old",
        "idempotency.py",
        'item["purge_at"] <= now.timestamp()',
        'item["purge_at"] <= 0',
        (f"{KEYS}/test_expiry.py::test_what_was_done_a_day_ago_is_not_what_is_asked_today",),
    ),
)
