"""Bugs to plant in what the last release reads and writes. Each change is sound by itself."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

RELEASES = "tests/releases/test_two_versions.py"

MUTANTS = (
    Mutant(
        "the last release does not know the status of a cancelled order",
        "work_orders/states.py",
        'CANCELLED = "cancelled"',
        'CANCELLED = "withdrawn"',
        (f"{RELEASES}::test_each_reads_and_changes_what_the_other_has_stored[transitions]",),
    ),
    Mutant(
        "the last release does not find the long offer of an order",
        "work_orders/model.py",
        'OFFER = "offer"',
        'OFFER = "terms"',
        (f"{RELEASES}::test_each_reads_and_changes_what_the_other_has_stored[transitions]",),
    ),
    Mutant(
        "the last release cannot read a record of an order's history",
        "work_orders/states.py",
        'CANCEL = "cancel", "x", "reason"',
        'CANCEL = "cancel", "k", "reason"',
        (f"{RELEASES}::test_each_reads_and_changes_what_the_other_has_stored[transitions]",),
    ),
    Mutant(
        "the sweep of the last release does not see all deadlines",
        "work_orders/item.py",
        "DUE_SHARDS = 4",
        "DUE_SHARDS = 64",
        (f"{RELEASES}::test_each_reads_and_changes_what_the_other_has_stored[deadlines]",),
    ),
    Mutant(
        "the last release does not find the long part of a message",
        "messaging/item.py",
        'return f"long_{',
        'return f"body_{',
        (f"{RELEASES}::test_each_reads_and_changes_what_the_other_has_stored[messages]",),
    ),
    Mutant(
        "a key that the last release has answered counts as used for another request",
        "idempotency.py",
        'text = "\\n".join(',
        'text = "&".join(',
        (f"{RELEASES}::test_each_reads_and_changes_what_the_other_has_stored[transitions]",),
    ),
    Mutant(
        "what the last release has counted is counted again",
        "stats/table.py",
        'return f"counted#{stream',
        'return f"seen#{stream',
        (f"{RELEASES}::test_each_reads_and_changes_what_the_other_has_stored[statistics]",),
    ),
    Mutant(
        "the units that the last release has counted are not found",
        "meter/table.py",
        'WINDOW = "units"',
        'WINDOW = "spent"',
        (f"{RELEASES}::test_each_reads_and_changes_what_the_other_has_stored[penalties]",),
    ),
)
