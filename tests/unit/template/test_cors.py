"""What pages of other origins may send and read, where CorsOrigins allows them."""

from local.template import load
from tests.unit.template.written import RESOURCES
from tools.openapi import document, render

_, SETTINGS, OTHERWISE = RESOURCES["MessagingApi"]["Properties"]["CorsConfiguration"]["Fn::If"]
MADE = document.document(render.groups(load()), "", "")
OPERATIONS = [each for methods in MADE["paths"].values() for each in methods.values()]


def test_a_page_may_send_every_header_that_the_api_reads():
    """The pages at the root read `If-None-Match`, which no operation declares."""
    parameters = [each for operation in OPERATIONS for each in operation.get("parameters", [])]
    read = {each["name"].lower() for each in parameters if each["in"] == "header"}
    assert set(SETTINGS["AllowHeaders"]) == read | {
        "authorization",
        "content-type",
        "if-none-match",
    }


def test_a_page_may_read_every_header_that_the_api_answers():
    assert set(SETTINGS["ExposeHeaders"]) == {name.lower() for name in document.HEADERS} | {"etag"}


def test_a_page_may_call_every_method():
    methods = {route.method for route in load().routes if not route.is_catch_all}
    assert set(SETTINGS["AllowMethods"]) == methods


def test_what_a_browser_asks_before_a_request_needs_no_key_and_has_its_own_limit():
    """The route `$default` would take it, so programs that try paths could use up its limit."""
    (options,) = [route for route in load().routes if route.method == "OPTIONS"]
    assert (options.path, options.authorizer) == ("/{proxy+}", None)
    assert options.key in RESOURCES["MessagingApi"]["Properties"]["RouteSettings"]


def test_no_page_gets_cookies_or_is_allowed_without_the_parameter():
    assert "AllowCredentials" not in SETTINGS
    assert SETTINGS["AllowOrigins"] == {"Fn::Split": [",", {"Ref": "CorsOrigins"}]}
    assert OTHERWISE == {"Ref": "AWS::NoValue"}
