"""Refuse resources and events of a template that the local server does not know.

Otherwise it would leave them out, and the developer would look for the fault in the function.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.cloudformation import TemplateError

EVENTS = ("HttpApi", "Schedule", "DynamoDB", "SQS")
"""The events of functions that the local server sends. A new kind is read in `local.template`."""

RUN = frozenset(
    {
        "AWS::ApiGatewayV2::RouteResponse",
        "AWS::DynamoDB::Table",
        "AWS::SecretsManager::Secret",
        "AWS::Serverless::Function",
        "AWS::Serverless::HttpApi",
        "AWS::Serverless::LayerVersion",
        "AWS::SQS::Queue",
        "AWS::Serverless::WebSocketApi",
    }
)
# What a function cannot notice: who may do what, domains, alarms, and queues of dead letters.
LEFT_OUT = frozenset(
    {
        "AWS::ApiGatewayV2::ApiMapping",
        "AWS::ApiGatewayV2::DomainName",
        "AWS::Budgets::Budget",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::Lambda::Permission",
        "AWS::Logs::LogGroup",
        "AWS::Logs::MetricFilter",
        "AWS::Route53::RecordSet",
        "AWS::SNS::Subscription",
        "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
    }
)


def require_known(resources: Mapping[str, Mapping[str, Any]]) -> None:
    """Check all resources and all events. Raises TemplateError for the first unknown one."""
    for name, resource in resources.items():
        kind = str(resource.get("Type"))
        if kind not in RUN | LEFT_OUT:
            raise TemplateError(
                f"resource {name}: the local server does not support {kind}. It supports "
                f"{', '.join(sorted(RUN))}, and leaves out roles, domains, logs and alarms"
            )
        if kind == "AWS::Serverless::Function":
            _require_known_events(name, (resource.get("Properties") or {}).get("Events") or {})


def _require_known_events(function: str, events: Mapping[str, Mapping[str, Any]]) -> None:
    for name, event in events.items():
        if event.get("Type") not in EVENTS:
            *others, last = EVENTS
            raise TemplateError(
                f"function {function}, event {name}: the local server does not support events of "
                f"the type {event.get('Type')}. It supports {', '.join(others)} and {last}"
            )
