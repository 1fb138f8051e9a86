"""The identity parameter beside a key: it may repeat who calls, and says nothing else."""

import pytest

from tests.integration.authorisation.gateway import outcome
from tests.integration.authorisation.right_calls import RIGHT_CALLS
from tests.integration.authorisation.world import World

MISMATCH = (403, "identity_mismatch")
INVALID = (422, "invalid")
CLOSED = [route for route, call in RIGHT_CALLS.items() if call.caller is not None]


@pytest.mark.parametrize("route", CLOSED)
@pytest.mark.parametrize("claimed", ["third", "nobody", "NOT AN ID", "Third", "\u212a", "x" * 5000])
def test_what_names_another_is_a_mismatch_whether_or_not_it_is_an_id(
    world: World, route: str, claimed: str
):
    """And before anything else of the request: its body is no JSON, its query is unknown."""
    call = RIGHT_CALLS[route]
    path, _ = call.filled(world.names)
    before = world.digest()
    answer = world.gateway.call(
        route.split(maxsplit=1)[0],
        path,
        {call.parameter: claimed, "unknown": "1"},
        raw=b"{not json",
        key=world.rings[call.caller].live,
    )
    assert outcome(answer) == MISMATCH
    assert world.digest() == before


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", (200, "")),
        ("agent_id=nova", (200, "")),
        ("agent_id=n%6Fva", (200, "")),
        ("agent_id=nova%20", (200, "")),
        ("agent_id=Nova", (200, "")),
        ("agent_id=", (200, "")),
        ("agent_id=%20", (200, "")),
        ("agent_id=nova%C2%A0", MISMATCH),
        ("agent_id=nova%00", MISMATCH),
        ("agent_id=nova%2Cnova", MISMATCH),
        ("agent_id=nova,third", MISMATCH),
        ("agent_id", (200, "")),
        ("agent_id=nova&agent_id=nova", INVALID),
        ("agent_id=nova&agent_id=third", INVALID),
        ("agent_id=third&agent_id=nova", INVALID),
        ("agent_id=nova&from_agent_id=third", INVALID),
        ("from_agent_id=nova", INVALID),
        ("agent_id[]=nova", INVALID),
        ("Agent_Id=third", INVALID),
        ("mode=open", INVALID),
    ],
)
def test_a_query_on_reading_the_own_profile(world: World, query: str, expected: object):
    answer = world.gateway.call("GET", "/agents/me", query, key=world.rings["nova"].live)
    assert outcome(answer) == expected
    if answer.status == 200:
        assert answer.json["agent_id"] == "nova"


def test_nothing_beside_the_key_says_who_calls(world: World):
    """Neither headers, nor a cookie, nor the body, nor what looks like an authorizer's words."""
    key = world.rings["third"].live
    claims = {
        "x_agent_id": "nova",
        "x_amzn_oidc_identity": "nova",
        "x_forwarded_user": "nova",
        "agent_id": "nova",
        "mode": "open",
        "cookie": "agent_id=nova",
    }
    answer = world.gateway.call("GET", "/agents/me", key=key, **claims)
    assert answer.json["agent_id"] == "third"
    said = {"authorizer": {"lambda": {"agent_id": "nova", "mode": "open"}}}
    for body in ({"requestContext": said}, {"from_agent_id": "nova"}, {"agent_id": "nova"}):
        wanted = {"to_agent_id": "boots", "body": "Hello", **body}
        answer = world.gateway.call("POST", "/messaging/send", body=wanted, key=key)
        assert outcome(answer) == INVALID
    wanted = {"to_agent_id": "boots", "body": "Hello"}
    assert world.gateway.call("POST", "/messaging/send", body=wanted, key=key).status == 200
    newest = world.done("boots", "GET", "/messaging/inbox")["messages"][0]
    assert newest["from_agent"]["id"] == "third"
