"""Who may write to whom, by policy and entry; and what an entry is once it is stored."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent_messaging import clock
from agent_messaging.agents.model import Agent, ContactPolicy
from agent_messaging.contacts import model, schemas
from agent_messaging.contacts.model import (
    RELATIONSHIPS,
    VERDICTS,
    Contact,
    ContactState,
    relationship,
    state_of,
    verdict,
)
from agent_messaging.contacts.table import parse
from agent_messaging.delivery.context import SendContext
from agent_messaging.fields import Party
from agent_messaging.messaging.model import MessageStatus, MessageType, compose

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOVA, BOOTS = (Party(id=name, name=name.title()) for name in ("nova", "boots"))


def contact(state: str) -> Contact:
    """What Nova is to Boots."""
    return Contact(owner_id="boots", contact=NOVA, state=state, created_at=NOW, updated_at=NOW)


def agent(agent_id: str, policy: str = "open") -> Agent:
    return Agent(agent_id=agent_id, name=agent_id.title(), created_at=NOW, contact_policy=policy)


def send_context(policy: str, state: str | None) -> SendContext:
    theirs = None if state is None else contact(state)
    return SendContext(agent("nova"), agent("boots", policy), theirs, own=None)


# --- the table, once more and by hand


@pytest.mark.parametrize(
    ("policy", "state", "expected"),
    [
        ("open", None, "deliver"),
        ("open", "held", "deliver"),
        ("open", "allowed", "deliver"),
        ("open", "blocked", "refuse"),
        ("approved", None, "hold"),
        ("approved", "held", "wait"),
        ("approved", "allowed", "deliver"),
        ("approved", "blocked", "refuse"),
        ("closed", None, "refuse"),
        ("closed", "held", "refuse"),
        ("closed", "allowed", "deliver"),
        ("closed", "blocked", "refuse"),
    ],
)
def test_a_verdict_is_that_of_the_policy_and_the_contact(
    policy: str, state: str | None, expected: str
):
    entry = None if state is None else contact(state)
    assert verdict(ContactPolicy(policy), entry) == expected
    assert send_context(policy, state).verdict == expected
    assert send_context(policy, state).may_give_orders == (expected == "deliver")


def test_the_table_has_a_word_for_every_policy_and_every_state():
    states = {None, *ContactState}
    assert set(VERDICTS) == set(ContactPolicy)
    assert all(set(row) == states for row in VERDICTS.values())
    assert set(RELATIONSHIPS) == states


def test_the_table_in_the_docstring_is_the_table():
    head, *rows = (line.split() for line in model.__doc__.splitlines() if line.startswith("    "))
    columns = [None if name == "stranger" else ContactState(name) for name in head[1:]]
    written = {
        ContactPolicy(policy): dict(zip(columns, verdicts, strict=True))
        for policy, *verdicts in rows
    }
    assert written == VERDICTS


def test_a_relationship_is_what_the_recipient_made_of_the_sender():
    assert relationship(None) == "stranger"
    assert relationship(contact("held")) == "stranger"
    assert relationship(contact("allowed")) == "contact"
    assert relationship(contact("blocked")) == "blocked"
    assert send_context("open", "held").relationship == "stranger"
    assert send_context("closed", "allowed").relationship == "contact"
    assert state_of(None) is None
    assert state_of(contact("held")) == "held"


@pytest.mark.parametrize("policy", list(ContactPolicy))
def test_an_agent_always_takes_its_own_notes(policy: ContactPolicy):
    own = replace(send_context(policy, None), sender=agent("boots"))
    assert own.is_with_itself
    assert (own.verdict, own.relationship) == ("deliver", "contact")
    assert not send_context(policy, None).is_with_itself


# --- entries


def stored(state: str, **attributes) -> dict:
    return {
        "owner_id": "boots",
        "contact_id": "nova",
        "contact_name": "Nova",
        "state": state,
        "created_at": clock.to_text(NOW),
        "updated_at": clock.to_text(NOW),
        **attributes,
    }


def asking() -> dict:
    """The item of a request that waits until an hour from now."""
    request = compose(
        MessageType.CHAT_MESSAGE,
        NOVA,
        BOOTS,
        NOW,
        is_verified=True,
        body="“Hello” \x00 🦅",
        metadata='{"n":0.1}',
    ).model_copy(update={"status": MessageStatus.HELD})
    return stored(
        "held",
        request=request.model_dump_json(exclude_none=True),
        request_id=request.message_id,
        purge_at=clock.to_epoch(NOW) + 3600,
    )


def test_an_entry_comes_back_as_it_was_decided():
    assert parse(stored("allowed"), NOW) == contact("allowed")
    assert parse(None, NOW) is None


def test_a_request_comes_back_whole():
    entry = parse(asking(), NOW)
    assert entry.state == "held"
    assert (entry.request.sender, entry.request.recipient) == (NOVA, BOOTS)
    assert (entry.request.body, entry.request.metadata) == ("“Hello” \x00 🦅", '{"n":0.1}')
    assert (entry.request.created_at, entry.request.is_verified) == (NOW, True)
    assert entry.request.subject is None


def test_a_request_counts_until_its_last_second():
    left = timedelta(hours=1)
    assert parse(asking(), NOW + left - timedelta(milliseconds=1)) is not None
    assert parse(asking(), NOW + left) is None
    assert parse(stored("blocked"), NOW + 9999 * left).state == "blocked"


def test_an_owner_sees_the_request_as_its_recipient():
    view = schemas.view(parse(asking(), NOW))
    assert (view.request.status, view.request.verified) == ("held", True)
    assert view.request.metadata == {"n": 0.1}
    assert view.request.content_flags == ["invisible_characters"]
    assert schemas.view(contact("allowed")).request is None
    assert schemas.decided(contact("blocked")).success
