"""Bugs to plant in the feed, the relay that appends to it, and the sockets that it is read on."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

SCHEDULER = "tests/races/scheduler"
FEED = "tests/integration/feed"
RELAY = "tests/integration/relay"
SOCKETS = "tests/integration/sockets"

MUTANTS = (
    Mutant(
        "a relay writes over what another has appended",
        "feed/appending.py",
        'IS_FREE = "attribute_not_exists(agent_id)"',
        'IS_FREE = "attribute_not_exists(agent_id) OR attribute_exists(agent_id)"',
        (f"{SCHEDULER}/test_scenarios.py::test_nothing_is_violated[relays]",),
    ),
    Mutant(
        "a relay continues an epoch that another has ended",
        "feed/appending.py",
        'IS_EPOCH = "epoch = :was"',
        'IS_EPOCH = "(epoch = :was OR epoch <> :was)"',
        ("tests/faults/relay/test_epochs.py::test_relays_begin_one_epoch_together",),
    ),
    Mutant(
        "a page of the feed goes on behind a hole",
        "feed/pages.py",
        "        if not follows(event, whole[-1].position):\n            break\n",
        "",
        (f"{FEED}/test_pages.py::test_a_page_ends_before_a_hole",),
    ),
    Mutant(
        "an acknowledgement takes back a later one",
        "feed/outbox.py",
        "OR #position < :position",
        "OR #position <> :position",
        (f"{SCHEDULER}/test_scenarios.py::test_nothing_is_violated[relays]",),
    ),
    Mutant(
        "an event is told again when its record comes again",
        "relay/effects.py",
        'event_id=event_id(at, f"{kind}#{agent_id}#{cause}")',
        'event_id=event_id(at, f"{kind}#{agent_id}#{data_text(data)}")',
        (
            f"{RELAY}/test_receipt_events.py"
            "::test_a_record_that_comes_again_after_the_receipt_has_changed_tells_nothing_new",
        ),
    ),
    Mutant(
        "one ticket opens two connections",
        "feed/tickets.py",
        "item = self.table.take(key, IS_VALID, now=clock.to_text(now))",
        "item = self.table.get(key) or {}\n"
        '            if item.get("expires_at", "") <= clock.to_text(now):\n'
        "                return None",
        (f"{FEED}/test_tickets.py::test_a_ticket_tells_once_who_connects",),
    ),
    Mutant(
        "a place for a wait is taken twice",
        "feed/slots.py",
        "                    IS_FREE,\n",
        '                    f"{IS_FREE} OR attribute_exists(agent_id)",\n',
        (f"{FEED}/test_wait.py::test_the_fourth_wait_of_an_agent_is_refused",),
    ),
    Mutant(
        "an event is pushed to listeners whose time is over",
        "relay/service.py",
        "[each for each in self.feed.listeners(agent_id) if is_live(each, now)]",
        "[each for each in self.feed.listeners(agent_id) if is_live(each, now) or True]",
        (f"{RELAY}/test_batches.py::test_a_listener_whose_time_is_over_is_not_pushed_to",),
    ),
    Mutant(
        "an acknowledgement delivers later events too",
        "relay/acknowledged.py",
        "if event.position <= acknowledged.up_to]",
        "if event.position >= acknowledged.after]",
        (f"{SCHEDULER}/test_scenarios.py::test_nothing_is_violated[relays]",),
    ),
    Mutant(
        "the rest of a large acknowledgement is dropped",
        "relay/acknowledged.py",
        "self.outbox.put_rest(acknowledged._replace(after=events[-1].position), now)",
        "pass",
        (
            f"{RELAY}/test_receipts.py"
            "::test_an_acknowledgement_of_many_events_is_expanded_in_three_parts",
        ),
    ),
    Mutant(
        "a record that cannot be read stops the records behind it",
        "relay/jobs.py",
        "        if job is None:\n",
        "        if unreadable or job is None:\n",
        (f"{RELAY}/test_batches.py::test_a_record_that_cannot_be_read_is_reported_alone",),
    ),
    Mutant(
        "a connection that gets no events any more is renewed",
        "sockets/listeners.py",
        'IS_LIVE = f"{IS_THERE} AND purge_at > :now"',
        'IS_LIVE = f"{IS_THERE} AND (purge_at > :now OR purge_at <= :now)"',
        (f"{SOCKETS}/test_actions.py::test_a_ping_without_resume_or_after_ten_minutes_is_refused",),
    ),
    Mutant(
        "a resume reads a copy of the feed that may be old",
        "sockets/service.py",
        "return self.feed.read(agent_id, after, PAGE, now, consistent=True, found=found)",
        "return self.feed.read(agent_id, after, PAGE, now)",
        (f"{SOCKETS}/test_cost.py::test_a_resume_without_contacts_is_two_write_units",),
    ),
)
