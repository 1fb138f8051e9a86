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
        (f"{MESSAGING}/test_mark_read.py",),
    ),
    Mutant(
        "a repeated acknowledgement is written again",
        "messaging/table.py",
        "        if message.status is MessageStatus.READ:\n            return message\n",
        "",
        (f"{MESSAGING}/test_mark_read.py", f"{MESSAGING}/test_long.py"),
    ),
    Mutant(
        "what a copy of the table lacks is not read again",
        "messaging/table.py",
        "batch_get(self.client, absent, consistent=True)",
        "batch_get(self.client, absent)",
        (f"{MESSAGING}/test_long.py",),
    ),
    Mutant(
        "a page of long messages goes on behind those that did not fit",
        "messaging/pages.py",
        "kept[-1].message_id if is_cut else self.resume",
        "self.records[-1].message_id if is_cut else self.resume",
        (f"{MESSAGING}/test_long_pages.py",),
    ),
    Mutant(
        "a message that lost its long part is shown without what it said",
        "messaging/table.py",
        "return None if part is None else joined(message, part)",
        "return joined(message, part or {})",
        (f"{MESSAGING}/test_long.py",),
    ),
    Mutant(
        "a total counts on where its page began",
        "messaging/lists.py",
        "paging.count(found.count, listed.resume, count_on, rounds)",
        'paging.count(found.count, listed.resume and "msg_~", count_on, rounds)',
        (f"{MESSAGING}/test_pages.py",),
    ),
    Mutant(
        "a thread ends before the message that begins it",
        "messaging/thread_list.py",
        "if is_here and (before is None or opening_id < before):",
        "if is_here and (before is None or opening_id < before) and not records:",
        (f"{MESSAGING}/test_threads.py",),
    ),
    Mutant(
        "a message of another thread begins one whose id was made up",
        "messaging/thread_list.py",
        "(each for each in found if each.thread_id == self.thread_id)",
        "(each for each in found if each.thread_id)",
        (f"{MESSAGING}/test_threads.py",),
    ),
    Mutant(
        "a full chunk of the sent log takes one message more",
        "messaging/quota.py",
        "return Quota(min(CHUNK_SIZE, per_sender), per_pair)",
        "return Quota(per_sender, per_pair)",
        ("tests/integration/limits/test_windows.py",),
    ),
    Mutant(
        "a recipient's limit begins anew with each chunk",
        "messaging/quota.py",
        "per_pair = self.per_pair - full.recipients[record.recipient_id]",
        "per_pair = self.per_pair",
        ("tests/integration/limits/test_windows.py",),
    ),
    Mutant(
        "an update of the sent log that boto3 repeats is refused",
        "messaging/sent_log.py",
        "                if current.has(message_id):\n                    return\n",
        "",
        ("tests/integration/limits/test_windows.py",),
    ),
    Mutant(
        "a minute of the sent list is shown before it is read to its end",
        "messaging/sent_chunks.py",
        "if chunk.minute > oldest",
        "if chunk.minute >= oldest",
        ("tests/integration/limits/test_windows.py", f"{MESSAGING}/test_sent.py"),
    ),
)
