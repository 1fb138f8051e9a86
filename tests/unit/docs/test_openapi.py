"""The document is valid, fresh, and says of the routes what holds."""

import json
from http import HTTPStatus

import pytest
from openapi_spec_validator import validate
from pydantic import TypeAdapter

from agent_messaging import __version__
from agent_messaging.agents import registration_key as registration
from agent_messaging.door.api import Api
from agent_messaging.errors import AgentNotFoundError
from agent_messaging.fields import Dollars, Model
from agent_messaging.work_orders.states import Status
from tools.openapi import gateway
from tools.openapi import render as command
from tools.openapi.document import Group, document
from tools.openapi.schemas import KNOWN_VALUES, SameNameError
from tools.release import checks


def nodes(value):
    """Every object in a JSON value."""
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from nodes(part)


def test_the_document_is_valid_openapi(document):
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_the_version_of_the_document_is_that_of_the_package(document):
    assert document["info"]["version"] == __version__
    assert checks.VERSION.fullmatch(__version__)


def test_the_committed_document_is_fresh(rendered):
    assert command.FILE.read_text("utf-8") == rendered, "run `python -m tools.openapi.render`"


def test_rendering_twice_gives_the_same_bytes(rendered):
    assert command.render() == rendered


def test_a_ping_is_described_whole(operations):
    ping = operations["messaging_ping"]

    assert ping["tags"] == ["messaging"]
    assert ping["summary"] == "Ping an agent and see whether it is online"
    assert [(p["name"], p["in"], p["required"]) for p in ping["parameters"]] == [
        ("Idempotency-Key", "header", False),
        ("from_agent_id", "query", False),
    ]
    assert set(ping["responses"]["200"]["headers"]) == {"X-Request-Id", "Idempotency-Replayed"}
    (media_type,) = ping["requestBody"]["content"]
    assert media_type == "application/json"
    schema = ping["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/PingRequest"}
    assert set(ping["responses"]) == {
        "200",
        "400",
        "401",
        "403",
        "404",
        "413",
        "415",
        "422",
        "429",
        "500",
        "503",
    }


