"""A WebSocket API over a stub of its functions, behind the server that `make run` starts."""

import asyncio
import contextlib
import json

import boto3
from botocore.config import Config
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError

from local import http_server
from local.clock import MovableClock
from local.instance import FunctionFailedError
from local.origin import NOBODY_ELSE
from local.sockets.door import Door
from local.sockets.management import Management
from local.sockets.model import SocketApi, SocketAuthorizer, SocketRoute
from local.sockets.service import SocketService

ALLOWED = {"Authorization": "Bearer good"}


def api(*, identity=(), **routes):
    found = {
        key: SocketRoute(key, "SocketsFunction", has_response=key in ("$default", "resume"))
        for key in ("$connect", "$disconnect", "$default", "resume", "ack")
    }
    authorizer = SocketAuthorizer("SocketsAuthorizerFunction", tuple(identity))
    return SocketApi("SocketsApi", "live", "action", {**found, **routes}, authorizer)


def policy(effect="Allow", resource="*", **context):
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    return {
        "principalId": "nova",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"agent_id": "nova", "epoch": 1, "is_new": True, **context},
    }


class Functions:
    """What the template's functions do here. `events` are those of the sockets' functions."""

    def __init__(self):
        self.events = []
        self.asked = []
        self.connect_status = 200
        self.during_connect = None
        self.answer = None
        """The body that a frame gets. None echoes its text."""
        self.is_broken = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def invoke(self, name, event):
        if name == "SocketsAuthorizerFunction":
            self.asked.append(event)
            key = event["headers"].get("Authorization")
            if key == "Bearer nested":
                return policy(nested={})
            if key == "Bearer unknown":
                raise FunctionFailedError("Exception: Unauthorized")
            if key == "Bearer broken":
                raise FunctionFailedError("ValueError: no am_live_secret")
            is_ticket = "ticket" in (event.get("queryStringParameters") or {})
            return policy("Allow" if is_ticket or key == "Bearer good" else "Deny")
        self.events.append(event)
        context = event["requestContext"]
        if context["eventType"] == "CONNECT":
            if self.during_connect:
                await self.during_connect(context["connectionId"])
            return {"statusCode": self.connect_status}
        await self.may_answer.wait()
        if self.is_broken:
            raise FunctionFailedError("ValueError: no such luck")
        echo = f"to {event.get('body', '')}"[:100]
        return {"statusCode": 200, "body": self.answer or echo}

    def of(self, kind):
        return [each for each in self.events if each["requestContext"]["eventType"] == kind]


class Running:
    """A server with the stub behind it."""

    def __init__(self, base_url, posts_url, functions, clock, door):
        self.url, self.posts_url = base_url, posts_url
        self.functions, self.clock, self.door = functions, clock, door
        self.management = boto3.client(
            "apigatewaymanagementapi",
            endpoint_url=posts_url,
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    def connect(self, query="", path="/live", **headers):
        given = {**ALLOWED, **headers} if not query else headers
        url = self.url.replace("http", "ws") + path + query
        return connect(url, additional_headers=given, proxy=None, compression=None, max_size=None)

    @property
    def connection_ids(self):
        return [each["requestContext"]["connectionId"] for each in self.functions.of("CONNECT")]

    async def call(self, operation, **arguments):
        return await asyncio.to_thread(getattr(self.management, operation), **arguments)

    async def post(self, connection_id, data):
        return await self.call("post_to_connection", ConnectionId=connection_id, Data=data)


class StubCloud:
    def __init__(self, door, management):
        self.door, self.management = door, management

    async def gateway(self, scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def close(self):
        pass


@contextlib.asynccontextmanager
async def served(*, is_open_mode=False, trusted=NOBODY_ELSE, of=None):
    functions, clock = Functions(), MovableClock()
    service = SocketService(of or api(), functions.invoke, clock=clock, is_open_mode=is_open_mode)
    door = Door(service, clock=clock, trusted=trusted)
    cloud = StubCloud(door, Management(lambda: service.connections))
    listener, posts = http_server.listen(0), http_server.listen(0)
    http = await http_server.start(cloud, listener, posts)
    urls = [f"http://127.0.0.1:{each.getsockname()[1]}" for each in (listener, posts)]
    try:
        yield Running(*urls, functions, clock, door)
    finally:
        await http_server.stop(*http, cloud)


def frame(**members):
    return json.dumps(members)


async def closed(client):
    """The code and the reason with which the server closes the connection."""
    with contextlib.suppress(ConnectionClosedError):
        async with asyncio.timeout(10):
            async for _ in client:
                pass
    return client.close_code, client.close_reason


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)
