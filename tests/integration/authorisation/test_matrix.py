"""Every route against every wrong identity: what is answered, and that nothing is written."""

import pytest

from local.in_process.functions import TEMPLATE
from local.in_process.requests import name_of
from tests.integration.authorisation import rules
from tests.integration.authorisation.gateway import outcome
from tests.integration.authorisation.identities import IDENTITIES, RIGHT, attempt
from tests.integration.authorisation.right_calls import CATCH_ALL, RIGHT_CALLS
from tests.integration.authorisation.world import World

# As the template has them, so that none can be forgotten.
ROUTES = [name_of(route) for route in TEMPLATE.routes]
READS = ("GET ", *CATCH_ALL)
CELLS = [(route, identity) for route in ROUTES for identity in IDENTITIES]

# Two routes written out, lest the rules be wrong together.
ACCEPT = "POST /messaging/work-order/{work_order_id}/respond"
INBOX = "GET /messaging/inbox"
WRITTEN_OUT = [
    (ACCEPT, "right", 200, ""),
    (ACCEPT, "none", 401, '{"message":"Unauthorized"}'),
    (ACCEPT, "malformed", 403, '{"message":"Forbidden"}'),
    (ACCEPT, "bad checksum", 403, '{"message":"Forbidden"}'),
    (ACCEPT, "unknown", 403, '{"message":"Forbidden"}'),
    (ACCEPT, "expired", 403, '{"message":"Forbidden"}'),
    (ACCEPT, "revoked", 403, '{"message":"Forbidden"}'),
    (ACCEPT, "rotated out", 403, '{"message":"Forbidden"}'),
    (ACCEPT, "suspended", 403, "agent_suspended"),
    (ACCEPT, "other agent", 403, "identity_mismatch"),
    (ACCEPT, "mismatched parameter", 403, "identity_mismatch"),
    (ACCEPT, "duplicated parameter", 422, "invalid"),
    (ACCEPT, "third party", 404, "work_order_not_found"),
    (ACCEPT, "other party", 403, "wrong_role"),
    (ACCEPT, "blocked", 404, "work_order_not_found"),
    (ACCEPT, "stranger at a closed mailbox", 404, "work_order_not_found"),
    (INBOX, "right", 200, ""),
    (INBOX, "none", 401, '{"message":"Unauthorized"}'),
    (INBOX, "unknown", 403, '{"message":"Forbidden"}'),
    (INBOX, "revoked", 403, '{"message":"Forbidden"}'),
    (INBOX, "suspended", 200, ""),
    (INBOX, "other agent", 403, "identity_mismatch"),
    (INBOX, "mismatched parameter", 403, "identity_mismatch"),
    (INBOX, "duplicated parameter", 422, "invalid"),
    (INBOX, "third party", 200, ""),
    (INBOX, "other party", 200, ""),
    (INBOX, "blocked", 200, ""),
    ("POST /messaging/send", "blocked", 403, "contact_refused"),
    ("POST /messaging/send", "stranger at a closed mailbox", 403, "contact_refused"),
    ("POST /messaging/work-order", "blocked", 403, "contact_required"),
    (
        "GET /messaging/presence/{target_agent_id}",
        "stranger at a closed mailbox",
        403,
        "contact_required",
    ),
    ("DELETE /agents/me/keys/{key_id}", "third party", 404, "key_not_found"),
    ("GET /messaging/feed", "suspended", 200, ""),
    ("GET /messaging/feed/wait", "suspended", 200, ""),
    ("POST /messaging/feed/ack", "suspended", 403, "agent_suspended"),
    ("POST /messaging/feed/ack", "revoked", 403, '{"message":"Forbidden"}'),
    ("POST /messaging/feed/ack", "third party", 400, "bad_position"),
    ("POST /messaging/feed/ticket", "suspended", 403, "agent_suspended"),
    ("POST /messaging/feed/ticket", "other agent", 403, "identity_mismatch"),
    ("GET /health", "unknown", 200, ""),
    ("POST /agents/register", "none", 201, ""),
    ("POST /agents/register", "other agent", 422, "invalid"),
]


def ids(value: object) -> str:
    return str(value).replace("/", " ").strip()


def test_every_route_has_a_right_call_and_every_cell_is_there():
    assert sorted(ROUTES) == sorted(RIGHT_CALLS)
    assert len(IDENTITIES) == 15
    assert len(CELLS) == 15 * len(TEMPLATE.routes) >= 555


@pytest.mark.parametrize("route", ROUTES, ids=ids)
def test_the_right_identity_gets_through(world: World, route: str):
    answer = attempt(world, route, RIGHT)
    assert outcome(answer) == (RIGHT_CALLS[route].status, "")
    assert (world.digest() == world.first_digest) == route.startswith(READS)


@pytest.mark.parametrize(("route", "identity"), CELLS, ids=ids)
def test_a_wrong_identity_is_answered_as_the_rules_say(world: World, route: str, identity: str):
    answer = attempt(world, route, identity)
    assert outcome(answer) == rules.expected(route, identity)
    if route.startswith(READS) or answer.status >= 400:
        assert world.digest() == world.first_digest


@pytest.mark.parametrize(("route", "identity", "status", "code"), WRITTEN_OUT, ids=ids)
def test_some_cells_are_as_they_are_written_here(
    world: World, route: str, identity: str, status: int, code: str
):
    answer = attempt(world, route, identity)
    assert outcome(answer) == (status, code)
