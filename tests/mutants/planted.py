"""Bugs to plant in the product, one at a time: each breaks a promise, and some test must see it."""

from __future__ import annotations

from dataclasses import dataclass

LAYER = "layers/agent_messaging/agent_messaging"
SCHEDULER = "tests/races/scheduler"
KEYS = "tests/integration/idempotency"
ORDERS = "tests/integration/work_orders"
CALLS = "tests/integration/calls"
MESSAGING = "tests/integration/messaging"
CONTACTS = "tests/integration/contacts"
STATS = "tests/integration/stats"


@dataclass(frozen=True)
class Mutant:
    """`old`, which stands once in `file` below the layer's package, becomes `new`.

    `tests` are those that should see it, as arguments of pytest.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "a transition does not ask whether the order is still what was read",
        "work_orders/table.py",
        'IS_STILL = "#status = :was"',
        'IS_STILL = "(#status = :was OR #status <> :was)"',
        (f"{SCHEDULER}/test_scenarios.py", "-k", "answers or endings"),
    ),
    Mutant(
        "an order can be answered at the very moment of its deadline",
        "work_orders/model.py",
        "and self.deadline_at <= now",
        "and self.deadline_at < now",
        (f"{ORDERS}/test_first_come.py",),
    ),
    Mutant(
        "a deadline is no condition of the write",
        "work_orders/table.py",
        "OR deadline_at > :now)",
        "OR deadline_at > :now OR deadline_at <= :now)",
        (ORDERS,),
    ),
    Mutant(
        "an order is told to be expired before that is stored",
        "work_orders/expiry.py",
        "            transact(self.client, self._entries(order, now))",
        "            self._entries(order, now)",
        (f"{ORDERS}/test_first_come.py",),
    ),
    Mutant(
        "an expiry tells one of the two parties",
        "work_orders/expiry.py",
        "for to in (order.client, order.worker)",
        "for to in (order.client,)",
        (f"{ORDERS}/test_sweeps.py",),
    ),
    Mutant(
        "a worker takes one job more than it allows",
        "agents/table.py",
        "active_jobs < max_concurrent_jobs",
        "active_jobs <= max_concurrent_jobs",
        (f"{ORDERS}/test_capacity.py",),
    ),
    Mutant(
        "a job that its client cancels goes on counting",
        "work_orders/desk.py",
        "if order.status is Status.ACCEPTED:",
        "if order.status is Status.ACCEPTED and move.action is not Action.CANCEL:",
        (f"{ORDERS}/test_transitions.py",),
    ),
    Mutant(
        "a transition forgets the notification",
        "work_orders/desk.py",
        "            self.messages.put_entry(note),\n",
        "",
        (f"{ORDERS}/test_notifications.py",),
    ),
    Mutant(
        "the record of a key does not refuse the second of two",
        "idempotency.py",
        'IS_NEW = "(attribute_not_exists(request_key) OR purge_at <= :epoch)"',
        'IS_NEW = "(attribute_not_exists(request_key) OR purge_at <= :epoch OR purge_at > :epoch)"',
        (f"{SCHEDULER}/test_scenarios.py", "-k", "one_key"),
    ),
    Mutant(
        "the record of a key is written after its effect",
        "idempotency.py",
        "            transact(self.table.client, [*entries, record])",
        "            transact(self.table.client, entries)\n"
        "            transact(self.table.client, [record])",
        (f"{SCHEDULER}/test_scenarios.py", "-k", "one_key or creations"),
    ),
    Mutant(
        "a key answers for another request too",
        "idempotency.py",
        'if record["fingerprint"] != self.fingerprint:',
        'if record["fingerprint"] == "":',
        (f"{KEYS}/test_refusals.py",),
    ),
    Mutant(
        "a refused retry does not look for its record",
        "idempotency.py",
        "self.now) if self.request_key else None\n            if record is None:",
        "self.now) if False else None\n            if record is None:",
        (f"{KEYS}/test_replays.py",),
    ),
    Mutant(
        "a key that was revoked is answered from its record",
        "idempotency.py",
        "_FINAL = (UnauthorizedError, AgentSuspendedError, OutOfTimeError)",
        "_FINAL = (OutOfTimeError,)",
        (f"{KEYS}/test_refusals.py",),
    ),
    Mutant(
        "one agent's key answers another agent",
        "idempotency.py",
        'f"{agent_id}#{operation}#{key}"',
        'f"{operation}#{key}"',
        (f"{KEYS}/test_replays.py",),
    ),
    Mutant(
        "a key's record is never too old",
        "idempotency.py",
        'item["purge_at"] <= now.timestamp()',
        'item["purge_at"] <= 0',
        (f"{KEYS}/test_replays.py", f"{KEYS}/test_refusals.py", f"{KEYS}/test_expiry.py"),
    ),
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
        "self.entries[-1].message_id if is_cut else self.resume",
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
        "paging.count(found.count, candidates.resume, count_on, queries)",
        'paging.count(found.count, candidates.resume and "msg_~", count_on, queries)',
        (f"{MESSAGING}/test_pages.py",),
    ),
    Mutant(
        "a thread ends before the message that begins it",
        "messaging/conversation.py",
        "if shown.resume is None and (before is None or opening_id < before):",
        "if shown.resume is None and (before is None or opening_id < before) and not entries:",
        (f"{MESSAGING}/test_threads.py",),
    ),
    Mutant(
        "a message of another thread begins one whose id was made up",
        "messaging/conversation.py",
        "(each for each in found if each.thread_id == self.thread_id)",
        "(each for each in found if each.thread_id)",
        (f"{MESSAGING}/test_threads.py",),
    ),
    Mutant(
        "a full chunk of the sent log takes one message more",
        "messaging/sent.py",
        "return Quota(min(CHUNK_ENTRIES, per_sender), per_pair)",
        "return Quota(per_sender, per_pair)",
        ("tests/integration/limits/test_windows.py",),
    ),
    Mutant(
        "a recipient's limit begins anew with each chunk",
        "messaging/sent.py",
        "per_pair = self.quota.per_pair - full.recipients[entry.recipient_id]",
        "per_pair = self.quota.per_pair",
        ("tests/integration/limits/test_windows.py",),
    ),
    Mutant(
        "an update of the sent log that boto3 repeats is refused",
        "messaging/sent.py",
        "                if standing.has(message_id):\n                    return\n",
        "",
        ("tests/integration/limits/test_windows.py",),
    ),
    Mutant(
        "a minute of the sent list is shown before it is read to its end",
        "messaging/sent.py",
        "if chunk.minute > oldest",
        "if chunk.minute >= oldest",
        ("tests/integration/limits/test_windows.py", f"{MESSAGING}/test_sent.py"),
    ),
    Mutant(
        "what is long of a message is counted as a message",
        "stats/projection.py",
        "if event is not _Event.INSERT or not is_head:",
        "if event is not _Event.INSERT:",
        ("tests/unit/stats/test_projection.py",),
    ),
    Mutant(
        "half a character passes",
        "payload.py",
        ' or b"\\\\u" in raw',
        "",
        ("tests/unit/test_payload.py",),
    ),
    Mutant(
        "a heartbeat is refused when its day cannot be noted",
        "agents/table.py",
        '            self.change(caller, {"last_seen_on": now.date().isoformat()}, now)\n',
        "            try:\n"
        '                self.change(caller, {"last_seen_on": now.date().isoformat()}, now)\n'
        "            except Exception as error:\n"
        "                raise RuntimeError from error\n",
        ("tests/integration/test_presence.py",),
    ),
    Mutant(
        "a stranger's second request takes the place of its first",
        "contacts/table.py",
        "(attribute_not_exists(contact_id) OR purge_at <= :epoch)",
        "(attribute_not_exists(contact_id) OR purge_at <= :epoch OR purge_at > :epoch)",
        (f"{CONTACTS}/test_requests.py", f"{CONTACTS}/test_races.py"),
    ),
    Mutant(
        "a request is released though another one waits by now",
        "contacts/table.py",
        'IS_THIS_REQUEST = "request_id = :request_id"',
        'IS_THIS_REQUEST = "(request_id = :request_id OR attribute_exists(contact_id))"',
        (CONTACTS, f"{SCHEDULER}/test_scenarios.py", "-k", "contacts or requests or removals"),
    ),
    Mutant(
        "a removal of a contact that boto3 repeats is done twice",
        "contacts/table.py",
        "            transact(self.table.client, [entry])\n        except TransactionFailedError:",
        '            self.table.client.delete_item(**entry["Delete"])\n'
        "        except self.table.client.exceptions.ConditionalCheckFailedException:",
        (f"{SCHEDULER}/test_scenarios.py", "-k", "removals"),
    ),
    Mutant(
        "a write does not ask whether the key still speaks for its agent",
        "agents/admission.py",
        'condition += f" AND {IS_OF_EPOCH} AND {holds_key(str(caller.key_id))}"',
        'condition += f" AND ({IS_OF_EPOCH} OR {holds_key(str(caller.key_id))} OR {IS_THERE})"',
        ("tests/integration/authorisation/test_revocation_races.py",),
    ),
    Mutant(
        "what a batch left unprocessed is not asked for again",
        "batches.py",
        "        if not request:\n            return\n",
        "        return\n",
        (f"{CALLS}/test_unprocessed.py",),
    ),
    Mutant(
        "a transaction that collided is given up at once",
        "batches.py",
        '_TRANSIENT = {"TransactionConflict", ',
        "_TRANSIENT = {",
        (f"{CALLS}/test_collisions.py",),
    ),
    Mutant(
        "a write is begun with no time left",
        "time_left.py",
        "remaining() < seconds * 1000",
        "remaining() < seconds",
        (f"{CALLS}/test_time_left.py",),
    ),
    Mutant(
        "a roll-up that runs again replaces the snapshot",
        "stats/table.py",
        "            self.table.put(item, NOT_FILED)\n",
        "            self.table.put(item)\n",
        (STATS,),
    ),
    Mutant(
        "a record that is delivered again is counted again",
        "stats/runs.py",
        "counted = {number for receipt in receipts for number in receipt.numbers}",
        "counted = {number for receipt in receipts for number in receipt.numbers[:0]}",
        (STATS,),
    ),
    Mutant(
        "one poison record fails its whole batch",
        "stats/runs.py",
        '            poison.append(str(record["dynamodb"]["SequenceNumber"]))\n',
        "            raise\n",
        (STATS,),
    ),
)
