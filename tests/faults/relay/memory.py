"""The two tables of the relay in memory, and a client whose every call is a turn of its stage.

The engine knows the requests of `storage.table` and the few expressions that the relay uses. All
else fails. moto would take a hundred times as long.
"""

import re
import threading
from collections import Counter
from dataclasses import dataclass, field

from botocore.exceptions import ClientError, ReadTimeoutError

from tests.races.scheduler.turns import Actor, CrashError, Stage

BETWEEN = "agent_id = :agent AND entry BETWEEN :first AND :last"
SET_ONCE = re.compile(r"(\w+) = if_not_exists\(\1, (:\w+)\)|(\w+) = (:\w+)")


@dataclass
class Engine:
    """Items by table and key, in typed JSON. `client` is a real one, for its exceptions."""

    client: object
    tables: dict = field(default_factory=dict)
    written: list = field(default_factory=list)
    """The key of each item that was put, in this order."""
    tokens: set = field(default_factory=set)

    def table(self, name):
        return self.tables.setdefault(name, {})

    def get_item(self, request):
        item = self.table(request["TableName"]).get(_key(request["Key"]))
        return {"Item": item} if item else {}

    def query(self, request):
        assert request["KeyConditionExpression"] == BETWEEN
        values = {name: each["S"] for name, each in request["ExpressionAttributeValues"].items()}
        found = sorted(
            (key, item)
            for key, item in self.table(request["TableName"]).items()
            if key[0] == values[":agent"] and values[":first"] <= key[1] <= values[":last"]
        )
        if not request["ScanIndexForward"]:
            found.reverse()
        page = [item for _, item in found[: request.get("Limit")]]
        answer = {"Items": page, "Count": len(page), "ScannedCount": len(page)}
        if len(page) < len(found):
            answer["LastEvaluatedKey"] = {name: page[-1][name] for name in ("agent_id", "entry")}
        return answer

    def put_item(self, request):
        self._require(request, request["Item"], "PutItem")
        self._put(request)
        return {}

    def update_item(self, request):
        table, key = self.table(request["TableName"]), _key(request["Key"])
        item = dict(table.get(key, request["Key"]))
        for once, first, name, value in SET_ONCE.findall(request["UpdateExpression"]):
            if not once or once not in item:
                item[once or name] = request["ExpressionAttributeValues"][first or value]
        table[key] = item
        return {"Attributes": item}

    def transact_write_items(self, request):
        if request["ClientRequestToken"] in self.tokens:
            return {}
        writes = [next(iter(each.values())) for each in request["TransactItems"]]
        reasons = [self._reason(write) for write in writes]
        if any(reasons):
            answer = {
                "Error": {"Code": "TransactionCanceledException", "Message": ""},
                "CancellationReasons": [each or {"Code": "None"} for each in reasons],
            }
            cancelled = self.client.exceptions.TransactionCanceledException
            raise cancelled(answer, "TransactWriteItems")
        for write in writes:
            if "Item" in write:
                self._put(write)
        self.tokens.add(request["ClientRequestToken"])
        return {}

    def _put(self, request):
        key = _key(request["Item"])
        self.table(request["TableName"])[key] = request["Item"]
        self.written.append(key)

    def _reason(self, write):
        try:
            self._require(write, write.get("Item") or write["Key"], "")
        except ClientError as error:
            code = {"Code": "ConditionalCheckFailed"}
            return code | ({"Item": error.response["Item"]} if "Item" in error.response else {})
        return None

    def _require(self, request, key, operation):
        stored = self.table(request["TableName"]).get(_key(key))
        values = request.get("ExpressionAttributeValues", {})
        holds = {
            None: True,
            "attribute_not_exists(agent_id)": stored is None,
            "epoch = :was": stored is not None and stored.get("epoch") == values.get(":was"),
        }[request.get("ConditionExpression")]
        if not holds:
            error = {"Code": "ConditionalCheckFailedException", "Message": ""}
            raise ClientError({"Error": error} | ({"Item": stored} if stored else {}), operation)


def _key(item):
    return item["agent_id"]["S"], item["entry"]["S"]


FATES = {"dies before": 0.02, "dies after": 0.02, "lost": 0.05, "timed out": 0.02}


@dataclass
class Client:
    """A client of the engine. Each call of an actor is one turn, and may go wrong."""

    engine: Engine
    stage: Stage
    fates: Counter = field(default_factory=Counter)
    throttled: int = 0
    """How many of the next writes are refused."""

    def __getattr__(self, name):
        operation = getattr(Engine, name, None)
        if operation is None:
            return getattr(self.engine.client, name)

        def call(*, ReturnConsumedCapacity=None, **request):  # noqa: N803 - boto3's
            return self._call(name, getattr(self.engine, name), request)

        call.__name__ = name
        return call

    def _call(self, name, operation, request):
        actor = threading.current_thread()
        if not isinstance(actor, Actor):
            return operation(request)
        actor.pause()
        if self.throttled and name not in ("query", "get_item"):
            self.throttled -= 1
            self.fates["throttled"] += 1
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, name)
        fate = self._draw()
        self.fates[fate] += 1
        if fate == "dies before":
            raise CrashError
        answer = operation(request)
        if fate == "dies after":
            raise CrashError
        if fate == "timed out":
            raise ReadTimeoutError(endpoint_url="dynamodb")
        if fate == "lost":  # boto3 sends the same request again
            actor.pause()
            return operation(request)
        return answer

    def _draw(self):
        weights = [*FATES.values(), 1 - sum(FATES.values())]
        return self.stage.chance.choices([*FATES, None], weights)[0]
