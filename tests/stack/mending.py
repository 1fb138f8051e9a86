"""What the emulator leaves out of a deploy, done through its own APIs from the processed template.

    AWS::ApiGatewayV2::Api     it ignores Body, where SAM puts routes, integrations and authorizer
    AWS::DynamoDB::Table       it ignores TimeToLiveSpecification

On AWS both are part of the deploy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from local.cloudformation import REGION
from tests.stack.emulator import Account

INTEGRATION = "x-amazon-apigateway-integration"
AUTHORIZER = "x-amazon-apigateway-authorizer"


def physical_ids(account: Account, stack: str) -> dict[str, str]:
    """What the resources of a stack are called in the account, by logical id."""
    answer = account.client("cloudformation").describe_stack_resources(StackName=stack)
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"] for each in answer["StackResources"]
    }


def mend(account: Account, stack: str) -> None:
    """Set what the deploy should have set; again after each deploy, with the same outcome."""
    physical = physical_ids(account, stack)
    for name, resource in processed(account, stack)["Resources"].items():
        properties = resource.get("Properties") or {}
        if resource["Type"] == "AWS::DynamoDB::Table" and "TimeToLiveSpecification" in properties:
            set_time_to_live(account, physical[name], properties["TimeToLiveSpecification"])
        if resource["Type"] == "AWS::ApiGatewayV2::Api":
            Routes(account, physical, physical[name]).replace(properties["Body"])


def processed(account: Account, stack: str) -> dict[str, Any]:
    """The template of a stack with its transforms done."""
    answer = account.client("cloudformation").get_template(
        StackName=stack, TemplateStage="Processed"
    )
    body = answer["TemplateBody"]
    return dict(body if isinstance(body, Mapping) else json.loads(body))


def set_time_to_live(account: Account, table: str, specification: Mapping[str, Any]) -> None:
    """Turn it on, unless it is."""
    dynamodb = account.client("dynamodb")
    now = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if now["TimeToLiveStatus"] == "DISABLED":
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)


class Routes:
    """The routes of one API, made from the OpenAPI document that SAM writes."""

    def __init__(self, account: Account, physical: Mapping[str, str], api_id: str) -> None:
        self.gateway = account.client("apigatewayv2")
        self.functions = account.client("lambda")
        self.physical = physical
        self.api_id = api_id

    def replace(self, body: Mapping[str, Any]) -> None:
        """Take away what there is, and make what the document says."""
        for kind in ("route", "integration", "authorizer"):
            key = f"{kind.title()}Id"
            for each in getattr(self.gateway, f"get_{kind}s")(ApiId=self.api_id)["Items"]:
                getattr(self.gateway, f"delete_{kind}")(ApiId=self.api_id, **{key: each[key]})
        schemes = (body.get("components") or {}).get("securitySchemes") or {}
        authorizers = {name: self._authorizer(name, each) for name, each in schemes.items()}
        integrations: dict[str, str] = {}
        for route, operation in operations(body):
            function = self._named_in(operation[INTEGRATION]["uri"])
            if function not in integrations:
                integrations[function] = self._integration(function)
            self.gateway.create_route(
                ApiId=self.api_id,
                RouteKey=route,
                Target=f"integrations/{integrations[function]}",
                **closed(operation, authorizers),
            )

    def _authorizer(self, name: str, scheme: Mapping[str, Any]) -> str:
        said = scheme[AUTHORIZER]
        arn = self._arn(self._named_in(said["authorizerUri"]))
        created = self.gateway.create_authorizer(
            ApiId=self.api_id,
            Name=name,
            AuthorizerType="REQUEST",
            AuthorizerUri=f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations",
            AuthorizerPayloadFormatVersion=str(said["authorizerPayloadFormatVersion"]),
            EnableSimpleResponses=said["enableSimpleResponses"],
            IdentitySource=list(said["identitySource"]),
            AuthorizerResultTtlInSeconds=int(said["authorizerResultTtlInSeconds"]),
        )
        return str(created["AuthorizerId"])

    def _integration(self, function: str) -> str:
        created = self.gateway.create_integration(
            ApiId=self.api_id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=self._arn(function),
            PayloadFormatVersion="2.0",
        )
        return str(created["IntegrationId"])

    def _arn(self, function: str) -> str:
        found = self.functions.get_function(FunctionName=self.physical[function])
        return str(found["Configuration"]["FunctionArn"])

    def _named_in(self, uri: Any) -> str:
        """The logical id of the function that a URI of the document leads to."""
        text = json.dumps(uri)
        (function,) = (
            name
            for name in self.physical
            if f"${{{name}.Arn}}" in text or f'["{name}", "Arn"]' in text
        )
        return function


def closed(operation: Mapping[str, Any], authorizers: Mapping[str, str]) -> dict[str, str]:
    """How a route is closed, by the authorizer that it names; an open one names `NONE`."""
    named = [name for each in operation.get("security", []) for name in each]
    if named == ["NONE"]:
        return {}
    return {"AuthorizationType": "CUSTOM", "AuthorizerId": authorizers[named[0]]}


def operations(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every route key of the document, and what is said of it."""
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            if INTEGRATION in operation:
                yield f"{method.upper()} {path}", operation
