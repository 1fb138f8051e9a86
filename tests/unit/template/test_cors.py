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


def test_a_page_may_call_every_method_and_the_gateway_answers_options_itself():
    methods = {route.method for route in load().routes}
    assert set(SETTINGS["AllowMethods"]) == methods
    assert not methods & {"OPTIONS", "ANY"}


def test_no_page_gets_cookies_or_is_allowed_without_the_parameter():
    assert "AllowCredentials" not in SETTINGS
    assert SETTINGS["AllowOrigins"] == {"Fn::Split": [",", {"Ref": "CorsOrigins"}]}
    assert OTHERWISE == {"Ref": "AWS::NoValue"}
