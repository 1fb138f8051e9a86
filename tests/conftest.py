"""The environment that a function finds, and nothing that leads to a real account."""

import os

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
