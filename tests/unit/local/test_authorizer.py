"""The authorizer as API Gateway plays it, with a function in this process."""

import pytest

from local.authorizer import AuthorizerFailedError, ForbiddenError, UnauthorizedError
from local.instance import FunctionFailedError
from tests.unit.local.door import NOVA, Door, bearer


@pytest.fixture
def door():
    return Door()


def test_a_key_that_is_known_is_vouched_for_with_what_the_authorizer_says(door):
    assert door.ask("/inbox", bearer("good")) == {"lambda": NOVA}


def test_a_key_that_is_not_known_is_forbidden(door):
    with pytest.raises(ForbiddenError):
        door.ask("/inbox", bearer("bad"))


@pytest.mark.parametrize("headers", [(), (("authorization", ""),), (("x-other", "Bearer good"),)])
def test_without_an_identity_nobody_is_asked(door, headers):
    with pytest.raises(UnauthorizedError):
        door.ask("/inbox", *headers)

    assert door.asked == []


def test_every_header_of_the_identity_has_to_be_there(door):
    with pytest.raises(UnauthorizedError):
        door.ask("/both", bearer("good"))

    assert door.ask("/both", bearer("good"), ("x-tenant", "one")) == {"lambda": NOVA}
    assert door.asked[0][1]["identitySource"] == ["Bearer good", "one"]


def test_an_open_route_has_no_authorizer_and_its_key_is_not_looked_at(door):
    assert door.ask("/health") is None
    assert door.ask("/health", bearer("bad")) is None
    assert door.asked == []


def test_the_authorizer_is_asked_as_api_gateway_asks_it(door):
    headers = (
        ("host", "127.0.0.1:8080"),
        ("user-agent", "curl/8"),
        bearer("good"),
        ("cookie", "a=1; b=2"),
    )

    door.ask("/agents/no%20va", *headers, method="POST", query="q=a+b&q=c")

    assert door.asked == [
        (
            "KeyFunction",
            {
                "version": "2.0",
                "type": "REQUEST",
                "routeArn": "arn:aws:execute-api:us-east-1:123456789012:local"
                "/$default/POST/agents/no va",
                "identitySource": ["Bearer good"],
                "routeKey": "POST /agents/{agent_id}",
                "rawPath": "/agents/no va",
                "rawQueryString": "q=a+b&q=c",
                "cookies": ["a=1", "b=2"],
                "headers": {
                    "host": "127.0.0.1:8080",
                    "user-agent": "curl/8",
                    "authorization": "Bearer good",
                },
                "queryStringParameters": {"q": "a b,c"},
                "pathParameters": {"agent_id": "no va"},
                "requestContext": {
                    "accountId": "123456789012",
                    "apiId": "local",
                    "domainName": "127.0.0.1:8080",
                    "domainPrefix": "127",
                    "http": {
                        "method": "POST",
                        "path": "/agents/no va",
                        "protocol": "HTTP/1.1",
                        "sourceIp": "127.0.0.1",
                        "userAgent": "curl/8",
                    },
                    "requestId": "id-1",
                    "routeKey": "POST /agents/{agent_id}",
                    "stage": "$default",
                    "time": "12/Mar/2026:19:03:58 +0000",
                    "timeEpoch": 1773342238390,
                },
            },
        )
    ]


@pytest.mark.parametrize(
    "result",
    [
        FunctionFailedError("ValueError: no such luck"),
        {},
        {"isAuthorized": "true"},
        {"isAuthorized": 1, "context": NOVA},
        {"isAuthorized": True, "context": "nova"},
        {"principalId": "nova", "policyDocument": {}},
        True,
    ],
)
def test_an_authorizer_that_fails_is_a_500_and_is_asked_again(door, result):
    door.result = result
    with pytest.raises(AuthorizerFailedError, match="KeyFunction failed: "):
        door.ask("/inbox", bearer("good"))

    door.result = None
    assert door.ask("/inbox", bearer("good")) == {"lambda": NOVA}


def test_a_yes_without_a_context_is_a_yes(door):
    door.result = {"isAuthorized": True}

    assert door.ask("/inbox", bearer("good")) == {"lambda": None}


class TestOpenMode:
    """The local server has a mode of its own, which no template can turn on."""

    @pytest.fixture
    def door(self):
        return Door(is_open_mode=True)

    def test_whoever_sends_no_key_is_believed(self, door):
        assert door.ask("/inbox") == {"lambda": {"mode": "open"}}
        assert door.asked == []

    def test_a_key_that_is_sent_is_checked(self, door):
        assert door.ask("/inbox", bearer("good")) == {"lambda": NOVA}
        with pytest.raises(ForbiddenError):
            door.ask("/inbox", bearer("bad"))

    def test_an_empty_key_is_a_key_that_is_missing(self, door):
        with pytest.raises(UnauthorizedError):
            door.ask("/inbox", ("authorization", ""))

    def test_an_open_route_is_told_the_mode_and_nothing_else(self, door):
        assert door.ask("/health") == {"lambda": {"mode": "open"}}
