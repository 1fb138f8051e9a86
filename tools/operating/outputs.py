"""Print the URL of a stack's API and its registration key, as assignments for a shell.

    export $(make outputs STACK=agent-messaging-dev)

`make smoke` and `make e2e` read both. It uses your own AWS rights.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def outputs(stack: str, region: str | None) -> dict[str, str]:
    """Return API_URL and REGISTRATION_KEY. Raises boto3's errors, and KeyError without outputs."""
    session = boto3.Session(region_name=region)
    cloudformation = session.client("cloudformation")
    (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    said = {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])}
    secret = cloudformation.describe_stack_resource(
        StackName=stack, LogicalResourceId="RegistrationKeySecret"
    )["StackResourceDetail"]["PhysicalResourceId"]
    value = session.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    return {"API_URL": said["ApiUrl"], "REGISTRATION_KEY": value}


def main(arguments: Sequence[str]) -> int:
    """Return 0, or 1 with one line on stderr."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.operating.outputs",
        description="Print API_URL and REGISTRATION_KEY of a stack.",
    )
    parser.add_argument("--stack", required=True, help="the name of the stack")
    parser.add_argument("--region", help="its region (default: from your AWS settings)")
    chosen = parser.parse_args(arguments)
    try:
        found = outputs(chosen.stack, chosen.region)
    except KeyError as missing:
        print(f"{chosen.stack} has no output {missing}. Has its deploy ended?", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    for name, value in found.items():
        print(f"{name}={value}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
