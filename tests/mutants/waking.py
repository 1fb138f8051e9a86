"""Bugs to plant in what wakes an agent: the feed, the relay, receipts, sockets and webhooks."""

from __future__ import annotations

from tests.mutants.planted import SCHEDULER, Mutant

FEED = "tests/integration/feed"
RELAY = "tests/integration/relay"
RECEIPTS = "tests/integration/receipts/test_table.py"
RECEIPT = "tests/unit/test_receipt.py"
SOCKETS = "tests/integration/sockets"
WEBHOOKS = "tests/integration/webhooks"

WAKING = (
    Mutant(
        "a relay writes over what another has appended",
        "feed/appending.py",
        'IS_FREE = "attribute_not_exists(agent_id)"',
        'IS_FREE = "attribute_not_exists(agent_id) OR attribute_exists(agent_id)"',
        (f"{SCHEDULER}/test_scenarios.py", "-k", "relays"),
    ),
    Mutant(
        "a relay continues an epoch that another has ended",
        "feed/appending.py",
        'IS_EPOCH = "epoch = :was"',
        'IS_EPOCH = "(epoch = :was OR epoch <> :was)"',
        ("tests/faults/relay/test_epochs.py",),
    ),
    Mutant(
        "a page of the feed goes on behind a hole",
        "feed/pages.py",
        "        if not follows(event, whole[-1].position):\n            break\n",
        "",
        (f"{FEED}/test_pages.py",),
    ),
    Mutant(
        "an acknowledgement takes back a later one",
        "feed/outbox.py",
        "OR #position < :position",
        "OR #position <> :position",
        (f"{SCHEDULER}/test_scenarios.py", "-k", "relays"),
    ),
    Mutant(
        "an event of the outbox is written twice",
        "feed/outbox.py",
        "self.table.put(to_item(event, now), IS_NEW)",
        "self.table.put(to_item(event, now))",
        (RELAY,),
    ),
    Mutant(
        "one ticket opens two connections",
        "feed/tickets.py",
        "item = self.table.take(key, IS_VALID, now=clock.to_text(now))",
        "item = self.table.get(key) or {}\n"
        '            if item.get("expires_at", "") <= clock.to_text(now):\n'
        "                return None",
        (f"{FEED}/test_tickets.py",),
    ),
    Mutant(
        "a place for a wait is taken twice",
        "feed/slots.py",
        "                    IS_FREE,\n",
        '                    f"{IS_FREE} OR attribute_exists(agent_id)",\n',
        (f"{FEED}/test_wait.py",),
    ),
    Mutant(
        "an event is pushed to listeners whose time is over",
        "relay/service.py",
        "[each for each in self.feed.listeners(agent_id) if is_live(each, now)]",
        "[each for each in self.feed.listeners(agent_id) if is_live(each, now) or True]",
        (f"{RELAY}/test_batches.py",),
    ),
    Mutant(
        "an acknowledgement delivers later events too",
        "relay/acknowledged.py",
        "if event.position <= acknowledged.up_to]",
        "if event.position >= acknowledged.after]",
        (f"{SCHEDULER}/test_scenarios.py", "-k", "relays"),
    ),
    Mutant(
        "the rest of a large acknowledgement is dropped",
        "relay/acknowledged.py",
        "self.outbox.put_rest(acknowledged._replace(after=events[-1].position), now)",
        "pass",
        (RELAY,),
    ),
    Mutant(
        "a record that cannot be read stops the records behind it",
        "relay/jobs.py",
        "        if job is None:\n",
        "        if unreadable or job is None:\n",
        (f"{RELAY}/test_batches.py",),
    ),
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
    Mutant(
        "a connection that gets no events any more is renewed",
        "sockets/listeners.py",
        'IS_LIVE = f"{IS_THERE} AND purge_at > :now"',
        'IS_LIVE = f"{IS_THERE} AND (purge_at > :now OR purge_at <= :now)"',
        (SOCKETS,),
    ),
    Mutant(
        "a resume reads a copy of the feed that may be old",
        "sockets/service.py",
        "return self.feed.read(agent_id, after, PAGE, now, consistent=True, found=found)",
        "return self.feed.read(agent_id, after, PAGE, now)",
        (SOCKETS,),
    ),
    Mutant(
        "two senders record one attempt",
        "webhooks/deliveries.py",
        "(made = :made AND #status = :queued)",
        "(made >= :made AND #status = :queued)",
        (f"{WEBHOOKS}/test_faults.py",),
    ),
    Mutant(
        "a retry by hand replaces the outcome of an attempt that has just ended",
        "webhooks/deliveries.py",
        'IS_UNCHANGED = "made = :made AND #status = :status"',
        'IS_UNCHANGED = "made >= :made AND #status <> :status OR made = :made"',
        (f"{WEBHOOKS}/test_deliveries.py", f"{WEBHOOKS}/test_delivery_routes.py"),
    ),
    Mutant(
        "the sweep drops a delivery that got a new time meanwhile",
        "webhooks/deliveries.py",
        'IS_DUE = "due_at = :due_at"',
        'IS_DUE = "(due_at = :due_at OR attribute_exists(webhook_id))"',
        (f"{WEBHOOKS}/test_attempts.py", f"{WEBHOOKS}/test_faults.py"),
    ),
    Mutant(
        "two requests give one URL to two webhooks",
        "webhooks/own_endpoints.py",
        "checks.append(self.table.transact_check(key, IS_FREE))",
        "pass",
        (f"{WEBHOOKS}/test_agents.py",),
    ),
    Mutant(
        "of two rotations one loses its secret",
        "webhooks/own_endpoints.py",
        'IS_ROTATION = f"{IS_SAME} AND rotations = :rotations"',
        'IS_ROTATION = f"{IS_SAME} AND rotations >= :rotations"',
        (f"{WEBHOOKS}/test_rotation.py",),
    ),
    Mutant(
        "an endpoint that works again is disabled",
        "webhooks/endpoints.py",
        '*(f"{name} = :{name}" for name in since)',
        '*(f"({name} = :{name} OR attribute_exists(agent_id))" for name in since)',
        (f"{WEBHOOKS}/test_observed.py",),
    ),
    Mutant(
        "a 410 of the old URL disables the new one",
        "webhooks/item.py",
        'HAS_URL = f"{IS_SAME} AND #url = :url"',
        'HAS_URL = f"{IS_SAME} AND (#url = :url OR #url <> :url)"',
        (f"{WEBHOOKS}/test_faults.py",),
    ),
    Mutant(
        "a fault of the server counts against the receiver",
        "webhooks/outcomes.py",
        "        if not tried.is_own_fault:\n",
        "        if tried:\n",
        (f"{WEBHOOKS}/test_failing.py",),
    ),
    Mutant(
        "an endpoint that refuses everything is called for ever",
        "webhooks/model.py",
        "(self.failing_since, self.refusing_since)",
        "(self.failing_since,)",
        (f"{WEBHOOKS}/test_failing.py",),
    ),
    Mutant(
        "an expired secret signs",
        "webhooks/model.py",
        "return self.expires_at is None or self.expires_at > now",
        "return True",
        (f"{WEBHOOKS}/test_rotation.py",),
    ),
    Mutant(
        "one public address is enough",
        "webhooks/egress.py",
        "if not all(map(is_public, found)):",
        "if not any(map(is_public, found)):",
        (f"{WEBHOOKS}/test_egress.py",),
    ),
    Mutant(
        "an event is sent to another peer than the checked address",
        "webhooks/egress.py",
        "if connection.getpeername() != wanted:",
        "if connection.getpeername() is None:",
        (f"{WEBHOOKS}/test_egress.py",),
    ),
    Mutant(
        "the addresses between IPv4 and IPv6 are public",
        "webhooks/addresses.py",
        "        and number not in RELAYS\n",
        "",
        (f"{WEBHOOKS}/test_egress.py",),
    ),
)
