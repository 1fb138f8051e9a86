"""Bugs to plant in messages, their lists and the sent log."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

MESSAGING = "tests/integration/messaging"

MUTANTS = (
    Mutant(
        "a second acknowledgement moves the time of the first",
        "messaging/table.py",
        'IS_PENDING = "attribute_exists(pending_for)"',
        'IS_PENDING = "attribute_exists(message_id)"',
        (
            f"{MESSAGING}/test_mark_read.py"
            "::test_of_two_that_mark_a_message_read_at_once_the_second_answers_what_the_first_wrote",
        ),
    ),
    Mutant(
        "a repeated acknowledgement is written again",
        "messaging/table.py",
        "        if message.status is MessageStatus.READ:\n            return message\n",
        "",
        (f"{MESSAGING}/test_mark_read.py::test_what_is_read_already_costs_reads_alone",),
    ),
    Mutant(
        "what a copy of the table lacks is not read again",
        "messaging/table.py",
        "batch_get(self.client, absent, consistent=True)",
        "batch_get(self.client, absent)",
        (
            f"{MESSAGING}/test_long.py"
            "::test_a_long_part_that_a_copy_of_the_table_lacks_is_read_again_consistently",
        ),
    ),
    Mutant(
        "a page of long messages goes on behind those that did not fit",
        "messaging/pages.py",
        "kept[-1].message_id if is_cut else self.resume",
        "self.records[-1].message_id if is_cut else self.resume",
        (
            f"{MESSAGING}/test_long_pages.py::test_every_message_comes_once_in_order_under_one_total",
        ),
    ),
    Mutant(
        "a message that lost its long part is shown without what it said",
        "messaging/table.py",
        "return None if part is None else joined(message, part)",
        "return joined(message, part or {})",
        (f"{MESSAGING}/test_long.py::test_one_that_is_gone_since_is_left_out",),
    ),
    Mutant(
        "a total counts on where its page began",
        "messaging/lists.py",
        "paging.count(found.count, listed.resume, count_on, rounds)",
        'paging.count(found.count, listed.resume and "msg_~", count_on, rounds)',
        (
            f"{MESSAGING}/test_pages.py"
            "::test_every_page_size_gives_each_message_once_newest_first_and_one_total",
        ),
    ),
    Mutant(
        "a thread ends before the message that begins it",
        "messaging/thread_list.py",
        "if is_here and (before is None or opening_id < before):",
        "if is_here and (before is None or opening_id < before) and not records:",
        (f"{MESSAGING}/test_threads.py::test_a_reply_is_in_the_thread_of_what_it_answers",),
    ),
    Mutant(
        "a message of another thread begins one whose id was made up",
        "messaging/thread_list.py",
        "(each for each in found if each.thread_id == self.thread_id)",
        "(each for each in found if each.thread_id)",
        (f"{MESSAGING}/test_threads.py::test_a_made_up_thread_has_no_first_message",),
    ),
    Mutant(
        "a full chunk of the sent log takes one message more",
        "messaging/quota.py",
        "return Quota(min(CHUNK_SIZE, per_sender), per_pair)",
        "return Quota(per_sender, per_pair)",
        (
            "tests/integration/limits/test_windows.py"
            "::test_limits_of_any_size_are_exact_over_chunks[True-13-12]",
        ),
    ),
    Mutant(
        "a recipient's limit begins anew with each chunk",
        "messaging/quota.py",
        "per_pair = self.per_pair - full.recipients[record.recipient_id]",
        "per_pair = self.per_pair",
        (
            "tests/integration/limits/test_windows.py"
            "::test_limits_of_any_size_are_exact_over_chunks[True-13-12]",
        ),
    ),
    Mutant(
        "an update of the sent log that boto3 repeats is refused",
        "messaging/sent_log.py",
        "                if current.has(message_id):\n                    return\n",
        "",
        (
            "tests/integration/limits/test_windows.py"
            "::test_a_repeated_update_counts_once_whichever_chunk_it_meets",
        ),
    ),
    Mutant(
        "a minute of the sent list is shown before it is read to its end",
        "messaging/sent_chunks.py",
        "if chunk.minute > oldest",
        "if chunk.minute >= oldest",
        (f"{MESSAGING}/test_sent.py::test_a_minute_that_has_more_than_a_query_is_read_to_its_end",),
    ),
)
