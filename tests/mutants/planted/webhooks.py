"""Bugs to plant in webhooks and their deliveries."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

WEBHOOKS = "tests/integration/webhooks"
RACES = f"{WEBHOOKS}/test_races.py"

MUTANTS = (
    Mutant(
        "two senders record one attempt",
        "webhooks/deliveries.py",
        "(made = :made AND #status = :queued)",
        "(made >= :made AND #status = :queued)",
        (f"{RACES}::test_two_senders_at_once_record_one_attempt",),
    ),
    Mutant(
        "a retry by hand replaces the outcome of an attempt that has just ended",
        "webhooks/deliveries.py",
        'IS_UNCHANGED = "made = :made AND #status = :status"',
        'IS_UNCHANGED = "(made >= :made OR #status = :status)"',
        (f"{RACES}::test_a_retry_that_an_attempt_overtakes_shows_the_outcome_of_the_attempt",),
    ),
    Mutant(
        "the sweep drops a delivery that got a new time meanwhile",
        "webhooks/deliveries.py",
        'IS_DUE = "due_at = :due_at"',
        'IS_DUE = "(due_at = :due_at OR attribute_exists(webhook_id))"',
        (f"{RACES}::test_a_delivery_that_is_attempted_during_the_sweep_is_swept_again",),
    ),
    Mutant(
        "two requests give one URL to two webhooks",
        "webhooks/own_endpoints.py",
        "checks.append(self.table.transact_check(key, IS_FREE))",
        "pass",
        (f"{RACES}::test_a_change_and_a_creation_at_once_give_one_url_to_one_webhook",),
    ),
    Mutant(
        "a webhook gets the URL that another one has got meanwhile",
        "webhooks/own_endpoints.py",
        "checks.append(self.table.transact_check(key, HAS_URL, **same))",
        "pass",
        (f"{WEBHOOKS}/test_agents.py::test_two_requests_at_once_give_one_url_to_one_webhook",),
    ),
    Mutant(
        "of two rotations one loses its secret",
        "webhooks/own_endpoints.py",
        'IS_ROTATION = f"{IS_SAME} AND rotations = :rotations"',
        'IS_ROTATION = f"{IS_SAME} AND rotations >= :rotations"',
        (f"{WEBHOOKS}/test_rotation.py::test_two_rotations_at_once_lose_no_secret",),
    ),
    Mutant(
        "an endpoint that works again is disabled",
        "webhooks/endpoints.py",
        '*(f"{name} = :{name}" for name in since)',
        '*(f"({name} = :{name} OR attribute_exists(agent_id))" for name in since)',
        (
            f"{WEBHOOKS}/test_observed.py"
            "::test_an_endpoint_that_worked_or_changed_meanwhile_is_not_disabled",
        ),
    ),
    Mutant(
        "a 410 of the old URL disables the new one",
        "webhooks/item.py",
        'HAS_URL = f"{IS_SAME} AND #url = :url"',
        'HAS_URL = f"{IS_SAME} AND (#url = :url OR #url <> :url)"',
        (f"{WEBHOOKS}/test_faults.py::test_a_410_of_the_old_url_says_nothing_about_the_new_one",),
    ),
    Mutant(
        "a fault of the server counts against the receiver",
        "webhooks/outcomes.py",
        "        if not tried.is_own_fault:\n",
        "        if tried:\n",
        (
            f"{WEBHOOKS}/test_failing.py"
            "::test_an_endpoint_that_only_this_server_failed_is_as_it_was_in_the_end",
        ),
    ),
    Mutant(
        "an endpoint that refuses everything is called for ever",
        "webhooks/model.py",
        "(self.failing_since, self.refusing_since)",
        "(self.failing_since,)",
        (
            f"{WEBHOOKS}/test_failing.py"
            "::test_an_endpoint_that_refuses_every_event_for_five_days_is_disabled",
        ),
    ),
    Mutant(
        "an expired secret signs",
        "webhooks/model.py",
        "return self.expires_at is None or self.expires_at > now",
        "return True",
        (f"{WEBHOOKS}/test_rotation.py::test_after_a_rotation_both_secrets_sign_for_a_day",),
    ),
    Mutant(
        "one public address is enough",
        "webhooks/egress.py",
        "if not all(map(is_public, found)):",
        "if not any(map(is_public, found)):",
        (f"{WEBHOOKS}/test_egress.py::test_a_host_with_a_private_address_opens_no_connection",),
    ),
    Mutant(
        "an event is sent to another peer than the checked address",
        "webhooks/egress.py",
        "if connection.getpeername() != wanted:",
        "if connection.getpeername() is None:",
        (
            f"{WEBHOOKS}/test_egress.py"
            "::test_nothing_is_sent_to_another_peer_than_the_checked_address",
        ),
    ),
    Mutant(
        "the addresses between IPv4 and IPv6 are public",
        "webhooks/addresses.py",
        "        and number not in RELAYS\n",
        "",
        (f"{WEBHOOKS}/test_egress.py::test_a_host_with_a_private_address_opens_no_connection",),
    ),
)
