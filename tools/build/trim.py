"""Cuts the layer down to what the functions use of it; run on what pip installed, by the Makefile.

    python3.13 trim.py <folder of packages>

botocore brings a model of every service of AWS, Powertools a dozen utilities: most of the layer's
bytes, and of a cold start, which reads the models. What is kept is listed here; the tests hold the
operations against the roles of the template, and all of them run on what is left. Whatever is not
found as this page has it, in a newer version say, stops the build.
"""

import gzip
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Operations = Mapping[str, set[str]]

# Of each service the operations that the functions call.
OPERATIONS: Operations = {
    "dynamodb": {
        "BatchGetItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "TransactWriteItems",
        "UpdateItem",
    },
    "secretsmanager": {"GetSecretValue"},
}

# What no function imports. Swagger UI, in event_handler, is in the page that is rendered before.
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
    "s3transfer",
    "urllib3/contrib/emscripten",
)

# What is imported for nothing, taken out of the source: file, what stands there, what then does.
EDITS = (
    # A file transfer's manager, with multiprocessing and thread pools, to ask one thing of it.
    ("boto3/compat.py", "from s3transfer.manager import TransferConfig\n", ""),
    ("boto3/compat.py", "hasattr(TransferConfig, 'UNSET_DEFAULT')", "False"),
    # A thousand annotations for type checkers, each of them compiled.
    (
        "pydantic_core/core_schema.py",
        "    from typing import TypedDict\n",
        "\n    class TypedDict(dict):\n"
        "        def __init_subclass__(cls, total=True):\n            pass\n",
    ),
)


def main() -> None:
    """Trim what is in the folder that is named."""
    packages = Path(sys.argv[1])
    for name in UNUSED:
        remove(packages / name)
    for file, old, new in EDITS:
        edit(packages / file, old, new)
    trim_services(packages / "botocore" / "data", OPERATIONS)


def remove(path: Path) -> None:
    """Take a file or a folder away; an error if it is not there, for then this list is old."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def edit(path: Path, old: str, new: str) -> None:
    """Replace what stands in a file once.

    Raises:
        ValueError: it does not stand there, or more than once.
    """
    source = path.read_text("utf-8")
    if source.count(old) != 1:
        raise ValueError(f"{path}: {old!r} stands there {source.count(old)} times")
    path.write_text(source.replace(old, new), "utf-8")


def trim_services(data: Path, called: Operations) -> None:
    """Keep the services that are called, each in its latest version, and their regions."""
    for service in filter(Path.is_dir, list(data.iterdir())):
        *older, latest = sorted(service.iterdir())
        for folder in older if service.name in called else [service]:
            shutil.rmtree(folder)
        if service.name in called:
            trim_version(latest, called[service.name])
    endpoints = data / "endpoints.json"
    write(endpoints, trimmed_endpoints(json.loads(endpoints.read_text()), called))


def trim_version(folder: Path, operations: set[str]) -> None:
    """Leave a service's model, to be read as it stands.

    Without the rules for its endpoints botocore takes them from the list of regions, as it did
    before there were rules: the same URLs, at a tenth of the calls.
    """
    model = json.loads(gzip.decompress((folder / "service-2.json.gz").read_bytes()))
    for file in folder.iterdir():
        file.unlink()
    write(folder / "service-2.json", trimmed_model(model, operations))


def trimmed_model(model: dict[str, Any], operations: set[str]) -> dict[str, Any]:
    """A model of these operations alone, and of the shapes in them; without documentation."""
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
    """The names of the shapes that a part of a model refers to."""
    if isinstance(part, dict):
        if isinstance(part.get("shape"), str):
            yield part["shape"]
        for value in part.values():
            yield from shapes_in(value)
    elif isinstance(part, list):
        for value in part:
            yield from shapes_in(value)


def undocumented(part: Any) -> Any:
    """The part of a model without its documentation, which is a text under that name."""
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
    """The list of regions and endpoints, of the services that are called."""
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in called if name in services}
    return endpoints


def write(path: Path, content: Any) -> None:
    """Write it as JSON without a blank."""
    path.write_text(json.dumps(content, separators=(",", ":")))


if __name__ == "__main__":
    main()
