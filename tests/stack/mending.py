"""What the emulator leaves out of a deploy, done through its own APIs from the processed template.

    AWS::ApiGatewayV2::Api     it ignores Body, where SAM puts routes, integrations and authorizer
    AWS::DynamoDB::Table       it ignores TimeToLiveSpecification

On AWS both are part of the deploy. The emulator refuses AWS::ApiGatewayV2::RouteResponse, and sends
the replies of WebSocket routes without it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.cloudformation import REGION
from tests.stack.emulator import Account

INTEGRATION = "x-amazon-apigateway-integration"
AUTHORIZER = "x-amazon-apigateway-authorizer"
INVOCATIONS = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{{}}/invocations"


UNKNOWN = {"AWS::ApiGatewayV2::RouteResponse"}
CONNECTIONS = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"


def prepare(account: Account, resources: dict[str, Any]) -> None:
    """Change what is deployed, so that it suits this machine.

    It lacks unknown resources, and has the host of connections. Webhooks may call the receiver.
    """
    for name in [name for name, each in resources.items() if each["Type"] in UNKNOWN]:
        del resources[name]
    for resource in resources.values():
        environment = (resource.get("Properties") or {}).get("Environment") or {}
        if CONNECTIONS in environment.get("Variables", {}):
            environment["Variables"][CONNECTIONS] = account.url
        if "WEBHOOKS_QUEUE" in environment.get("Variables", {}):
            environment["Variables"]["LOCAL_ONLY"] = account.receiver.address
        if resource["Type"] == "AWS::IAM::Policy":
            allow_all_keys(resource["Properties"]["PolicyDocument"]["Statement"])
        for policy in (resource.get("Properties") or {}).get("Policies") or []:
            for statement in policy["PolicyDocument"]["Statement"]:
                allow_batches(statement)


def allow_all_keys(statements: list[dict[str, Any]]) -> None:
    """Allow writes under any key. The emulator does not know under which key a write is."""
    for statement in statements:
        if "dynamodb:LeadingKeys" in json.dumps(statement.get("Condition")):
            del statement["Condition"]


def allow_batches(statement: dict[str, Any]) -> None:
    """Let who may send a message send several. On AWS it is one right, and no batch has its own.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
    """
    actions = statement["Action"]
    actions = [actions] if isinstance(actions, str) else list(actions)
    if "sqs:SendMessage" in actions:
        statement["Action"] = [*actions, "sqs:SendMessageBatch"]


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
        if resource["Type"] == "AWS::ApiGatewayV2::Api" and "Body" in properties:
            Routes(account, physical, physical[name]).replace(properties["Body"])
        if resource["Type"] == "AWS::ApiGatewayV2::Authorizer":
            forget_identity(account, physical, properties)


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


def forget_identity(
    account: Account, physical: Mapping[str, str], properties: Mapping[str, Any]
) -> None:
    """Let an authorizer see each handshake. The emulator always wants a header Authorization."""
    gateway, api_id = account.client("apigatewayv2"), physical[properties["ApiId"]["Ref"]]
    for each in gateway.get_authorizers(ApiId=api_id)["Items"]:
        if each["IdentitySource"] and "IdentitySource" not in properties:
            gateway.update_authorizer(
                ApiId=api_id, AuthorizerId=each["AuthorizerId"], IdentitySource=[]
            )


class Routes:
    """The routes of one API, made from the OpenAPI document that SAM writes.

    What is as the document says stays untouched, so a deploy takes no route away that it keeps.
    """

    def __init__(self, account: Account, physical: Mapping[str, str], api_id: str) -> None:
        self.gateway = account.client("apigatewayv2")
        self.functions = account.client("lambda")
        self.physical = physical
        self.api_id = api_id

    def replace(self, body: Mapping[str, Any]) -> None:
        """Make what the document says, and then take away what it does not say."""
        schemes = (body.get("components") or {}).get("securitySchemes") or {}
        authorizers = {name: self._authorizer(name, each) for name, each in schemes.items()}
        integrations = {each["IntegrationUri"]: each for each in self._there("integration")}
        there = {each["RouteKey"]: each for each in self._there("route")}
        for key, operation in operations(body):
            function = self.called(operation[INTEGRATION]["uri"])
            if function not in integrations:
                integrations[function] = self._integration(function)
            target = f"integrations/{integrations[function]['IntegrationId']}"
            self._route(there.pop(key, None), key, Target=target, **closed(operation, authorizers))
        for gone in there.values():
            self.gateway.delete_route(ApiId=self.api_id, RouteId=gone["RouteId"])

    def _there(self, kind: str) -> list[dict[str, Any]]:
        found = getattr(self.gateway, f"get_{kind}s")(ApiId=self.api_id, MaxResults="500")
        return list(found["Items"])

    def _route(self, now: Mapping[str, Any] | None, key: str, **said: str) -> None:
        if now is None:
            self.gateway.create_route(ApiId=self.api_id, RouteKey=key, **said)
        elif any(now.get(name) != value for name, value in said.items()):
            self.gateway.update_route(ApiId=self.api_id, RouteId=now["RouteId"], **said)

    def _authorizer(self, name: str, scheme: Mapping[str, Any]) -> str:
        said = scheme[AUTHORIZER]
        wanted = {
            "Name": name,
            "AuthorizerType": "REQUEST",
            "AuthorizerUri": INVOCATIONS.format(self.called(said["authorizerUri"])),
            "AuthorizerPayloadFormatVersion": str(said["authorizerPayloadFormatVersion"]),
            "EnableSimpleResponses": said["enableSimpleResponses"],
            "IdentitySource": list(said["identitySource"]),
            "AuthorizerResultTtlInSeconds": int(said["authorizerResultTtlInSeconds"]),
        }
        for now in self._there("authorizer"):
            if now["Name"] == name:
                if any(now.get(key) != value for key, value in wanted.items()):
                    self.gateway.update_authorizer(
                        ApiId=self.api_id, AuthorizerId=now["AuthorizerId"], **wanted
                    )
                return str(now["AuthorizerId"])
        created = self.gateway.create_authorizer(ApiId=self.api_id, **wanted)
        return str(created["AuthorizerId"])

    def _integration(self, function: str) -> dict[str, Any]:
        return dict(
            self.gateway.create_integration(
                ApiId=self.api_id,
                IntegrationType="AWS_PROXY",
                IntegrationUri=function,
                PayloadFormatVersion="2.0",
            )
        )

    def called(self, uri: Any) -> str:
        """The ARN that a URI of the document leads to: of a function, or of its alias."""
        text = self._substituted(uri)
        return text.split("/functions/")[1].removesuffix("/invocations")

    def _substituted(self, value: Any) -> str:
        """The text of an Fn::Sub; what names a function's ARN or an alias has its value."""
        if not isinstance(value, Mapping):
            return str(value)
        said = value["Fn::Sub"]
        text, own = (said, {}) if isinstance(said, str) else said

        def found(match: re.Match[str]) -> str:
            name = match[1]
            if name in own:
                return self._substituted(own[name])
            if name.endswith(".Arn"):
                return self._arn(name.removesuffix(".Arn"))
            return self.physical.get(name, name)

        return re.sub(r"\$\{([^}]+)\}", found, text)

    def _arn(self, function: str) -> str:
        found = self.functions.get_function(FunctionName=self.physical[function])
        return str(found["Configuration"]["FunctionArn"])


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
                is_default = operation.get("isDefaultRoute")
                yield "$default" if is_default else f"{method.upper()} {path}", operation
