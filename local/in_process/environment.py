"""The environment that a function finds in this process, and nothing that leads to an account."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable
from typing import Any

import botocore.session
from botocore.loaders import create_loader
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import patch_client

from agent_messaging.storage import connection
from local.moto_patches import correct_moto
from local.moto_replace import Method, replace

VARIABLES = {
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "POWERTOOLS_SERVICE_NAME": "agent-messaging",
    "POWERTOOLS_METRICS_NAMESPACE": "agent-messaging",
}
MISLEADING = (
    "AWS_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI",
    "LOCAL_ONLY",
)


@functools.cache
def prepare() -> None:
    """Set the variables, and let moto reach what the functions connect; once in a process."""
    os.environ.update(VARIABLES)
    for name in MISLEADING:
        os.environ.pop(name, None)
    connection.connect = in_reach_of_moto(connection.connect)
    # Each client has a session of its own, and each session would parse botocore's data anew.
    replace(botocore.session, "create_loader", functools.cache(create_loader))
    correct_moto()
    replace(BotocoreStubber, "process_request", one_at_a_time(BotocoreStubber.process_request))


def one_at_a_time(method: Method) -> Method:
    """`method`, for one thread at a time. moto's writes disturb each other, and DynamoDB's do not.

    A server has such a lock of its own.
    """
    lock = threading.RLock()

    @functools.wraps(method)
    def call(*arguments: Any, **options: Any) -> Any:
        with lock:
            return method(*arguments, **options)

    return call


def in_reach_of_moto(connect: Callable[..., Any]) -> Callable[..., Any]:
    """`connect`, so that moto answers its clients.

    moto adds itself to botocore's built-in handlers, which a connection leaves out.
    """

    @functools.wraps(connect)
    def connected(*arguments: Any) -> Any:
        client = connect(*arguments)
        patch_client(client)
        return client

    return connected
