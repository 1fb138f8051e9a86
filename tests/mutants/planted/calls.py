"""Bugs to plant in calls to DynamoDB: cut answers, batches, collisions and the time left."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

CALLS = "tests/integration/calls"

MUTANTS = (
    Mutant(
        "half an answer is believed",
        "storage/connection.py",
        "if checksum is None or checksum == str(zlib.crc32(body)):",
        "if checksum is None or checksum:",
        (
            f"{CALLS}/test_cut_answers.py"
            "::test_what_never_comes_whole_is_a_failure_after_three_attempts",
        ),
    ),
    Mutant(
        "an answer that never came whole is an empty one",
        "storage/connection.py",
        'if http_response.status_code < REFUSED and "Error" in parsed:',
        'if http_response.status_code == REFUSED and "Error" in parsed:',
        (
            f"{CALLS}/test_cut_answers.py"
            "::test_what_never_comes_whole_is_a_failure_after_three_attempts",
        ),
    ),
    Mutant(
        "what a batch left unprocessed is not asked for again",
        "storage/transactions.py",
        "        if not request:\n            return\n",
        "        return\n",
        (
            f"{CALLS}/test_unprocessed.py"
            "::test_keys_that_dynamodb_left_unprocessed_are_asked_for_again",
        ),
    ),
    Mutant(
        "a transaction that collided is given up at once",
        "storage/transactions.py",
        '_TRANSIENT = {"TransactionConflict", ',
        "_TRANSIENT = {",
        (f"{CALLS}/test_collisions.py::test_a_transaction_that_only_collided_is_sent_again",),
    ),
    Mutant(
        "a write is begun with no time left",
        "deadline.py",
        "if left() < seconds:",
        "if left() < 0:",
        (f"{CALLS}/test_time_left.py::test_with_too_little_time_left_nothing_is_written",),
    ),
)
