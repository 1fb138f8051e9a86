"""`python -m tests.unit.template.reading`: which variables each function reads when it starts.

Prints the names by function, as JSON. Each function starts in a process of its own, forked from one
that has loaded the packages of others. Those read the template's variables only once they are used.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import aws_lambda_powertools  # noqa: F401
import boto3  # noqa: F401
import pydantic  # noqa: F401

from local.cloudformation import REGION
from local.model import Function
from local.template import load

# Nobody reads it. Whoever reads all variables reads it too.
UNREAD = "READ_BY_NOBODY"


class Recording(dict[Any, Any]):
    """The environment's own dict, which notes the names that it is asked for.

    A loop over all of it finds nothing: urllib looks for proxies so, and reads no variable of ours.
    """

    def __init__(self, variables: Mapping[Any, Any]) -> None:
        super().__init__(variables)
        self.read: set[str] = set()

    def __getitem__(self, name: Any) -> Any:
        self.read.add(os.fsdecode(name))
        return super().__getitem__(name)

    def __iter__(self) -> Iterator[Any]:
        return iter(())


def read_by(function: Function) -> list[str]:
    """The variables that a function reads when it starts, by a fork of this process."""
    result, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(told, json.dumps(sorted(_start(function))).encode())
        os._exit(0)
    os.close(told)
    with os.fdopen(result) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    names: list[str] = json.loads(text)
    return names


def _start(function: Function) -> set[str]:
    sys.path[:0] = [str(function.code), *map(str, function.layers)]
    lambdas = {"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    os.environ.update({**function.environment, **lambdas, **keys, UNREAD: ""})
    recording = Recording(os.environ._data)  # type: ignore[attr-defined]
    os.environ._data = recording  # type: ignore[attr-defined]
    __import__("app")
    return recording.read


if __name__ == "__main__":
    json.dump({name: read_by(each) for name, each in load().functions.items()}, sys.stdout)
