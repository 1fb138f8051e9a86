"""The WebSocket API: who may connect, where its routes lead, and which of them answer."""

from typing import Any

from agent_messaging.door.socket import ANSWERING
from agent_messaging.sockets.frames import ACTIONS
from tests.unit.template.written import RESOURCES

API = RESOURCES["SocketsApi"]["Properties"]
ROUTE, RESPONSE = "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::RouteResponse"


def of_sockets(plain: dict[str, dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {name: e["Properties"] for name, e in plain.items() if e["Type"] == kind}


def test_each_action_is_a_route_and_all_lead_to_one_function():
    assert set(API["Routes"]) == {"$connect", "$disconnect", "$default", *ACTIONS}
    assert {repr(each["FunctionArn"]) for each in API["Routes"].values()} == {
        repr({"Ref": "SocketsFunction.Alias"})
    }
    assert API["RouteSelectionExpression"] == "$request.body.action"
    assert API["StageName"] == "live"


def test_to_connect_is_authorized_and_a_ticket_is_let_through(plain: dict[str, dict[str, Any]]):
    routes = of_sockets(plain, ROUTE)
    authorized = {
        each["RouteKey"]: each["AuthorizerId"]
        for each in routes.values()
        if each.get("AuthorizationType") == "CUSTOM"
    }
    assert list(authorized) == ["$connect"]
    authorizer = plain[authorized["$connect"]["Ref"]]["Properties"]
    assert authorizer["AuthorizerType"] == "REQUEST"
    # With a source, API Gateway refuses a request without it, and caches answers.
    assert not authorizer.get("IdentitySource")
    assert "SocketsAuthorizerFunctionAliaslive" in repr(authorizer["AuthorizerUri"])


def test_the_routes_that_always_answer_have_a_response(plain: dict[str, dict[str, Any]]):
    """Without one, AWS drops what the function returns."""
    routes = of_sockets(plain, ROUTE)
    answering = {
        routes[each["RouteId"]["Ref"]]["RouteKey"] for each in of_sockets(plain, RESPONSE).values()
    }
    selecting = {
        each["RouteKey"]
        for each in routes.values()
        if each.get("RouteResponseSelectionExpression") == "$default"
    }
    assert answering == selecting == ANSWERING
    assert all(
        each["RouteResponseKey"] == "$default" for each in of_sockets(plain, RESPONSE).values()
    )


def test_it_has_no_access_log():
    """One needs a role of the whole account, without which AWS refuses the stage."""
    assert "AccessLogSettings" not in API


def test_it_is_named_after_its_stack():
    assert API["Name"] == {"Fn::Sub": "${AWS::StackName}-sockets"}
