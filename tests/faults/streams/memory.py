"""The statistics' table in memory: moto takes 10 ms for a query, and more with every item.

It knows the two operations that the projector uses, and of their expressions what is used there;
whatever else is said to it fails. A small run compares it with moto.
"""

import re
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from decimal import Decimal


class MemoryClient:
    """A client of DynamoDB; what it does not do itself (`meta`, `exceptions`) is a real one's.

    A query's answer has at most `page` items.
    """

    def __init__(self, client, page=5):
        self._client = client
        self.page = page
        self._items = {}
        self._windows = defaultdict(list)
        self._done = set()  # the tokens of transactions

    def __getattr__(self, name):
        return getattr(self._client, name)

    def query(self, **request):
        assert request["KeyConditionExpression"] == (
            "#scope = :scope AND #window BETWEEN :after AND :last"
        )
        assert request["ConsistentRead"]
        values = {name: value["S"] for name, value in request["ExpressionAttributeValues"].items()}
        scope, windows = values[":scope"], self._windows[values[":scope"]]
        start, end = bisect_left(windows, values[":after"]), bisect_right(windows, values[":last"])
        found = [
            self._items[scope, window] for window in windows[start : min(end, start + self.page)]
        ]
        answer = {"Items": found, "Count": len(found), "ScannedCount": len(found)}
        if end > start + self.page:
            answer["LastEvaluatedKey"] = {name: found[-1][name] for name in ("scope", "window")}
        return answer

    def transact_write_items(self, *, TransactItems, ClientRequestToken, **_):  # noqa: N803 - boto3's
        if ClientRequestToken in self._done:
            return {}  # it comes again, and was written
        assert len(TransactItems) <= 100
        puts = [each["Put"] for each in TransactItems if "Put" in each]
        updates = [each["Update"] for each in TransactItems if "Update" in each]
        assert len(puts) + len(updates) == len(TransactItems)
        if any(map(self._is_refused, puts)):
            raise self._refusal(TransactItems)
        for put in puts:
            self._put(put["Item"])
        for update in updates:
            self._update(update)
        self._done.add(ClientRequestToken)
        return {}

    def all_items(self):
        """Everything that is stored."""
        return list(self._items.values())

    def _put(self, item):
        key = _key(item)
        if key not in self._items:
            insort(self._windows[key[0]], key[1])
        self._items[key] = item

    def _update(self, update):
        values = update["ExpressionAttributeValues"]
        match = re.fullmatch(
            r"(?:SET purge_at = :purge_at )?ADD ((?:#(\w+) :\2(?:, )?)+)",
            update["UpdateExpression"],
        )
        item = dict(self._items.get(_key(update["Key"]), update["Key"]))
        if ":purge_at" in values:
            item["purge_at"] = values[":purge_at"]
        for name in re.findall(r"#(\w+)", match[1]):
            before = Decimal(item.get(name, {"N": "0"})["N"])
            item[name] = {"N": str(before + Decimal(values[f":{name}"]["N"]))}
        self._put(item)

    def _is_refused(self, put):
        condition = put.get("ConditionExpression")
        assert condition in {None, "attribute_not_exists(#scope)"}
        return condition is not None and _key(put["Item"]) in self._items

    def _refusal(self, entries):
        failed = ["Put" in each and self._is_refused(each["Put"]) for each in entries]
        answer = {
            "Error": {"Code": "TransactionCanceledException", "Message": "refused"},
            "CancellationReasons": [
                {"Code": "ConditionalCheckFailed" if each else "None"} for each in failed
            ],
        }
        return self._client.exceptions.TransactionCanceledException(answer, "TransactWriteItems")


def _key(item):
    return item["scope"]["S"], item["window"]["S"]
