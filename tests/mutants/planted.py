"""Bugs to plant in the product, one at a time: each breaks a promise, and some test must see it."""

from __future__ import annotations

from dataclasses import dataclass

LAYER = "layers/agent_messaging/agent_messaging"
SCHEDULER = "tests/races/scheduler"
KEYS = "tests/integration/idempotency"
ORDERS = "tests/integration/work_orders"
CALLS = "tests/integration/calls"
MESSAGING = "tests/integration/messaging"
NAMES = "tests/integration/agents/test_names.py"
CONTACTS = "tests/integration/contacts"
STATS = "tests/integration/stats"
METER = "tests/integration/meter"
RELEASES = "tests/releases/test_two_versions.py"


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
        "work_orders/transition_write.py",
        'IS_STILL = "#status = :was"',
        'IS_STILL = "(#status = :was OR #status <> :was)"',
        (f"{SCHEDULER}/test_scenarios.py", "-k", "answers or endings"),
    ),
    Mutant(
        "an order can be answered at the very moment of its deadline",
        "work_orders/model.py",
        "if ends_at is None or ends_at > now:",
        "if ends_at is None or ends_at >= now:",
        (f"{ORDERS}/test_first_come.py",),
    ),
    Mutant(
        "a deadline is no condition of the write",
        "work_orders/transition_write.py",
        "OR deadline_at > :now)",
        "OR deadline_at > :now OR deadline_at <= :now)",
        (ORDERS,),
    ),
    Mutant(
        "an order is told to be expired before that is stored",
        "work_orders/expiry.py",
        "            transact(self.client, self._entries(expiry, now))",
        "            self._entries(expiry, now)",
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
        "work_orders/transitions.py",
        "if was_active and not is_active:",
        "if was_active and not is_active and write.step.action is not Action.CANCEL:",
        (f"{ORDERS}/test_transitions.py",),
    ),
    Mutant(
        "a transition forgets the notification",
        "work_orders/transitions.py",
        "            self.messages.transact_put(note),\n",
        "",
        (f"{ORDERS}/test_notifications.py",),
    ),
    Mutant(
        "an agent that leaves ends its orders on one side",
        "work_orders/leaving.py",
        "        for role in Role:\n",
        "        for role in (Role.WORKER,):\n",
        (f"{ORDERS}/test_leaving.py",),
    ),
    Mutant(
        "what an agent left open is not found by the sweep",
        "work_orders/sweep.py",
        'if key["part"] == LEAVING:',
        'if key["part"] == "":',
        (f"{ORDERS}/test_leaving.py",),
    ),
    Mutant(
        "the mark of an agent that left goes with the first sweep",
        "work_orders/leaving.py",
        "left_at(mark) + KEPT_FOR <= now",
        "left_at(mark) <= now",
        (f"{ORDERS}/test_leaving.py",),
    ),
    Mutant(
        "a job goes on counting when its client has left",
        "work_orders/leaving.py",
        "if write.step.source in ACTIVE:",
        "if write.step.target in ACTIVE:",
        (f"{ORDERS}/test_leaving.py",),
    ),
    Mutant(
        "an order of a client that is gone can be accepted",
        "work_orders/transitions.py",
        "has_left=has_left(item),",
        "has_left=False,",
        (f"{ORDERS}/test_leaving.py",),
    ),
    Mutant(
        "a page of orders is not bounded before its parts are read",
        "work_orders/lists.py",
        "found.resume, item.weight)",
        "found.resume, lambda _: 0)",
        (f"{ORDERS}/test_parts.py",),
    ),
    Mutant(
        "a transition writes its record over those before",
        "work_orders/transition_write.py",
        "#history = list_append(#history, :history)",
        "#history = :history",
        (f"{ORDERS}/test_history.py",),
    ),
    Mutant(
        "an entry of a history does not cover the one before",
        "work_orders/history.py",
        '"previous_sha256": previous,',
        '"previous_sha256": None,',
        (f"{ORDERS}/test_history.py",),
    ),
    Mutant(
        "an order past its retention is shown until it is removed",
        "work_orders/item.py",
        'item["purge_at"] <= clock.to_epoch(now)',
        'item["purge_at"] <= 0',
        (f"{ORDERS}/test_retention.py",),
    ),
    Mutant(
        "an offer stays when its order has been removed",
        "work_orders/purge.py",
        'if f"{name}_bytes" in head]',
        'if f"{name}_size" in head]',
        (f"{ORDERS}/test_retention.py",),
    ),
    Mutant(
        "orders of a client that is blocked count as waiting",
        "work_orders/table.py",
        'f"NOT client_id IN (',
        'f"attribute_exists(client_id) OR client_id IN (',
        (f"{CONTACTS}/test_muting.py",),
    ),
    Mutant(
        "a notification quotes an agent that its reader blocks",
        "work_orders/notification.py",
        "if relationship is Relationship.BLOCKED:",
        "if relationship is None:",
        (f"{ORDERS}/test_notifications.py",),
    ),
    Mutant(
        "a bulk reject stops at the first order that is not to be rejected",
        "work_orders/bulk_reject.py",
        "            refused.append(",
        "            raise\n            refused.append(",
        (f"{ORDERS}/test_bulk_reject.py",),
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
        "            transact(self.table.client, [*items, record])",
        "            transact(self.table.client, items)\n"
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
    Mutant(
        "what is long of a message is counted as a message",
        "stats/projection.py",
        "if event is not _Event.INSERT or not is_head:",
        "if event is not _Event.INSERT:",
        ("tests/unit/stats/test_projection.py",),
    ),
    Mutant(
        "half a character passes",
        "door/payload.py",
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
        "            transact(self.table.client, [item])\n        except TransactionFailedError:",
        '            self.table.client.delete_item(**item["Delete"])\n'
        "        except self.table.client.exceptions.ConditionalCheckFailedException:",
        (f"{SCHEDULER}/test_scenarios.py", "-k", "removals"),
    ),
    Mutant(
        "a write does not ask whether the key still speaks for its agent",
        "agents/access.py",
        'condition += f" AND {IS_OF_EPOCH} AND {holds_key(str(caller.key_id))}"',
        'condition += f" AND ({IS_OF_EPOCH} OR {holds_key(str(caller.key_id))} OR {IS_THERE})"',
        ("tests/integration/authorisation/test_revocation_races.py",),
    ),
    Mutant(
        "half an answer is believed",
        "storage/connection.py",
        "if checksum is None or checksum == str(zlib.crc32(body)):",
        "if checksum is None or checksum:",
        ("tests/integration/calls/test_cut_answers.py",),
    ),
    Mutant(
        "an answer that never came whole is an empty one",
        "storage/connection.py",
        'if http_response.status_code < REFUSED and "Error" in parsed:',
        'if http_response.status_code == REFUSED and "Error" in parsed:',
        ("tests/integration/calls/test_cut_answers.py",),
    ),
    Mutant(
        "an outgoing key takes the agent back from its owner",
        "agents/keyring.py",
        "if own.replaced_by not in used or any(used.values()):",
        "if own.replaced_by not in used:",
        ("tests/integration/authorisation/test_outgoing.py",),
    ),
    Mutant(
        "a replacement is taken away while it is used",
        "agents/keyring.py",
        'unused = NEVER_USED if own is not None and own.is_outgoing else ""',
        'unused = ""',
        ("tests/integration/authorisation/test_key_races.py",),
    ),
    Mutant(
        "an outgoing key lives on each time it calls",
        "agents/model.py",
        "min(self.expires_at or now + OUTGOING_FOR, now + OUTGOING_FOR)",
        "now + OUTGOING_FOR",
        ("tests/integration/authorisation/test_outgoing.py",),
    ),
    Mutant(
        "the authorizer does not hear that a key is outgoing",
        "agents/keyring.py",
        "            items.append(self.keys.transact_expire(own, last.expires_at))",
        "            pass",
        ("tests/integration/authorisation/test_outgoing.py",),
    ),
    Mutant(
        "a key that was made later answers a registration",
        "agents/table.py",
        " or key.created_at != agent.created_at:",
        ":",
        ("tests/integration/authorisation/test_brought_keys.py",),
    ),
    Mutant(
        "what a batch left unprocessed is not asked for again",
        "storage/transactions.py",
        "        if not request:\n            return\n",
        "        return\n",
        (f"{CALLS}/test_unprocessed.py",),
    ),
    Mutant(
        "a transaction that collided is given up at once",
        "storage/transactions.py",
        '_TRANSIENT = {"TransactionConflict", ',
        "_TRANSIENT = {",
        (f"{CALLS}/test_collisions.py",),
    ),
    Mutant(
        "a write is begun with no time left",
        "deadline.py",
        "if left() < seconds:",
        "if left() < 0:",
        (f"{CALLS}/test_time_left.py",),
    ),
    Mutant(
        "a roll-up that runs again replaces the snapshot",
        "stats/table.py",
        "            self.table.put(item, IS_NEW)\n",
        "            self.table.put(item)\n",
        (STATS,),
    ),
    Mutant(
        "a record that is delivered again is counted again",
        "stats/runs.py",
        "counted = {number for each in before for number in each.numbers}",
        "counted = {number for each in before for number in each.numbers[:0]}",
        (STATS,),
    ),
    Mutant(
        "one poison record fails its whole batch",
        "stats/runs.py",
        '            poison.append(str(record["dynamodb"]["SequenceNumber"]))\n',
        "            raise\n",
        (STATS,),
    ),
    Mutant(
        "a page is sent compressed to a client that refuses gzip",
        "docs/negotiation.py",
        "return gzip > 0 and gzip >= (identity or 0)",
        "return bool(accept_encoding)",
        ("tests/unit/docs/test_pages.py",),
    ),
    Mutant(
        "a redirect leads to another host",
        "docs/unrouted.py",
        """return f"/{quote(path).lstrip('/')}{query}\"""",
        """return f"/{quote(path)}{query}\"""",
        ("tests/unit/docs/test_unrouted.py",),
    ),
    Mutant(
        "Swagger UI is sent without compression",
        "docs/pages.py",
        "return page.make_plain() if page.make_plain else page.make()",
        "return page.make()",
        ("tests/unit/docs/test_pages.py",),
    ),
    Mutant(
        "two agents have ids that look alike",
        "directory/table.py",
        'NEVER_SEEN = "attribute_not_exists(facet)"',
        'NEVER_SEEN = "(attribute_not_exists(facet) OR attribute_exists(facet))"',
        (NAMES,),
    ),
    Mutant(
        "what an id looks like is free again when its agent leaves",
        "directory/table.py",
        "        return [self.table.transact_delete(key._asdict()) "
        "for key in sorted(keys_of(agent))]\n",
        "        likeness_key = DirectoryKey(LIKENESSES, likeness.skeleton(agent.agent_id))\n"
        "        gone = sorted({*keys_of(agent), likeness_key})\n"
        "        return [self.table.transact_delete(key._asdict()) for key in gone]\n",
        (NAMES,),
    ),
    Mutant(
        "an agent changes its name to the id of another",
        "directory/profile.py",
        'if changes.get("name", agent.name) != agent.name:',
        'if changes.get("name", agent.name) == "":',
        (NAMES,),
    ),
    Mutant(
        "letters of other scripts spell the system's name",
        "content/likeness.py",
        "readings = skeletons(text) | skeletons(text.translate(_LOOSE))",
        "readings = {text.casefold()}",
        ("tests/unit/test_likeness.py",),
    ),
    Mutant(
        "a contact's name is not looked at",
        "contacts/schemas.py",
        "if flag in (*of_name, *of_request)]",
        "if flag in of_request]",
        (NAMES,),
    ),
    Mutant(
        "variation selectors are ordinary behind letters",
        "content/hidden.py",
        '(f"[{unicode_data.SELECTABLE}]", "")',
        '(r"\\w", "")',
        ("tests/unit/content/test_hidden.py",),
    ),
    Mutant(
        "any two emoji may be joined",
        "content/hidden.py",
        "return right in _RIGHTS_OF.get(base, ())",
        "return not base.isascii() and not right.isascii()",
        ("tests/unit/content/test_hidden.py",),
    ),
    Mutant(
        "a wrong name is to be renamed to a field that is there already",
        "door/fixes.py",
        "if target is not None and target not in form.sent:",
        "if target is not None:",
        ("tests/unit/test_fixes.py",),
    ),
    Mutant(
        "a fix repeats a key as a search word",
        "ids.py",
        "or not value.isprintable() or has_key(value):",
        "or not value.isprintable():",
        ("tests/unit/test_fixes.py",),
    ),
    Mutant(
        "every unknown parameter is told of",
        "door/parsing.py",
        "names = islice(parameters, MAX_FAULTS)",
        "names = iter(parameters)",
        ("tests/unit/test_parsing.py",),
    ),
    Mutant(
        "what is left of the units is dropped with each flush",
        "meter/model.py",
        "        self.tenths -= units * UNIT\n",
        "        self.tenths = 0\n",
        ("tests/unit/test_meter.py",),
    ),
    Mutant(
        "an agent's requests are not counted",
        "door/api.py",
        "        self._meter.spend(agent_id, tenths, clock.now())\n",
        "        self._meter.spend(agent_id, 0 * tenths, clock.now())\n",
        (METER,),
    ),
    Mutant(
        "two instances that find the same trip count it twice",
        "meter/table.py",
        'IS_NOT_REFUSED = "attribute_not_exists(penalty) OR penalty.#until <= :now"',
        'IS_NOT_REFUSED = "attribute_exists(agent_id) OR penalty.#until <= :now"',
        (f"{METER}/test_penalties.py", "-k", "two_instances"),
    ),
    Mutant(
        "the authorizer lets the keys of a refused agent in",
        "agents/key_table.py",
        "        return self.refused_until is not None and now < self.refused_until\n",
        "        return False\n",
        (f"{METER}/test_penalties.py",),
    ),
    Mutant(
        "a key that is made in the moment of a trip escapes the penalty",
        "agents/keyring.py",
        '            f"{condition} AND {same_keys} AND {same_penalty}",\n',
        '            f"{condition} AND {same_keys}",\n',
        (f"{METER}/test_penalties.py", "-k", "in_the_moment"),
    ),
    Mutant(
        "a window takes more than its quota",
        "limits.py",
        '"attribute_not_exists(#count) OR #count < :quota"',
        '"attribute_not_exists(#count) OR #count <= :quota"',
        (f"{METER}/test_counters.py",),
    ),
    # Each of these is sound by itself. It only does not go with the last release.
    Mutant(
        "the last release does not know the status of a cancelled order",
        "work_orders/states.py",
        'CANCELLED = "cancelled"',
        'CANCELLED = "withdrawn"',
        (RELEASES, "-k", "transitions"),
    ),
    Mutant(
        "the last release does not find the long offer of an order",
        "work_orders/model.py",
        'OFFER = "offer"',
        'OFFER = "terms"',
        (RELEASES, "-k", "transitions"),
    ),
    Mutant(
        "the last release cannot read a record of an order's history",
        "work_orders/states.py",
        'CANCEL = "cancel", "x", "reason"',
        'CANCEL = "cancel", "k", "reason"',
        (RELEASES, "-k", "transitions"),
    ),
    Mutant(
        "the sweep of the last release does not see all deadlines",
        "work_orders/item.py",
        "DUE_SHARDS = 4",
        "DUE_SHARDS = 64",
        (RELEASES, "-k", "deadlines"),
    ),
    Mutant(
        "the last release does not find the long part of a message",
        "messaging/item.py",
        'return f"long_{',
        'return f"body_{',
        (RELEASES, "-k", "and_changes and messages"),
    ),
    Mutant(
        "a key that the last release has answered counts as used for another request",
        "idempotency.py",
        'text = "\\n".join(',
        'text = "&".join(',
        (RELEASES, "-k", "transitions"),
    ),
    Mutant(
        "what the last release has counted is counted again",
        "stats/table.py",
        'return f"counted#{stream',
        'return f"seen#{stream',
        (RELEASES, "-k", "statistics"),
    ),
    Mutant(
        "the units that the last release has counted are not found",
        "meter/table.py",
        'WINDOW = "units"',
        'WINDOW = "spent"',
        (RELEASES, "-k", "penalties"),
    ),
)
