"""Bugs to plant in receipts."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

RECEIPTS = "tests/integration/receipts/test_table.py"
RECEIPT = "tests/unit/test_receipt.py"

MUTANTS = (
    Mutant(
        "a later observation replaces an earlier one",
        "receipts/table.py",
        'f" OR {first} > :{first}"',
        'f" OR {first} < :{first}"',
        (RECEIPTS,),
    ),
    Mutant(
        "a failed message is acted on",
        "receipts/table.py",
        'HAS_NOT_FAILED = "attribute_not_exists(failed_at)"',
        'HAS_NOT_FAILED = "(attribute_not_exists(failed_at) OR attribute_exists(failed_at))"',
        (RECEIPTS,),
    ),
    Mutant(
        "a message that was acted on fails",
        "receipts/table.py",
        'WAS_NOT_ACTED = "attribute_not_exists(acted_at)"',
        'WAS_NOT_ACTED = "(attribute_not_exists(acted_at) OR attribute_exists(acted_at))"',
        (RECEIPTS,),
    ),
    Mutant(
        "an observation is written when the receipt may show that the message has failed",
        "receipts/table.py",
        "return now < self._ends_at(message_id) + WRITTEN_FOR",
        "return now < self._ends_at(message_id) + 2 * WRITTEN_FOR",
        (RECEIPTS,),
    ),
    Mutant(
        "a receipt fails while the relay may still write",
        "receipts/model.py",
        "return now - FAILS_AFTER >= stored.ends_at",
        "return now >= stored.ends_at",
        (RECEIPT,),
    ),
    Mutant(
        "what comes after the end of the retention counts",
        "receipts/model.py",
        "return moment if moment is not None and moment < stored.ends_at else None",
        "return moment",
        (RECEIPT,),
    ),
)
