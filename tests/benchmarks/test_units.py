"""The calculator of capacity units, held against an engine that says what it charged, by index.

The second engine is right about writes, and answers the same for reads of any size; for these stand
the sizes of AWS's documents.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

import pytest

from agent_messaging.storage.table import encode
from local.in_process import units
from local.template import load
from tests.engine import second_engine

TABLE = next(table for table in load().tables if table.name == "AgentMessagesTable").create
KEY = {"recipient_id": "boots", "message_id": "msg_1"}
PENDING = {
    **KEY,
    "thread_id": "thr_1",
    "pending_for": "boots",
    "display": {"sender_id": "nova", "body": "x" * 600},
}
READ = {name: value for name, value in PENDING.items() if name != "pending_for"}
WRITES = {
    "a new message": (None, PENDING),
    "a larger one": (None, {**PENDING, "display": {"body": "é" * 1500}}),
    "one that is read": (PENDING, READ),
    "one in no index": (None, {**KEY, "body": "x"}),
    "another thread": (PENDING, {**PENDING, "thread_id": "thr_2"}),
    "the same again": (PENDING, PENDING),
    "a smaller one": ({**PENDING, "display": {"body": "x" * 5000}}, PENDING),
    "with a map, a list and a number": (None, {**PENDING, "m": {"a": [1, -12345, True]}}),
}


@pytest.fixture(scope="module")
def engine():
    with second_engine() as engine:
        engine.create_tables()
        yield engine.client()


def charged(answer: dict) -> tuple[float, dict[str, float]]:
    capacity = answer["ConsumedCapacity"]
    capacity = capacity[0] if isinstance(capacity, list) else capacity
    indexes = capacity.get("GlobalSecondaryIndexes", {})
    each = {name: index["CapacityUnits"] for name, index in indexes.items()}
    return capacity["CapacityUnits"] - sum(each.values()), each


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("is_transaction", [False, True])
def test_a_write_is_charged_as_the_engine_does(engine, name, is_transaction):
    before, after = (item and encode(item) for item in WRITES[name])
    engine.delete_item(TableName="AgentMessagesTable", Key=encode(KEY))
    if before:
        engine.put_item(TableName="AgentMessagesTable", Item=before)
    put = {"TableName": "AgentMessagesTable", "Item": after}
    if is_transaction:
        answer = engine.transact_write_items(
            TransactItems=[{"Put": put}], ReturnConsumedCapacity="INDEXES"
        )
    else:
        answer = engine.put_item(**put, ReturnConsumedCapacity="INDEXES")

    factor = units.TRANSACTION if is_transaction else 1
    ours = factor * units.write_units(before, after), units.index_units(TABLE, before, after)
    assert ours == charged(answer)


def test_a_deletion_is_charged_as_the_engine_does(engine):
    engine.put_item(TableName="AgentMessagesTable", Item=encode(PENDING))
    answer = engine.delete_item(
        TableName="AgentMessagesTable", Key=encode(KEY), ReturnConsumedCapacity="INDEXES"
    )
    ours = units.write_units(encode(PENDING), None), units.index_units(TABLE, encode(PENDING), None)
    assert ours == charged(answer)


@pytest.mark.parametrize(
    ("size", "consistent", "charge"),
    [(0, True, 1), (0, False, 0.5), (4096, True, 1), (4097, True, 2), (9000, False, 1.5)],
)
def test_a_read_is_charged_by_begun_blocks_of_four_kilobytes(size, consistent, charge):
    assert units.read_units(size, consistent=consistent) == charge


def test_a_batch_is_charged_item_by_item():
    items = [encode({"id": "a", "body": "x" * 5000}), encode({"id": "b"})]
    assert units.batch_read_units(3, items, consistent=False) == (2 + 1 + 1) / 2
