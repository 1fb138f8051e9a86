"""Read what an authorizer of a WebSocket API answers: an IAM policy and a context. Pure.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

INVOKE = "execute-api:Invoke"


class BadPolicyError(Exception):
    """The authorizer's answer is not an IAM policy with a flat context. API Gateway says 500."""


def context_of(answer: Any) -> dict[str, str]:
    """Return the context that each event of the connection gets. All values are strings.

    Raises:
        BadPolicyError: the answer has no principal, or its context has nested values.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("principalId"), str):
        raise BadPolicyError("its answer has no principalId")
    context = answer.get("context") or {}
    if not isinstance(context, dict):
        raise BadPolicyError("its context is not an object")
    for name, value in context.items():
        if not isinstance(value, str | int | float | bool):
            raise BadPolicyError(f"its context has a nested or empty value: {name}")
    return {"principalId": answer["principalId"]} | {
        name: _text(value) for name, value in context.items()
    }


def is_allowed(answer: Mapping[str, Any], arn: str) -> bool:
    """Return whether the policy allows to invoke `arn`. A matching Deny wins.

    Raises:
        BadPolicyError: the answer has no policy.
    """
    document = answer.get("policyDocument")
    if not isinstance(document, dict) or "Statement" not in document:
        raise BadPolicyError("its answer has no policyDocument")
    effects = {each.get("Effect") for each in _list(document["Statement"]) if _matches(each, arn)}
    return "Allow" in effects and "Deny" not in effects


def _matches(statement: Mapping[str, Any], arn: str) -> bool:
    return _any(statement.get("Action", []), INVOKE) and _any(statement.get("Resource", []), arn)


def _any(patterns: Any, text: str) -> bool:
    return any(_glob(str(each)).fullmatch(text) for each in _list(patterns))


def _glob(pattern: str) -> re.Pattern[str]:
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(escaped)


def _list(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
