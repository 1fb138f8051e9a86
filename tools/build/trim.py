"""Remove from the layer what the functions do not use. The layer's Makefile runs it.

    python3.13 tools/build/trim.py <folder of packages>

botocore has a model of every AWS service, and Powertools a dozen utilities. These are most of the
layer's bytes, and a cold start reads the models. A test compares OPERATIONS with the roles in the
template, and all tests run on the trimmed layer. If a newer version of a package no longer has
something that is listed here, the build stops.
"""

import gzip
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Operations = Mapping[str, set[str]]

# The operations that the functions call, by service.
OPERATIONS: Operations = {
    "apigatewaymanagementapi": {"DeleteConnection", "PostToConnection"},
    "dynamodb": {
        "BatchGetItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "TransactWriteItems",
        "UpdateItem",
    },
    "kms": {"GetPublicKey", "Sign"},
    "secretsmanager": {"GetSecretValue"},
    "sqs": {"SendMessageBatch"},
}

# No function imports these. The page of Swagger UI, from event_handler, is rendered before.
UNUSED = (
    "bin",
    "boto3/data",
    "boto3/examples",
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/auth_alpha",
    "aws_lambda_powertools/utilities/batch",
    "aws_lambda_powertools/utilities/circuit_breaker",
    "aws_lambda_powertools/utilities/data_classes",
    "aws_lambda_powertools/utilities/data_masking",
    "aws_lambda_powertools/utilities/feature_flags",
    "aws_lambda_powertools/utilities/idempotency",
    "aws_lambda_powertools/utilities/kafka",
    "aws_lambda_powertools/utilities/parser",
    "aws_lambda_powertools/utilities/streaming",
    "aws_lambda_powertools/utilities/validation",
    "pydantic/v1",
    "pydantic/mypy.py",
    "dateutil/zoneinfo",
    "boto3/s3",
    "boto3/ec2",
    "boto3/crt.py",
    "boto3/docs",
    "boto3/resources",
    "botocore/docs/bcdoc",
    "s3transfer",
    "urllib3/contrib/emscripten",
)

# Imports without a use, removed from the source: the file, the old text, the new text.
EDITS = (
    # It imports multiprocessing and thread pools, only to read one attribute.
    ("boto3/compat.py", "from s3transfer.manager import TransferConfig\n", ""),
    ("boto3/compat.py", "hasattr(TransferConfig, 'UNSET_DEFAULT')", "False"),
    # Functions use clients. boto3's resources import the writers of docstrings, and help() alone
    # calls those of botocore.
    ("boto3/session.py", "from .resources.factory import ResourceFactory\n", ""),
    (
        "boto3/session.py",
        "        self.resource_factory = ResourceFactory(\n"
        "            self._session.get_component('event_emitter')\n        )\n",
        "",
    ),
    ("botocore/docs/__init__.py", "from botocore.docs.service import ServiceDocumenter\n", ""),
    (
        "botocore/docs/docstring.py",
        "from botocore.docs.bcdoc.restdoc import DocumentStructure\n"
        "from botocore.docs.method import document_model_driven_method\n"
        "from botocore.docs.paginator import document_paginate_method\n"
        "from botocore.docs.waiter import document_wait_method\n",
        "",
    ),
    # A thousand annotations for type checkers, which are all compiled.
    (
        "pydantic_core/core_schema.py",
        "    from typing import TypedDict\n",
        "\n    class TypedDict(dict):\n"
        "        def __init_subclass__(cls, total=True):\n            pass\n",
    ),
)


def main() -> None:
    """Trim the packages in the folder that the command line names."""
    packages = Path(sys.argv[1])
    for name in UNUSED:
        remove(packages / name)
    for file, old, new in EDITS:
        edit(packages / file, old, new)
    for record in packages.glob("*.dist-info/RECORD"):  # the files as installed, and their hashes
        record.unlink()
    trim_services(packages / "botocore" / "data", OPERATIONS)


def remove(path: Path) -> None:
    """Remove a file or a folder. If it does not exist, fail, because the list is out of date."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that a file contains exactly once.

    Raises:
        ValueError: the file does not contain it, or contains it more than once.
    """
    source = path.read_text("utf-8")
    if source.count(old) != 1:
        raise ValueError(f"{path}: {old!r} occurs {source.count(old)} times, not once")
    path.write_text(source.replace(old, new), "utf-8")


def trim_services(data: Path, called: Operations) -> None:
    """Keep only the latest models and the regions of the services that are called."""
    for service in filter(Path.is_dir, list(data.iterdir())):
        *older, latest = sorted(service.iterdir())
        for folder in older if service.name in called else [service]:
            shutil.rmtree(folder)
        if service.name in called:
            trim_version(latest, called[service.name])
    endpoints = data / "endpoints.json"
    write(endpoints, trimmed_endpoints(json.loads(endpoints.read_text()), called))


def trim_version(folder: Path, operations: set[str]) -> None:
    """Keep only a service's model, trimmed and uncompressed.

    Without the rules for endpoints, botocore takes the URLs from the list of regions, as older
    versions did. The URLs are the same, with a tenth of the calls.
    """
    model = json.loads(gzip.decompress((folder / "service-2.json.gz").read_bytes()))
    for file in folder.iterdir():
        file.unlink()
    write(folder / "service-2.json", trimmed_model(model, operations))


def trimmed_model(model: dict[str, Any], operations: set[str]) -> dict[str, Any]:
    """Return the model with only these operations and their shapes, without documentation."""
    kept = {name: model["operations"][name] for name in sorted(operations)}
    needed: dict[str, Any] = {}
    pending = list(shapes_in(kept))
    while pending:
        name = pending.pop()
        if name not in needed:
            needed[name] = model["shapes"][name]
            pending += shapes_in(needed[name])
    shapes = {name: shape for name, shape in model["shapes"].items() if name in needed}
    return undocumented({**model, "operations": kept, "shapes": shapes})  # type: ignore[no-any-return]


def shapes_in(part: Any) -> Iterator[str]:
    """Yield the names of the shapes that a part of a model refers to."""
    if isinstance(part, dict):
        if isinstance(part.get("shape"), str):
            yield part["shape"]
        for value in part.values():
            yield from shapes_in(value)
    elif isinstance(part, list):
        for value in part:
            yield from shapes_in(value)


def undocumented(part: Any) -> Any:
    """Return the part of a model without its documentation, which is the text of that name."""
    if isinstance(part, list):
        return [undocumented(value) for value in part]
    if not isinstance(part, dict):
        return part
    return {
        name: undocumented(value)
        for name, value in part.items()
        if not (name == "documentation" and isinstance(value, str))
    }


def trimmed_endpoints(endpoints: dict[str, Any], called: Operations) -> dict[str, Any]:
    """Return the list of regions and endpoints for the services that are called."""
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in called if name in services}
    return endpoints


def write(path: Path, content: Any) -> None:
    """Write the content as JSON without blanks."""
    path.write_text(json.dumps(content, separators=(",", ":")))


if __name__ == "__main__":
    main()
