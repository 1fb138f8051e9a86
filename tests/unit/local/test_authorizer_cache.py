"""For how long, and for what, an authorizer's answer holds."""

import asyncio

import pytest

from local.authorizer import Authorizers, ForbiddenError
from local.events import Request
from tests.unit.local.door import NOON, NOVA, ROUTES, Door, bearer


@pytest.fixture
def door():
    return Door()


def test_an_answer_holds_for_a_minute_and_for_every_route(door):
    door.ask("/inbox", bearer("good"))
    door.result = {"isAuthorized": False}

    door.now = 59.9
    assert door.ask("/agents/boots", bearer("good"), method="POST") == {"lambda": NOVA}
    assert len(door.asked) == 1

    door.now = 60.0
    with pytest.raises(ForbiddenError):
        door.ask("/inbox", bearer("good"))
    assert len(door.asked) == 2


def test_a_refusal_holds_for_a_minute_too(door):
    for door.now in (0.0, 59.9):
        with pytest.raises(ForbiddenError):
            door.ask("/inbox", bearer("bad"))
        door.result = {"isAuthorized": True, "context": NOVA}
    assert len(door.asked) == 1

    door.now = 60.0
    assert door.ask("/inbox", bearer("bad")) == {"lambda": NOVA}


def test_an_answer_holds_for_its_value_and_its_authorizer_alone(door):
    door.ask("/inbox", bearer("good"))

    with pytest.raises(ForbiddenError):
        door.ask("/inbox", ("authorization", "Bearer good "))
    with pytest.raises(ForbiddenError):
        door.ask("/inbox", bearer("good"), bearer("good"))
    door.ask("/both", bearer("good"), ("x-tenant", "one"))

    assert len(door.asked) == 4


def test_an_authorizer_may_keep_nothing(door):
    door.ask("/fresh", bearer("good"))
    door.ask("/fresh", bearer("good"))

    assert len(door.asked) == 2


def test_the_oldest_answer_makes_room():
    door = Door(capacity=2)
    door.result = {"isAuthorized": True}

    for key in ("one", "two", "three", "three", "two", "one"):
        door.ask("/inbox", bearer(key))

    asked = [event["identitySource"] for _, event in door.asked]
    assert asked == [["Bearer one"], ["Bearer two"], ["Bearer three"], ["Bearer one"]]


def test_requests_at_once_with_a_new_key_each_get_their_answer():
    async def invoke(function, event):
        await asyncio.sleep(0)
        return {"isAuthorized": True, "context": NOVA}

    request = Request("GET", "/inbox", "", (bearer("good"),), b"", "", "HTTP/1.1", NOON, "id-1")
    match = ROUTES.match("GET", "/inbox")

    async def both():
        authorizers = Authorizers(invoke)
        return await asyncio.gather(*(authorizers.authorize(request, match) for _ in range(2)))

    assert asyncio.run(both()) == [{"lambda": NOVA}] * 2