def test_a_list_has_its_limits_choices_and_defaults(document, operations):
    parameters = {
        each["name"]: each for each in operations["work_orders_list_orders"]["parameters"]
    }

    assert list(parameters) == [
        "agent_id",
        "role",
        "status",
        "client_id",
        "worker_id",
        "capability",
        "limit",
        "cursor",
    ]
    assert not parameters["role"]["required"]
    assert parameters["role"]["schema"]["default"] == "worker"
    assert document["components"]["schemas"]["Role"]["enum"] == [
        "client",
        "worker",
        "candidate",
    ]
    limit = {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
    assert parameters["limit"]["schema"] == limit
    assert parameters["cursor"]["schema"] == {"type": "string"}
    assert "400" in operations["work_orders_list_orders"]["responses"]


def test_registering_answers_201_and_refuses_a_taken_id(operations):
    responses = operations["agents_register"]["responses"]

    assert "201" in responses
    assert "200" not in responses
    assert responses["409"] == {"$ref": "#/components/responses/agent_id_taken.key_taken"}
    assert responses["401"] == {"$ref": "#/components/responses/registration_key_required"}
    assert "403" not in responses


def test_registering_takes_the_header_that_its_guard_looks_at(operations):
    (parameter,) = operations["agents_register"]["parameters"]

    assert (parameter["name"], parameter["in"]) == ("X-Registration-Key", "header")
    assert parameter["name"].lower() == registration.HEADER
    assert not parameter["required"]


def test_revoking_a_key_answers_nothing(operations):
    responses = operations["agents_revoke_key"]["responses"]

    assert "content" not in responses["204"]
    assert "200" not in responses


def test_a_body_without_required_fields_may_be_left_out(operations):
    assert operations["work_orders_cancel"]["requestBody"]["required"] is False
    assert operations["work_orders_respond"]["requestBody"]["required"] is True


def reached(document, node):
    """Every object of a part of the document, and of the components that it refers to."""
    for each in nodes(node):
        yield each
        if "$ref" in each:
            place = document
            for name in each["$ref"].removeprefix("#/").split("/"):
                place = place[name]
            yield from reached(document, place)


def test_a_request_has_closed_enumerations_and_an_answer_open_ones(document, operations):
    for operation in operations.values():
        sent = {key: operation.get(key) for key in ("parameters", "requestBody")}
        assert not any(KNOWN_VALUES in node for node in reached(document, sent))
        answers = [*reached(document, operation["responses"])]
        assert not any({"enum", "const"} & set(node) for node in answers)
        for node in answers:
            if KNOWN_VALUES in node:
                assert node["type"] == "string"
                assert node[KNOWN_VALUES]


def test_a_status_is_closed_in_a_filter_and_open_in_the_order(document, operations):
    schemas = document["components"]["schemas"]
    values = [*Status]
    assert schemas["WorkOrderView"]["properties"]["status"] == {
        "type": "string",
        "description": "The state of a work order.",
        KNOWN_VALUES: values,
    }
    parameters = operations["work_orders_list_orders"]["parameters"]
    (status,) = (each for each in parameters if each["name"] == "status")
    assert status["schema"] == {"$ref": "#/components/schemas/Status"}
    assert schemas["Status"]["enum"] == values


def test_requests_are_closed_and_answers_are_open(document):
    for name, schema in document["components"]["schemas"].items():
        is_request = name.endswith("Request")
        assert schema.get("additionalProperties") == (False if is_request else None), name


def test_answers_require_all_that_they_name(document):
    for name, schema in document["components"]["schemas"].items():
        if "properties" in schema and name != "Problem" and not name.endswith("Request"):
            assert schema["required"] == list(schema["properties"]), name


def test_what_may_be_absent_in_an_answer_may_be_null(document):
    order = document["components"]["schemas"]["WorkOrderView"]["properties"]
    assert {"type": "null"} in order["accepted_at"]["anyOf"]
    assert order["created_at"]["type"] == "string"


def test_a_budget_is_a_number(document):
    for name in ("CreateRequest", "WorkOrderView"):
        budget = document["components"]["schemas"][name]["properties"]["budget_usd"]
        assert budget["anyOf"][0]["type"] == "number"
        assert "multipleOf" not in budget["anyOf"][0]


def test_constraints_have_the_names_of_json_schema(document):
    for node in nodes(document["components"]["schemas"]):
        assert not {"ge", "le", "gt", "lt"} & set(node)


def problems(document):
    """The responses of ours, without those that the gateway alone answers."""
    found = document["components"]["responses"].items()
    return {name: each for name, each in found if not name.startswith("gateway.")}


def test_every_refusal_is_one_problem_with_its_codes_and_fixes(document):
    for name, response in problems(document).items():
        content = response["content"]["application/problem+json"]
        assert content["schema"] == {
            "$ref": "#/components/schemas/Problem",
            "properties": {"code": {"type": "string", KNOWN_VALUES: name.split(".")}},
        }
        for code in name.split("."):
            example = document["components"]["examples"][code]["value"]
            assert example["code"] == code
            assert example["fix"]


def test_what_may_be_sent_again_comes_with_a_time_to_wait(document):
    limits = {"rate_limited", "contact_pending.rate_limited"}
    later = {"contention", "contention.out_of_time"}
    for name, response in problems(document).items():
        is_limit = name in limits
        assert ("Retry-After" in response["headers"]) == (is_limit or name in later)
        for header in ("RateLimit-Policy", "RateLimit"):
            assert (header in response["headers"]) == is_limit
    assert limits < set(problems(document))


def test_a_closed_route_shows_the_gateways_own_answers_beside_ours(document, operations):
    responses = operations["messaging_send"]["responses"]
    for status, message in (("401", "Unauthorized"), ("403", "Forbidden")):
        name = responses[status]["$ref"].rpartition("/")[2]
        content = document["components"]["responses"][name]["content"]
        assert list(content) == ["application/problem+json", "application/json"]
        assert content["application/json"]["examples"]["gateway"]["value"] == {"message": message}
    assert document["components"]["responses"]["registration_key_required"]["content"].keys() == {
        "application/problem+json"
    }


def test_the_gateway_may_slow_down_every_operation(document, operations):
    described = {name: each for name, each in operations.items() if each["tags"] != ["docs"]}
    assert all("429" in each["responses"] for each in described.values())
    beside_ours = {"$ref": "#/components/responses/rate_limited"}
    assert described["messaging_inbox"]["responses"]["429"] == beside_ours
    content = document["components"]["responses"]["rate_limited"]["content"]
    assert list(content) == ["application/problem+json", "application/json"]


def test_the_gateways_answers_have_the_phrases_of_their_statuses():
    # 413 is the one that API Gateway calls by its older name.
    answers = (*gateway.CLOSED, *gateway.EVERYWHERE)
    assert [each.message for each in answers] == [
        HTTPStatus(each.status).phrase for each in answers
    ]


def test_every_answer_carries_the_request_id(document, operations):
    answers = [r for each in operations.values() for r in each["responses"].values()]
    for answer in [*answers, *problems(document).values()]:
        assert "$ref" in answer or "X-Request-Id" in answer["headers"]


def group_with(model, name):
    """A group with one route that answers `model`."""
    api = Api(is_registered=lambda _: True)

    def read() -> model: ...

    api.route("GET", f"/{name}", "Read it", raises=(AgentNotFoundError,))(read)
    return Group(name, tuple(api.routes))


def named(module, **fields):
    return type("Page", (Model,), {"__module__": module, "__annotations__": fields})


def test_two_models_of_one_name_are_refused():
    groups = [
        group_with(named("one_app", agents=int), "agents"),
        group_with(named("two_app", orders=int), "work_orders"),
    ]
    with pytest.raises(SameNameError, match="Page"):
        document(groups, "Test", "1")


def test_no_amount_is_held_to_a_fraction_that_doubles_lack():
    rendered = json.dumps(TypeAdapter(Dollars).json_schema())
    assert "at most two decimals" in rendered
    assert "multipleOf" not in rendered
