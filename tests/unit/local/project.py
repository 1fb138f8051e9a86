"""A small project for the runner: a template, functions and a layer, written into a folder."""

from pathlib import Path

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Greeting: {Type: String, Default: hello}
  Every: {Type: String, Default: rate(1 hour)}
  RegistrationMode: {Type: String, Default: key}
  WaitConcurrency: {Type: Number, Default: 0}
Globals:
  Function:
    Handler: app.handler
    Timeout: 3
    MemorySize: 256
    Layers: [!Ref SharedLayer]
    Environment: {Variables: {GREETING: !Ref Greeting, REGISTRATION_MODE: !Ref RegistrationMode}}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: DoorAuthorizer
        Authorizers:
          DoorAuthorizer:
            FunctionArn: !GetAtt DoorFunction.Arn
            AuthorizerPayloadFormatVersion: "2.0"
            EnableSimpleResponses: true
            Identity: {Headers: [Authorization], ReauthorizeEvery: 60}
  DoorFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: functions/door}
  SharedLayer:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layers/shared}
  EchoFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/echo
      Environment: {Variables: {ITEMS_TABLE: !Ref ItemsTable}}
      Events:
        Any: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: POST, Path: "/echo/{name}"}}
        Fixed: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /echo/fixed}}
        Named: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: "/echo/{name}"}}
  MisbehavingFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/misbehaving
      Timeout: 1
      Events:
        Do:
          Type: HttpApi
          Properties:
            ApiId: !Ref Api
            Method: GET
            Path: "/do/{what}"
            Auth: {Authorizer: NONE}
  CollectorFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/collector
      Events:
        Items:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt ItemsTable.StreamArn
            StartingPosition: TRIM_HORIZON
            BatchSize: 10
            MaximumRetryAttempts: 2
            MaximumRecordAgeInSeconds: 3600
            BisectBatchOnFunctionError: true
            FunctionResponseTypes: [ReportBatchItemFailures]
            FilterCriteria: {Filters: [{Pattern: '{"eventName": ["INSERT"]}'}]}
        Tick: {Type: Schedule, Properties: {Schedule: !Ref Every}}
  ItemsTable:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
      TimeToLiveSpecification: {AttributeName: purge_at, Enabled: true}
      AttributeDefinitions:
        - {AttributeName: id, AttributeType: S}
        - {AttributeName: sort, AttributeType: S}
        - {AttributeName: owner, AttributeType: S}
      KeySchema: [{AttributeName: id, KeyType: HASH}, {AttributeName: sort, KeyType: RANGE}]
      GlobalSecondaryIndexes:
        - IndexName: by_owner
          KeySchema: [{AttributeName: owner, KeyType: HASH}, {AttributeName: sort, KeyType: RANGE}]
          Projection: {ProjectionType: ALL}
"""

DOOR = """
import os
def handler(event, context):
    [value] = event["identitySource"]
    if value == "Bearer broken":
        raise ValueError("no such luck")
    context = {"agent_id": "nova", "key_id": "k1", "epoch": 1, "pid": os.getpid()}
    return {"isAuthorized": value.startswith("Bearer good"), "context": context}
"""

ECHO = """
import json, os, sys
import shared
def handler(event, context):
    return {
        "statusCode": 200,
        "headers": {"X-Request-Id": event["requestContext"]["requestId"]},
        "cookies": ["a=1", "b=2"],
        "body": json.dumps({
            "version": shared.VERSION, "event": event, "environment": dict(os.environ),
            "path": sys.path, "pid": os.getpid(), "memory": context.memory_limit_in_mb,
            "name": context.function_name, "left": context.get_remaining_time_in_millis(),
        }),
    }
"""

MISBEHAVING = """
import os, sys, time
def handler(event, context):
    match event["pathParameters"]["what"]:
        case "raise": raise ValueError("no such luck")
        case "leak": raise ValueError("no agent has am_live_secret")
        case "exit": os._exit(7)
        case "sysexit": sys.exit(3)
        case "sleep": time.sleep(60)
        case "set": return {"statusCode": 200, "body": {1, 2}}
        case "plain": return {"answer": 42}
        case "status": return {"statusCode": 9999}
        case "header": return {"statusCode": 200, "headers": {"x-a": "b\\r\\nx-c: d"}}
        case "binary": return {"statusCode": 200, "body": "/wA=", "isBase64Encoded": True}
        case "nothing": return {"statusCode": 204, "body": "ignored"}
        case "large": return {"statusCode": 200, "body": "x" * 5_000_000}
        case "pid": return {"pid": os.getpid()}
        case "nap":
            time.sleep(0.5)
            return {"pid": os.getpid()}
"""

COLLECTOR = """
import json, os
def handler(event, context):
    with open(os.path.join(os.path.dirname(__file__), "..", "..", "collected.jsonl"), "a") as file:
        file.write(json.dumps(event) + "\\n")
    if any(r["dynamodb"]["Keys"]["id"]["S"] == "poison" for r in event.get("Records", [])):
        raise ValueError("poison")
"""


def write_project(folder: Path) -> Path:
    for name, text in {
        "template.yaml": TEMPLATE,
        "layers/shared/shared/__init__.py": "VERSION = 1\n",
        "functions/door/app.py": DOOR,
        "functions/echo/app.py": ECHO,
        "functions/misbehaving/app.py": MISBEHAVING,
        "functions/collector/app.py": COLLECTOR,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
