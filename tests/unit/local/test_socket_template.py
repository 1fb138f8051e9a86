"""What is read of a WebSocket API, and what of it cannot be run."""

import pytest

from local.banner import Addresses, banner
from local.env import exports
from local.options import parse
from local.sockets.model import SocketAuthorizer, SocketRoute
from local.template import TemplateError, load
from tests.unit.local.socket_project import write_socket_project


@pytest.fixture
def path(tmp_path):
    return write_socket_project(tmp_path) / "template.yaml"


def test_the_routes_the_authorizer_and_who_answers_are_read(path):
    template = load(path)

    api = template.sockets
    assert (api.name, api.stage, api.selection) == ("SocketsApi", "live", "action")
    assert api.routes == {
        "$connect": SocketRoute("$connect", "SocketsFunction", has_response=False),
        "$disconnect": SocketRoute("$disconnect", "SocketsFunction", has_response=False),
        "$default": SocketRoute("$default", "SocketsFunction", has_response=True),
        "resume": SocketRoute("resume", "SocketsFunction", has_response=False),
    }
    assert api.authorizer == SocketAuthorizer("SocketDoorFunction", ())
    assert template.functions["SocketsFunction"].environment["SOCKETS_ENDPOINT"] == (
        "https://SocketsApi.execute-api.us-east-1.amazonaws.com/live"
    )


def test_a_template_without_sockets_has_none(template):
    assert template.sockets is None


def test_an_identity_source_is_a_header_or_a_parameter(path):
    source = "[route.request.header.Authorization, route.request.querystring.ticket]"
    old = "AuthArn: !GetAtt SocketDoorFunction.Arn"
    path.write_text(path.read_text().replace(old, f"{old}, IdentitySource: {source}"))

    identity = load(path).sockets.authorizer.identity

    assert identity == (("header", "Authorization"), ("querystring", "ticket"))


def test_anybody_may_connect_without_an_authorizer(path):
    auth = "Auth: {AuthType: CUSTOM, AuthArn: !GetAtt SocketDoorFunction.Arn}"
    path.write_text(path.read_text().replace(auth, "Auth: {AuthType: NONE}"))

    assert load(path).sockets.authorizer is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("$request.body.action", "$request.header.x", "supports \\$request.body.<member> as"),
        ("AuthType: CUSTOM", "AuthType: AWS_IAM", "supports only a CUSTOM authorizer as Auth"),
        (
            "AuthArn: !GetAtt SocketDoorFunction.Arn",
            "AuthArn: !GetAtt ItemsTable.Arn",
            "SocketsApi, Auth: table/ItemsTable is not a function",
        ),
        (
            "AuthType: CUSTOM",
            "AuthType: CUSTOM, IdentitySource: [context.x]",
            "as IdentitySource",
        ),
        (
            "resume: {FunctionArn: !GetAtt SocketsFunction.Arn}",
            "resume: {FunctionArn: !GetAtt SocketsFunction.Arn, ApiKeyRequired: true}",
            "SocketsApi, route resume: the local server does not support ApiKeyRequired",
        ),
        ("!Ref SocketsApiDefaultRoute", "some-id", "DefaultResponse: the local server supports"),
        ("!Ref SocketsFunction.Alias", "!Ref NoFunction.Alias", "refers to nothing"),
        (
            "  DefaultResponse:\n",
            "  Second: {Type: AWS::Serverless::WebSocketApi}\n  DefaultResponse:\n",
            "supports one WebSocket API, not SocketsApi, Second",
        ),
        (
            "{Type: Schedule, Properties: {Schedule: !Ref Every}}",
            "{Type: S3, Properties: {Bucket: b}}",
            "function CollectorFunction, event Tick: the local server does not support events of "
            "the type S3. It supports HttpApi, Schedule",
        ),
        (
            "  DefaultResponse:\n",
            "  Bucket: {Type: AWS::S3::Bucket}\n  DefaultResponse:\n",
            "resource Bucket: the local server does not support AWS::S3::Bucket",
        ),
    ],
)
def test_what_cannot_be_followed_is_one_line_that_says_where(path, old, new, message):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))

    with pytest.raises(TemplateError, match=message):
        load(path)


@pytest.mark.parametrize(
    ("auth", "told"),
    [
        ("open", "ws://127.0.0.1:9000/live?agent_id=nova-agent-id"),
        ("required", "ws://127.0.0.1:9000/live  (Authorization: Bearer <key>)"),
    ],
)
def test_the_banner_and_the_shell_name_the_socket(path, auth, told):
    options = parse(["--template", str(path)], {"PORT": "9000", "AUTH": auth})

    text = banner(
        Addresses("http://127.0.0.1:9000", "http://t", "http://q"), options, [], None, stage="live"
    )

    assert f"  WebSocket         {told}\n" in text
    assert "export AGENT_MESSAGING_SOCKET=ws://127.0.0.1:9000/live" in exports(options)
