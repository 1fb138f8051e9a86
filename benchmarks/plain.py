"""The same as three functions, in a quick script: routes in a dict, and no models.

It makes the same calls of the tables, and returns the same fields, in as few steps as possible. It
has no models, no modules for tables, no log and no metric. It checks that fields exist and are
strings, and the caller's limit. It does not check sizes, patterns, policies, suspended agents,
revoked keys or idempotency keys.
"""

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

Request = Mapping[str, Any]


class Plain:
    """The three routes with a client of DynamoDB."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.routes: dict[str, Callable[[str, Request], Any]] = {
            "POST /api/v1/messaging/send": self.send,
            "GET /api/v1/messaging/inbox": self.inbox,
            "POST /api/v1/messaging/heartbeat": self.heartbeat,
        }

    def __call__(self, event: Request, _context: Any) -> dict[str, Any]:
        """Answer an event."""
        agent_id = event["requestContext"]["authorizer"]["lambda"]["agent_id"]
        answer = self.routes[event["routeKey"]](agent_id, event)
        headers = {"Content-Type": "application/json"}
        return {"statusCode": 200, "headers": headers, "body": json.dumps(answer)}

    def send(self, sender_id: str, event: Request) -> Any:
        """Send a message."""
        body = json.loads(event["body"])
        recipient_id, text = body["to_agent_id"], body["body"]
        if not isinstance(recipient_id, str) or not isinstance(text, str):
            raise TypeError("not a text")
        found = self._agents(sender_id, recipient_id)
        now = datetime.now(UTC)
        message_id = f"msg_{uuid.uuid4().hex}"
        self._spend(sender_id, recipient_id, message_id)
        display = {
            "recipient_name": found[recipient_id]["name"],
            "sender_id": {"S": sender_id},
            "sender_name": found[sender_id]["name"],
            "type": {"S": body.get("type", "contact_request")},
            "subject": {"S": body.get("subject", "")},
            "body": {"S": text},
            "priority": {"N": str(body.get("priority", 0))},
            "thread_id": {"S": f"thr_{uuid.uuid4().hex}"},
            "created_at": {"S": now.isoformat()},
        }
        message = {
            "recipient_id": {"S": recipient_id},
            "message_id": {"S": message_id},
            "status": {"S": "pending"},
            "display": {"M": display},
            "pending_for": {"S": recipient_id},
            "purge_at": {"N": str(int(now.timestamp()) + 90 * 86400)},
        }
        self.client.put_item(TableName="AgentMessagesTable", Item=message)
        return {
            "success": True,
            "message_id": message_id,
            "thread_id": display["thread_id"]["S"],
            "status": "pending",
            "created_at": display["created_at"]["S"],
        }

    def _agents(self, sender_id: str, recipient_id: str) -> dict[str, Any]:
        ids = (sender_id, recipient_id)
        pairs = ((recipient_id, sender_id), (sender_id, recipient_id))
        agents = [{"agent_id": {"S": agent_id}} for agent_id in ids]
        contacts = [{"owner_id": {"S": one}, "contact_id": {"S": two}} for one, two in pairs]
        answer = self.client.batch_get_item(
            RequestItems={
                "AgentsTable": {"Keys": agents, "ConsistentRead": True},
                "ContactsTable": {"Keys": contacts},
            }
        )
        found = {item["agent_id"]["S"]: item for item in answer["Responses"]["AgentsTable"]}
        if len(found) < len(ids):
            raise LookupError("no such agent")
        return found

    def _spend(self, sender_id: str, recipient_id: str, message_id: str) -> None:
        pair = "p" + hashlib.sha256(recipient_id.encode()).hexdigest()[:6]
        self.client.update_item(
            TableName="AgentSentTable",
            Key={"sender_id": {"S": sender_id}, "slot": {"S": f"{int(time.time()) // 60}"}},
            UpdateExpression="SET #sent = :recipient ADD #total :one, #pair :one",
            ConditionExpression="(attribute_not_exists(#total) OR #total < :most)",
            ExpressionAttributeNames={"#sent": message_id, "#total": "n", "#pair": pair},
            ExpressionAttributeValues={
                ":one": {"N": "1"},
                ":most": {"N": "1200"},
                ":recipient": {"S": recipient_id},
            },
        )

    def inbox(self, agent_id: str, event: Request) -> Any:
        """List the pending messages."""
        limit = int((event.get("queryStringParameters") or {}).get("limit", 50))
        answer = self.client.query(
            TableName="AgentMessagesTable",
            IndexName="pending_inbox",
            KeyConditionExpression="pending_for = :owner",
            ExpressionAttributeValues={":owner": {"S": agent_id}},
            ScanIndexForward=False,
            Limit=limit,
        )
        messages = [self._shown(item) for item in answer["Items"]]
        return {
            "agent_id": agent_id,
            "total_messages": len(messages),
            "messages": messages,
            "next_cursor": None,
        }

    def _shown(self, item: Request) -> Any:
        display = item["display"]["M"]
        texts = ("type", "subject", "body", "thread_id", "created_at")
        absent = ("reply_to_id", "work_order_id", "read_at")
        return {
            "message_id": item["message_id"]["S"],
            "status": "pending",
            **{name: display[name]["S"] for name in texts},
            **{name: display[name]["S"] if name in display else None for name in absent},
            "from_agent": {"id": display["sender_id"]["S"], "name": display["sender_name"]["S"]},
            "priority": int(display["priority"]["N"]),
        }

    def heartbeat(self, agent_id: str, _event: Request) -> Any:
        """Stay online, and return what waits."""
        key = {"agent_id": {"S": agent_id}}
        if "Item" not in self.client.get_item(
            TableName="AgentsTable", Key=key, ConsistentRead=True
        ):
            raise LookupError("no such agent")
        now = datetime.now(UTC)
        ends = (now + timedelta(seconds=90)).isoformat()
        shard = hashlib.sha256(agent_id.encode()).digest()[0] % 64
        lease = {
            "shard": {"N": str(shard)},
            **key,
            "last_seen_at": {"S": now.isoformat()},
            "expires_at": {"S": ends},
            "purge_at": {"N": str(int(now.timestamp()) + 86490)},
        }
        self.client.put_item(TableName="AgentPresenceTable", Item=lease)
        return {
            "success": True,
            "agent_id": agent_id,
            "is_online": True,
            "last_heartbeat_at": now.isoformat(),
            "expires_at": ends,
            "next_heartbeat_in": 30,
            "pending_messages": self._count("AgentMessagesTable", "pending_inbox", agent_id),
            "pending_work_orders": self._count("WorkOrdersTable", "worker_open", agent_id),
        }

    def _count(self, table: str, index: str, agent_id: str) -> int:
        keys = {"pending_inbox": "pending_for", "worker_open": "open_worker_id"}
        answer = self.client.query(
            TableName=table,
            IndexName=index,
            KeyConditionExpression=f"{keys[index]} = :agent",
            ExpressionAttributeValues={":agent": {"S": agent_id}},
            Select="COUNT",
            Limit=100,
        )
        return int(answer["Count"])
