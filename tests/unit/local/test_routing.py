import pytest

from local.model import Route
from local.routing import Routes

ROUTES = Routes(
    Route(method, path, function, None)
    for method, path, function in [
        ("GET", "/agents/{agent_id}", "One"),
        ("GET", "/agents/me", "Me"),
        ("POST", "/agents/me/keys", "Keys"),
        ("ANY", "/any", "Any"),
        ("GET", "/any", "AnyGet"),
        ("GET", "/files/{path+}", "Files"),
        ("GET", "/files/{path}", "File"),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "function", "parameters"),
    [
        ("GET", "/agents/me", "Me", {}),
        ("GET", "/agents/nova", "One", {"agent_id": "nova"}),
        ("GET", "/agents/a%2Fb", "One", {"agent_id": "a/b"}),
        ("GET", "/agents/%C3%A9", "One", {"agent_id": "é"}),
        ("GET", "/agents/%FF", "One", {"agent_id": "\ufffd"}),
        ("GET", "/any", "AnyGet", {}),
        ("PUT", "/any", "Any", {}),
        ("GET", "/files/a", "File", {"path": "a"}),
        ("GET", "/files/a/b", "Files", {"path": "a/b"}),
    ],
)
def test_the_most_literal_route_wins(method, path, function, parameters):
    match = ROUTES.match(method, path)

    assert match is not None
    assert (match.route.function, match.parameters) == (function, parameters)


WITHOUT_ROUTE = [
    ("GET", "/"),
    ("GET", "/agents"),
    ("GET", "/agents/"),
    ("GET", "/agents/nova/"),
    ("POST", "/agents/me"),
    ("GET", "/agents/me/keys"),
    ("GET", "//agents/me"),
    ("GET", "*"),
]


@pytest.mark.parametrize(("method", "path"), WITHOUT_ROUTE)
def test_the_default_route_takes_what_no_other_takes(method, path):
    default = Route("ANY", "$default", "Default", None)
    routes = Routes([default, Route("GET", "/agents/{agent_id}", "One", None)])

    assert routes.match("GET", "/agents/nova").route.key == "GET /agents/{agent_id}"
    match = routes.match(method, path)
    assert (match.route.key, match.parameters) == ("$default", {})


@pytest.mark.parametrize(("method", "path"), WITHOUT_ROUTE)
def test_a_path_or_a_method_without_a_route_matches_nothing(method, path):
    assert ROUTES.match(method, path) is None
