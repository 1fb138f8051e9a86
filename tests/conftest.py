"""The environment that a function finds, and nothing that leads to a real account."""

import functools
import os

from moto.core import patch_client

from agent_messaging.storage import connection

os.environ.update(
    AWS_REGION="us-east-1",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    POWERTOOLS_SERVICE_NAME="agent-messaging",
    POWERTOOLS_METRICS_NAMESPACE="agent-messaging",
)
for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"):
    os.environ.pop(name, None)

# Loaded now that the environment is there.
pytest_plugins = ["tests.logs", "tests.rights", "tests.scale"]


def _in_reach_of_moto(connect):
    """moto adds itself to botocore's built-in handlers, which a connection leaves out."""

    @functools.wraps(connect)
    def connected(*arguments):
        client = connect(*arguments)
        patch_client(client)
        return client

    return connected


connection.connect = _in_reach_of_moto(connection.connect)
