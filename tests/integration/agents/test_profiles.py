"""What an agent sees of itself, what others see, and what it may change."""

import re

import pytest

from tests.integration.cloud import Cloud

STAMP = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z"


def test_an_agent_reads_itself(cloud: Cloud):
    cloud.register("nova", name="Nova", description="Scout", capabilities=["scouting"])
    profile = cloud.profile("nova")
    assert re.fullmatch(STAMP, profile["created_at"])
    assert profile == {
        "agent_id": "nova",
        "name": "Nova",
        "description": "Scout",
        "capabilities": ["scouting"],
        "is_online": False,
        "last_seen_at": None,
        "status_message": None,
        "accepts_work_orders": True,
        "contact_policy": "open",
        "content_flags": [],
        "max_concurrent_jobs": 5,
        "current_active_jobs": 0,
        "completed_jobs": 0,
        "status": "active",
        "created_at": profile["created_at"],
    }


def test_others_see_a_card_without_what_is_its_own(pair: Cloud):
    answer = pair.get("/agents/boots", {"agent_id": "nova"})
    assert answer.status == 200
    assert answer.json == {
        "agent_id": "boots",
        "name": "Boots",
        "description": None,
        "capabilities": [],
        "is_online": False,
        "last_seen_at": None,
        "status_message": None,
        "accepts_work_orders": True,
        "contact_policy": "open",
        "content_flags": [],
    }


def test_an_unknown_agent_is_404(pair: Cloud):
    answer = pair.get("/agents/ghost", {"agent_id": "nova"})
    assert (answer.status, answer.json["code"]) == (404, "agent_not_found")


def test_the_path_of_the_registration_is_no_agent(pair: Cloud):
    answer = pair.get("/agents/register", {"agent_id": "nova"})
    assert (answer.status, answer.json["code"]) == (405, "method_not_allowed")
    assert answer.json["fix"] == "Use POST /api/v1/agents/register."
    assert answer.headers["Allow"] == "OPTIONS, POST"


def test_a_change_keeps_what_is_left_out(pair: Cloud):
    def change(**body):
        answer = pair.call("PATCH", "/agents/me", {"agent_id": "nova"}, body)
        assert answer.status == 200
        return [answer.json[name] for name in ("name", "description", "capabilities")]

    assert change(description="Scout", capabilities=["a", "b"]) == ["Nova", "Scout", ["a", "b"]]
    assert change(name="Nova Eagle") == ["Nova Eagle", "Scout", ["a", "b"]]
    assert change(description=None) == ["Nova Eagle", None, ["a", "b"]]
    assert change(capabilities=[]) == ["Nova Eagle", None, []]
    assert change() == ["Nova Eagle", None, []]
    assert pair.profile("nova")["name"] == "Nova Eagle"


@pytest.mark.parametrize(
    "body",
    [
        {"name": None},
        {"name": ""},
        {"name": " \t"},
        {"name": "x" * 501},
        {"description": "x" * 501},
        {"capabilities": None},
        {"capabilities": ["a"] * 9},
        {"capabilities": ["Ünder"]},
        {"capabilities": "a"},
        {"capabilities": {"a": 1}},
        {"agent_id": "other"},
        {"max_concurrent_jobs": 3},
    ],
)
def test_a_wrong_change_changes_nothing(pair: Cloud, body: dict):
    before = pair.digest()
    answer = pair.call("PATCH", "/agents/me", {"agent_id": "nova"}, body)
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"].startswith("#/" + next(iter(body)))
    assert pair.digest() == before


@pytest.mark.parametrize("path", ["/agents/me", "/agents/me/keys"])
def test_an_agent_reads_itself_as_it_is_this_moment(pair: Cloud, path: str):
    """A replica may not have heard yet of what was acknowledged: of the agent itself, at first."""
    pair.cost()
    assert pair.get(path, {"agent_id": "nova"}).status == 200
    own = [
        asked.get("ConsistentRead")
        for call in pair.cost()[1:]  # behind that of open mode
        for table, asked in [
            (call.request.get("TableName"), call.request),
            *call.request.get("RequestItems", {}).items(),
        ]
        if table == "AgentsTable"
    ]
    assert own == [True]
