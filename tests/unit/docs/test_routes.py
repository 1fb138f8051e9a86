"""The template, the code and the document have the same routes, and the document words for each."""

from agent_messaging.docs.pages import PAGES
from local.template import load
from tools.openapi import descriptions
from tools.openapi import render as command

OPEN_ROUTES = {
    "GET /health",
    "GET /docs",
    "GET /openapi.json",
    "GET /llms.txt",
    "POST /api/v1/agents/register",
}


def routes_of(made):
    return {
        f"{method.upper()} {path}" for path, methods in made["paths"].items() for method in methods
    }


def test_template_code_and_document_have_the_same_routes(document):
    template = load()
    declared = {f"{route.method} {route.path}" for route in template.routes}
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


def test_all_routes_but_five_need_a_key(document):
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
