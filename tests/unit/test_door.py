"""A route over changes: the names of its path's parts, and the announcement of its end."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent_messaging.door.api import Api
from agent_messaging.door.deprecation import Deprecation
from agent_messaging.errors import NotFoundError
from agent_messaging.fields import AgentId, Model
from local.in_process.runtime import Context
from tools.openapi.document import Group, document

SINCE = datetime(2026, 12, 1, tzinfo=UTC)
ENDS = datetime(2027, 6, 4, tzinfo=UTC)
ENDING = Deprecation(SINCE, ENDS, "/llms.txt")


class Answer(Model):
    """What the route was given."""

    first_id: str
    second_id: str


def served(key: str, parts: dict[str, str], deprecated: Deprecation | None = None) -> Any:
    """The answer of the route `/pairs/{first_id}/{second_id}` to an event with this key."""
    api = Api(is_registered=lambda _: True)

    # Not in the order of the path.
    def read(second_id: AgentId, first_id: AgentId) -> Answer:
        if first_id == "nobody":
            raise NotFoundError("Nobody is here.")
        return Answer(first_id=first_id, second_id=second_id)

    path = "/pairs/{first_id}/{second_id}"
    api.route("GET", path, "Read a pair", identity=None, deprecated=deprecated)(read)
    return api(
        {
            "routeKey": key,
            "pathParameters": parts,
            "requestContext": {"requestId": "r", "authorizer": {"lambda": {"mode": "open"}}},
        },
        Context(),
    )


@pytest.mark.parametrize(("first", "second"), [("first_id", "second_id"), ("agent_id", "id")])
def test_an_older_templates_names_of_the_parts_of_a_path_do(first: str, second: str):
    key = f"GET /api/v1/pairs/{{{first}}}/{{{second}}}"
    answer = served(key, {second: "boots", first: "nova"})
    assert json.loads(answer["body"]) == {"first_id": "nova", "second_id": "boots"}
    refused = served(key, {second: "boots", first: "No Va"})
    assert json.loads(refused["body"])["errors"][0]["pointer"] == "{first_id}"


@pytest.mark.parametrize(("first", "status"), [("nova", 200), ("nobody", 404), ("No Va", 422)])
def test_every_answer_of_a_deprecated_route_announces_its_end(first: str, status: int):
    key, parts = "GET /api/v1/pairs/{first_id}/{second_id}", {"first_id": first, "second_id": "b"}
    announced = {
        "Deprecation": "@1796083200",
        "Sunset": "Fri, 04 Jun 2027 00:00:00 GMT",
        "Link": '</llms.txt>; rel="deprecation"',
    }
    answer = served(key, parts, ENDING)
    assert answer["statusCode"] == status
    assert announced.items() <= answer["headers"].items()
    assert not announced.keys() & served(key, parts)["headers"].keys()


def test_a_deprecated_route_stays_for_180_days():
    Deprecation(SINCE, SINCE + timedelta(days=180), "/llms.txt")
    with pytest.raises(ValueError, match="180 days"):
        Deprecation(SINCE, SINCE + timedelta(days=180) - timedelta(seconds=1), "/llms.txt")


def test_the_document_says_which_route_is_deprecated_and_until_when():
    api = Api(is_registered=lambda _: True)

    def heartbeat() -> Answer:
        """Reads it."""

    api.route("POST", "/heartbeat", "Beat", deprecated=ENDING)(heartbeat)
    made = document([Group("presence", tuple(api.routes))], "Test", "1")
    operation = made["paths"]["/api/v1/heartbeat"]["post"]
    assert operation["deprecated"] is True
    assert operation["x-sunset"] == ENDS.isoformat()
    assert {"Deprecation", "Sunset", "Link"} <= operation["responses"]["200"]["headers"].keys()
