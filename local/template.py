"""Read functions, routes, tables, secrets, schedules, streams and sockets from template.yaml.

What the local server does not support is an error, so nothing is left out without a word.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.api import NO_AUTH, Api, read_apis
from local.cloudformation import Scope, TemplateError, parse, scope_of
from local.filters import unknown_operators
from local.model import DEFAULT, Function, Route, Schedule, Secret, StreamMapping, Table, Template
from local.queues.model import read_mapping, read_queues
from local.rules import check
from local.sockets.model import read_socket_api
from local.supported import require_known

__all__ = ["Function", "Route", "Schedule", "StreamMapping", "Table", "Template", "TemplateError"]

TEMPLATE = Path(__file__).resolve().parent.parent / "template.yaml"
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
TABLE_PROPERTIES = (
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
)


@dataclass(frozen=True)
class _Event:
    """One entry of a function's Events, with its references resolved."""

    name: str
    function: str
    kind: str
    properties: Mapping[str, Any]


def load(path: Path = TEMPLATE, parameters: Mapping[str, str] | None = None) -> Template:
    """Read the template at `path`. `parameters` override its defaults. Raises TemplateError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path.name} cannot be read: {error}") from error
    document = _parsed(text, path.name)
    try:
        scope = scope_of(document, parameters or {})
        check(document, scope.values)
        return _template(document, path.parent, scope)
    except TemplateError as error:
        raise TemplateError(f"{path.name}: {error}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # CloudFormation would also refuse this. `sam validate --lint` says exactly why.
        raise TemplateError(
            f"{path.name}: malformed near {error}. Run make lint for details"
        ) from error


# Only read. With other parameters the text is the same, and to parse it takes longest.
_parsed = functools.lru_cache(maxsize=4)(parse)


def _template(document: Mapping[str, Any], root: Path, scope: Scope) -> Template:
    resources: Mapping[str, Mapping[str, Any]] = document["Resources"]
    require_known(resources)
    shared = document.get("Globals") or {}
    functions = dict(_functions(resources, root, scope, shared.get("Function") or {}))
    apis = read_apis(resources, scope, shared.get("HttpApi") or {})
    events = list(_events(resources, scope))
    return Template(
        functions=functions,
        routes=tuple(_route(event, apis) for event in events if event.kind == "HttpApi"),
        tables=tuple(_tables(resources, scope)),
        secrets=tuple(_secrets(resources, scope)),
        schedules=tuple(_schedule(event) for event in events if event.kind == "Schedule"),
        streams=tuple(_stream(event) for event in events if event.kind == "DynamoDB"),
        queues=tuple(read_queues(resources, scope)),
        queue_mappings=tuple(
            read_mapping(event.name, event.function, event.properties)
            for event in events
            if event.kind == "SQS"
        ),
        cors=next((api.cors for api in apis.values() if api.cors), None),
        sockets=read_socket_api(resources, scope),
    )


def _of_type(
    resources: Mapping[str, Mapping[str, Any]], kind: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, resource in resources.items():
        if resource.get("Type") == kind:
            yield name, resource.get("Properties") or {}


def _functions(
    resources: Mapping[str, Mapping[str, Any]], root: Path, scope: Scope, shared: Mapping[str, Any]
) -> Iterator[tuple[str, Function]]:
    layers = {
        name: root / properties["ContentUri"]
        for name, properties in _of_type(resources, "AWS::Serverless::LayerVersion")
    }
    for name, own in _of_type(resources, "AWS::Serverless::Function"):
        properties = {**shared, **own}
        variables = {
            **((shared.get("Environment") or {}).get("Variables") or {}),
            **((own.get("Environment") or {}).get("Variables") or {}),
        }
        yield (
            name,
            Function(
                name=name,
                code=root / scope.resolve(properties["CodeUri"]),
                layers=tuple(
                    layers[scope.resolve(layer)]
                    for layer in (shared.get("Layers") or []) + (own.get("Layers") or [])
                ),
                handler=str(properties["Handler"]),
                timeout=int(scope.resolve(properties.get("Timeout", 3))),
                memory=int(scope.resolve(properties.get("MemorySize", 128))),
                environment={key: str(value) for key, value in scope.resolve(variables).items()},
                reserved=_whole(scope.resolve(properties.get("ReservedConcurrentExecutions"))),
            ),
        )


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _events(resources: Mapping[str, Mapping[str, Any]], scope: Scope) -> Iterator[_Event]:
    for function, properties in _of_type(resources, "AWS::Serverless::Function"):
        for name, event in (properties.get("Events") or {}).items():
            yield _Event(name, function, event["Type"], scope.resolve(event["Properties"]))


def _route(event: _Event, apis: Mapping[str, Api]) -> Route:
    properties = event.properties
    named = (properties.get("Auth") or {}).get("Authorizer")
    # Without an ApiId, it belongs to the implicit API of SAM, which has no Auth.
    api = apis[properties["ApiId"]] if "ApiId" in properties else NO_AUTH
    # Without a method and a path, SAM makes it the route `$default`.
    method, path = str(properties.get("Method", "ANY")).upper(), properties.get("Path", DEFAULT)
    if path.endswith("/") and path != "/":
        raise TemplateError(f"{method} {path}: API Gateway takes no route that ends in a slash")
    return Route(method, path, event.function, api.authorizer(named))


def _schedule(event: _Event) -> Schedule:
    return Schedule(event.name, event.function, interval(str(event.properties["Schedule"])))


def interval(expression: str) -> int:
    """Return the interval of an EventBridge expression such as `rate(5 minutes)` in seconds."""
    if expression.startswith("cron("):
        raise TemplateError(f"{expression}: the local server supports rate(...), but not cron(...)")
    match = re.fullmatch(r"rate\(([1-9]\d*) (minute|hour|day)s?\)", expression)
    if match is None:
        raise TemplateError(f"{expression} is not a rate(...) expression")
    return int(match[1]) * SECONDS[match[2]]


def _stream(event: _Event) -> StreamMapping:
    properties = event.properties
    filters = (properties.get("FilterCriteria") or {}).get("Filters") or []
    return StreamMapping(
        name=event.name,
        function=event.function,
        table=str(properties["Stream"]).split("/")[1],
        batch_size=int(properties.get("BatchSize", 100)),
        window=float(properties.get("MaximumBatchingWindowInSeconds", 0)),
        max_retries=int(properties.get("MaximumRetryAttempts", -1)),
        max_age=int(properties.get("MaximumRecordAgeInSeconds", -1)),
        bisect=bool(properties.get("BisectBatchOnFunctionError", False)),
        reports_failures="ReportBatchItemFailures"
        in (properties.get("FunctionResponseTypes") or []),
        starts_at_latest=properties.get("StartingPosition") == "LATEST",
        filters=tuple(_pattern(each["Pattern"]) for each in filters),
    )


def _pattern(text: str) -> Mapping[str, Any]:
    pattern: Mapping[str, Any] = json.loads(text)
    unknown = unknown_operators(pattern)
    if unknown:
        raise TemplateError(f"the local server does not support the filter {sorted(unknown)[0]!r}")
    return pattern


def _tables(resources: Mapping[str, Mapping[str, Any]], scope: Scope) -> Iterator[Table]:
    for name, unresolved in _of_type(resources, "AWS::DynamoDB::Table"):
        properties = scope.resolve(unresolved)
        create = {key: properties[key] for key in TABLE_PROPERTIES if key in properties}
        stream = properties.get("StreamSpecification")
        if stream:
            create["StreamSpecification"] = {"StreamEnabled": True, **stream}
        ttl = properties.get("TimeToLiveSpecification") or {}
        yield Table(
            name=name,
            create={"TableName": name, "BillingMode": "PAY_PER_REQUEST", **create},
            ttl_attribute=ttl["AttributeName"] if ttl.get("Enabled") else None,
        )


def _secrets(resources: Mapping[str, Mapping[str, Any]], scope: Scope) -> Iterator[Secret]:
    for name, properties in _of_type(resources, "AWS::SecretsManager::Secret"):
        generated = scope.resolve(properties.get("GenerateSecretString") or {})
        if not generated or "SecretStringTemplate" in generated or "Name" in properties:
            raise TemplateError(
                f"secret {name}: the local server supports only GenerateSecretString, and no Name"
            )
        yield Secret(name, int(generated.get("PasswordLength", 32)))
