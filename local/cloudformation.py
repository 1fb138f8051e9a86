"""Parse a CloudFormation document: its YAML tags, parameters and references.

A reference to a resource becomes its logical id, which is also its physical name here. ARNs contain
the account and region below. Only the intrinsics that the template uses are supported. All others
raise TemplateError.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

REGION = "us-east-1"
ACCOUNT_ID = "123456789012"
PSEUDO_PARAMETERS = {
    "AWS::AccountId": ACCOUNT_ID,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": "local",
    "AWS::URLSuffix": "amazonaws.com",
}

NO_VALUE = "AWS::NoValue"


class TemplateError(Exception):
    """The template is invalid or not supported. The message is one line that says where and why."""


class _Loader(yaml.CSafeLoader):
    """CSafeLoader plus CloudFormation's short tags, turned into their long form."""


def _construct_tag(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(cast(yaml.MappingNode, node), deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _construct_tag)


def parse(text: str, name: str) -> dict[str, Any]:
    """The document as plain data, with every tag in its long form (`{"Ref": "X"}`)."""
    try:
        document = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader with more tags
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise TemplateError(f"{name}{line}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise TemplateError(f"{name}: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
        raise TemplateError(f"{name} is not a CloudFormation template: it has no Resources")
    return document


@dataclass(frozen=True)
class Scope:
    """What a reference can refer to: values by name, the types of the resources, conditions."""

    values: Mapping[str, str]
    resource_types: Mapping[str, str]
    conditions: Mapping[str, bool] = field(default_factory=dict)

    def resolve(self, node: Any) -> Any:
        """Return the data with each intrinsic replaced by its value."""
        if isinstance(node, list):
            return [self.resolve(element) for element in node]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            [(name, argument)] = node.items()
            if name == "Ref" or str(name).startswith("Fn::"):
                return self._intrinsic(name, argument)
        return {key: self.resolve(value) for key, value in node.items()}

    def _intrinsic(self, name: str, argument: Any) -> Any:
        match name:
            case "Ref":
                return self.reference(argument)
            case "Fn::GetAtt":
                return self.attribute(*argument)
            case "Fn::If":
                condition, if_true, if_false = argument
                return self.resolve(if_true if self.conditions[condition] else if_false)
            case "Fn::Sub" if isinstance(argument, str):
                return self.substitute(argument)
        raise TemplateError(f"the local server does not support {name}")

    def reference(self, name: str) -> str | None:
        """Return the value of `!Ref name`. `AWS::NoValue` becomes None."""
        if name == NO_VALUE:
            return None
        if name in self.values:
            return self.values[name]
        if name in self.resource_types:
            return name
        function = name.removesuffix(".Alias")
        # The alias that SAM makes for AutoPublishAlias. Here all aliases are the one version.
        if self.resource_types.get(function) == "AWS::Serverless::Function":
            return function
        raise TemplateError(f"!Ref {name} refers to nothing in this template")

    def attribute(self, name: str, attribute: str) -> str:
        """Return the value of `!GetAtt name.attribute`."""
        if name not in self.resource_types:
            raise TemplateError(f"!GetAtt {name}.{attribute} refers to nothing in this template")
        service = self.resource_types[name].split("::")[1].lower()
        arn = f"arn:aws:{service}:{REGION}:{ACCOUNT_ID}:"
        match attribute:
            case "Arn" if service == "dynamodb":
                return f"{arn}table/{name}"
            case "StreamArn" if service == "dynamodb":
                return f"{arn}table/{name}/stream/local"
            case "Id" if service == "secretsmanager":
                return name
            case "Arn":
                return f"{arn}{name}"
        raise TemplateError(f"the local server does not support !GetAtt {name}.{attribute}")

    def substitute(self, text: str) -> str:
        """Return the value of `!Sub text`."""

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if "." in name:
                return self.attribute(*name.split(".", 1))
            return str(self.reference(name))

        return re.sub(r"\$\{([^}]+)\}", value, text)


def scope_of(document: Mapping[str, Any], overrides: Mapping[str, str]) -> Scope:
    """Return the document's scope: its parameters, with overrides, and the pseudo-parameters."""
    parameters = document.get("Parameters") or {}
    for name in overrides:
        if name not in parameters:
            raise TemplateError(f"parameter {name} is not in this template")
    values = dict(PSEUDO_PARAMETERS)
    for name, parameter in parameters.items():
        values[name] = str(overrides.get(name, parameter.get("Default", "")))
    types = {name: str(each.get("Type", "")) for name, each in document["Resources"].items()}
    named = (document.get("Conditions") or {}).items()
    return Scope(values, types, {name: holds(condition, values) for name, condition in named})


def holds(condition: Any, values: Mapping[str, str]) -> bool:
    """Return whether a condition is true. Supports only the functions that the template uses."""
    [(name, argument)] = condition.items()
    match name:
        case "Fn::Or":
            return any(holds(each, values) for each in argument)
        case "Fn::And":
            return all(holds(each, values) for each in argument)
        case "Fn::Not":
            return not holds(argument[0], values)
        case "Fn::Equals":
            return _text(argument[0], values) == _text(argument[1], values)
        case "Fn::Contains":
            return _text(argument[1], values) in [_text(each, values) for each in argument[0]]
    raise TemplateError(f"the local server does not support {name} in Rules or Conditions")


def _text(node: Any, values: Mapping[str, str]) -> str:
    """Return a value, or the value of the parameter that a Ref names."""
    return values[node["Ref"]] if isinstance(node, dict) else str(node)
