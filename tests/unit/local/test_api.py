"""Which authorizer stands before a route, as the template has it."""

import pytest

from local.model import Authorizer
from local.template import TEMPLATE, TemplateError, load

DOOR = Authorizer("DoorAuthorizer", "DoorFunction", ("authorization",), 60)
OPEN_ROUTES = {
    ("GET", "/health"),
    ("GET", "/.well-known/agent-messaging-keys.json"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
    ("GET", "/llms.txt"),
    ("GET", "/docs/swagger-ui-bundle.js"),
    ("GET", "/docs/swagger-ui.css"),
    ("GET", "/docs/page.js"),
    ("GET", "/arazzo.json"),
    ("GET", "/asyncapi.json"),
    ("GET", "/"),
    ("GET", "/api/v1"),
    ("GET", "/api/v1/llms.txt"),
    ("ANY", "$default"),
    ("OPTIONS", "/{proxy+}"),
    ("GET", "/docs/errors/{code}"),
    ("POST", "/api/v1/agents/register"),
}


def authorizers(path):
    return {f"{each.method} {each.path}": each.authorizer for each in load(path).routes}


@pytest.fixture
def rewritten(project):
    """Puts one text of the template in the place of another."""

    def rewrite(old, new):
        path = project / "template.yaml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        return path

    return rewrite


def test_every_route_of_the_project_but_the_open_ones_is_closed():
    template = load(TEMPLATE)

    assert {(r.method, r.path) for r in template.routes if r.authorizer is None} == OPEN_ROUTES
    [authorizer] = {r.authorizer for r in template.routes if r.authorizer is not None}
    assert authorizer.function in template.functions
    assert (authorizer.headers, authorizer.reauthorize_every) == (("authorization",), 60)


def test_a_route_has_the_default_authorizer_unless_it_says_none(project):
    assert authorizers(project / "template.yaml") == {
        "POST /echo/{name}": DOOR,
        "GET /echo/fixed": DOOR,
        "GET /echo/{name}": DOOR,
        "GET /do/{what}": None,
    }


def test_an_authorizer_may_be_called_by_an_alias(rewritten):
    path = rewritten("!GetAtt DoorFunction.Arn", '!Sub "${DoorFunction.Arn}:live"')

    assert authorizers(path)["GET /echo/fixed"] == DOOR


def test_without_a_default_only_the_routes_that_name_an_authorizer_are_closed(rewritten):
    rewritten("        DefaultAuthorizer: DoorAuthorizer\n", "")
    path = rewritten("Authorizer: NONE", "Authorizer: DoorAuthorizer")

    assert authorizers(path) == {
        "POST /echo/{name}": None,
        "GET /echo/fixed": None,
        "GET /echo/{name}": None,
        "GET /do/{what}": DOOR,
    }


def test_several_headers_are_one_identity(rewritten):
    path = rewritten("[Authorization]", "[Authorization, X-Tenant]")

    assert authorizers(path)["GET /echo/fixed"].headers == ("authorization", "x-tenant")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"2.0"',
            '"1.0"',
            "DoorAuthorizer: the local server supports only AuthorizerPayloadFormatV",
        ),
        ("EnableSimpleResponses: true", "EnableSimpleResponses: false", "EnableSimpleResponses"),
        ("            EnableSimpleResponses: true\n", "", "EnableSimpleResponses"),
        ("[Authorization]", "[]", "only headers as its Identity"),
        ("Headers: [Authorization]", "Headers: [A], QueryStrings: [b]", "only headers as its Id"),
        ("Headers: [Authorization], ", "", "only headers as its Identity"),
        (", ReauthorizeEvery: 60", "", "a ReauthorizeEvery from 0 to 3600 seconds"),
        (
            "ReauthorizeEvery: 60",
            "ReauthorizeEvery: -1",
            "a ReauthorizeEvery from 0 to 3600 seconds",
        ),
        ("ReauthorizeEvery: 60", "ReauthorizeEvery: 3601", "0 to 3600 seconds"),
        ("FunctionArn: !GetAtt DoorFunction.Arn", "JwtConfiguration: {}", "Lambda authorizers"),
        ("DoorFunction.Arn", "ItemsTable.Arn", "table/ItemsTable is not a function"),
        ("DoorFunction.Arn", "Gate.Arn", "!GetAtt Gate.Arn refers to nothing"),
        ("DefaultAuthorizer: Door", "DefaultAuthorizer: Gate", "GateAuthorizer is not one of"),
        ("Authorizer: NONE", "Authorizer: AWS_IAM", "AWS_IAM is not one of the API's Authorizers"),
        ("Globals:\n", "Globals:\n  HttpApi: {Auth: {}}\n", "does not support Auth in Globals"),
    ],
)
def test_what_the_local_server_does_not_support_is_refused_in_one_line(
    rewritten, old, new, message
):
    path = rewritten(old, new)

    with pytest.raises(TemplateError) as refused:
        load(path)

    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("template.yaml: ")
