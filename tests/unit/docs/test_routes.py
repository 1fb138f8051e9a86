"""The template, the code and the document have the same routes, and the document words for each."""

from pathlib import Path

from agent_messaging.docs.pages import PAGES
from agent_messaging.door.route import BASE
from local.template import load
from tools.openapi import descriptions
from tools.openapi import render as command

ROOT = Path(__file__).parents[3]
NAMED = ("ping", "send", "work-order")
ORDER = "/messaging/work-order/{work_order_id}"
OPEN_ROUTES = {
    *(f"GET {page.path}" for page in PAGES),
    "POST /api/v1/agents/register",
    "GET /.well-known/agent-messaging-keys.json",
}


def routes_of(made):
    return {
        f"{method.upper()} {path}" for path, methods in made["paths"].items() for method in methods
    }


def test_template_code_and_document_have_the_same_routes(document):
    template = load()
    declared = {route.key for route in template.routes if not route.is_catch_all}
    groups = command.groups(template)
    coded = {f"{route.method} {route.path}" for group in groups for route in group.routes}
    coded |= {f"GET {page.path}" for page in PAGES}

    assert coded == declared
    assert routes_of(document) == declared


def test_each_route_belongs_to_the_function_that_the_template_gives_it():
    template = load()
    folders = {
        f"{route.method} {route.path}": template.functions[route.function].code.name
        for route in template.routes
    }
    for group in command.groups(template):
        for route in group.routes:
            assert folders[f"{route.method} {route.path}"] == group.name


def test_every_operation_has_an_id_of_its_own(document, operations):
    assert len(operations) == len(routes_of(document))


def test_no_part_of_a_path_has_the_name_of_the_identity_parameter():
    for group in command.groups(load()):
        for route in group.routes:
            assert not {"agent_id", "from_agent_id"} & set(route.parts), route.key
            assert not route.query or not set(route.parts) & set(route.query.model_fields)


def test_all_routes_but_registration_and_the_pages_need_a_key(document):
    assert document["security"] == [{"bearer": []}]
    opened = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if operation.get("security") == []
    }
    assert opened == OPEN_ROUTES


def test_every_group_operation_and_parameter_has_its_words(document, operations):
    assert [tag["name"] for tag in document["tags"]] == list(descriptions.GROUPS)
    assert set(descriptions.PAGES) == {page.name for page in PAGES}
    for operation in operations.values():
        assert operation["description"].endswith(".")
        for parameter in operation.get("parameters", []):
            assert parameter["description"].endswith("."), parameter["name"]


def test_the_routes_that_take_an_idempotency_key_are_those_that_the_guarantees_name():
    takes = {
        route.path.removeprefix(BASE): route.method
        for group in command.groups(load())
        for route in group.routes
        if route.takes_key
    }
    of_an_order = {
        route.path.removeprefix(BASE)
        for route in load().routes
        if route.method == "POST" and route.path.startswith(f"{BASE}{ORDER}/")
    }
    page = " ".join((ROOT / "docs/guarantees.md").read_text("utf-8").split())

    assert set(takes) == {f"/messaging/{name}" for name in NAMED} | of_an_order
    assert set(takes.values()) == {"POST"}
    assert f"with ping, send and work-order, and with each `POST` below `{ORDER}/`." in page
