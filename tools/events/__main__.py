"""Let the tables of a local server hold exactly what the files in events/ name.

    python -m tools.events --engine http://127.0.0.1:PORT     `make run` prints the URL

It deletes everything else in these tables. So it refuses tables that are neither at a loopback
address nor those of `make run`. Then it prints the command that invokes a function with an event
file. It cannot reach tables on AWS, because it uses no AWS key of yours.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from local import engine, environment
from local.cloudformation import REGION
from local.engine import EngineError
from local.origin import DOCKER_HOST
from local.tables import create_tables
from local.template import load
from tools.events.tables import require_local

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "layers" / "agent_messaging"))

# The domain takes its settings from the environment when it is imported, below.
LOCAL = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": REGION,
    "POWERTOOLS_LOG_LEVEL": "WARNING",
}
COMMAND = """\
AWS_ENDPOINT_URL_DYNAMODB={url} .venv-sam/bin/sam local invoke {function} \\
  --event {event} --template .aws-sam/stack/template.yaml --region {region} \\
  --add-host {host}:host-gateway --parameter-overrides RegistrationMode=open"""


def empty(client: Any, table: str) -> None:
    """Delete all items of a table."""
    schema = client.describe_table(TableName=table)["Table"]["KeySchema"]
    names = [part["AttributeName"] for part in schema]
    pages = client.get_paginator("scan").paginate(TableName=table)
    for item in [item for page in pages for item in page["Items"]]:
        client.delete_item(TableName=table, Key={name: item[name] for name in names})


def fill(url: str) -> dict[str, str]:
    """Replace what the tables at `url` hold. Return a key of each agent by its id."""
    client = engine.dynamodb(url)
    tables = load().tables
    create_tables(client, tables)
    for table in tables:
        empty(client, table.name)
    os.environ.update(LOCAL)
    from local.in_process.functions import fresh  # noqa: PLC0415 - needs the environment
    from tools.events import examples  # noqa: PLC0415

    apps: dict[str, ModuleType] = {}

    def app(group: str) -> ModuleType:
        if group not in apps:
            apps[group] = fresh(group, AWS_ENDPOINT_URL_DYNAMODB=url)
        return apps[group]

    return examples.write(app)


def command(url: str, function: str, event: str) -> str:
    """Return the command that invokes a function, with the URL as a container reaches it."""
    inside = urlsplit(url)._replace(netloc=f"{DOCKER_HOST}:{urlsplit(url).port}").geturl()
    return COMMAND.format(
        url=inside, function=function, event=event, region=REGION, host=DOCKER_HOST
    )


def main(arguments: Sequence[str]) -> int:
    """Run the command. Return 0, or 1 with one line on stderr."""
    parser = argparse.ArgumentParser(prog="python -m tools.events", description=__doc__)
    parser.add_argument("--engine", required=True, metavar="URL", help="the tables of make run")
    chosen = parser.parse_args(arguments)
    try:
        asyncio.run(engine.connect(chosen.engine))
        require_local(chosen.engine)
    except EngineError as error:
        print(error, file=sys.stderr)
        return 1
    keys = fill(chosen.engine)
    print("The tables now hold what the files in events/ name, and nothing else.\n")
    for agent_id, key in keys.items():
        print(f"  {agent_id:<16} {key}")
    print("\nBuild with make build-here. Then invoke a function:\n")
    print(command(chosen.engine, "MessagingFunction", "events/messaging/ping.json"))
    return 0


if __name__ == "__main__":
    environment.isolate()
    sys.exit(main(sys.argv[1:]))
