"""The small project with a WebSocket API, as the repository's template declares one."""

from pathlib import Path

from tests.unit.local.project import write_project

RESOURCES = """
  SocketsApi:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      StageName: live
      Auth: {AuthType: CUSTOM, AuthArn: !GetAtt SocketDoorFunction.Arn}
      Routes:
        $connect: {FunctionArn: !GetAtt SocketsFunction.Arn}
        $disconnect: {FunctionArn: !Ref SocketsFunction.Alias}
        $default: {FunctionArn: !Sub "${SocketsFunction.Arn}:live"}
        resume: {FunctionArn: !GetAtt SocketsFunction.Arn}
  DefaultResponse:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties:
      ApiId: !Ref SocketsApi
      RouteId: !Ref SocketsApiDefaultRoute
      RouteResponseKey: $default
  SocketDoorFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: functions/socket_door}
  SocketsFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/sockets
      Timeout: 10
      Environment: {Variables: {SOCKETS_ENDPOINT: !Sub "https://${SocketsApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live"}}
"""

DOOR = """
def handler(event, context):
    key = event["headers"].get("Authorization", "")
    effect = "Allow" if key == "Bearer good" else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "nova", "policyDocument": policy, "context": {"agent_id": "nova"}}
"""

SOCKETS = """
import json, os
import boto3
posts = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["SOCKETS_ENDPOINT"]
    if not os.environ.get("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI") else None)
items = boto3.client("dynamodb")
def handler(event, context):
    context = event["requestContext"]
    if context["routeKey"] == "resume":
        for number in range(3):
            data = json.dumps({"number": number, "agent_id": context["authorizer"]["agent_id"]})
            posts.post_to_connection(ConnectionId=context["connectionId"], Data=data)
    if context["routeKey"] == "$disconnect":
        item = {"id": {"S": "ended"}, "sort": {"S": context["connectionId"]}}
        items.put_item(TableName="ItemsTable", Item=item)
    return {"statusCode": 200, "body": json.dumps({"route": context["routeKey"]})}
"""


def write_socket_project(folder: Path) -> Path:
    path = write_project(folder) / "template.yaml"
    path.write_text(path.read_text() + RESOURCES)
    for name, text in {"socket_door": DOOR, "sockets": SOCKETS}.items():
        code = folder / "functions" / name / "app.py"
        code.parent.mkdir()
        code.write_text(text)
    return folder
