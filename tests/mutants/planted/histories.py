"""Bugs to plant in what is kept of a work order: its history, its transcript and its parts."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

ORDERS = "tests/integration/work_orders"

MUTANTS = (
    Mutant(
        "a page of orders is not bounded before its parts are read",
        "work_orders/lists.py",
        "found.resume, item.weight)",
        "found.resume, lambda _: 0)",
        (f"{ORDERS}/test_parts.py::test_no_list_reads_more_than_a_page_holds",),
    ),
    Mutant(
        "a transition writes its record over those before",
        "work_orders/transition_write.py",
        "#history = list_append(#history, :history)",
        "#history = :history",
        (f"{ORDERS}/test_history.py::test_an_order_that_went_well_has_three_entries",),
    ),
    Mutant(
        "an entry of a history does not cover the one before",
        "work_orders/history.py",
        '"previous_sha256": previous,',
        '"previous_sha256": None,',
        (f"{ORDERS}/test_history.py::test_an_order_that_went_well_has_three_entries",),
    ),
    Mutant(
        "an order past its retention is shown until it is removed",
        "work_orders/item.py",
        'item["purge_at"] <= clock.to_epoch(now)',
        'item["purge_at"] <= 0',
        (f"{ORDERS}/test_retention.py::test_what_is_past_its_retention_does_not_exist",),
    ),
    Mutant(
        "an offer stays when its order has been removed",
        "work_orders/purge.py",
        'if f"{name}_bytes" in head]',
        'if f"{name}_size" in head]',
        (
            f"{ORDERS}/test_retention.py"
            "::test_a_long_offer_goes_with_its_head_and_a_repetition_does_no_harm",
        ),
    ),
    Mutant(
        "a stranger reads the transcript of an order",
        "work_orders/transcript.py",
        "if order is None or not order.has_party(caller.agent_id):",
        "if order is None:",
        (f"{ORDERS}/test_transcripts.py::test_a_stranger_gets_no_transcript",),
    ),
    Mutant(
        "what is signed does not cover the entries of the history",
        "work_orders/transcript.py",
        '"entries": list(map(canonical.sha256, document["history"])),',
        '"entries": [],',
        (
            f"{ORDERS}/test_transcripts.py"
            "::test_a_transcript_has_the_order_its_history_and_its_messages",
        ),
    ),
)
