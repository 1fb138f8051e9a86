"""What each index of the work orders is for: CloudFormation changes none of them in place."""

import pytest

from agent_messaging.work_orders import indexes as orders
from agent_messaging.work_orders.states import Role
from local.template import load

TABLE = next(each for each in load().tables if each.name == "WorkOrdersTable").create
INDEXES = {each["IndexName"]: each for each in TABLE["GlobalSecondaryIndexes"]}

# By name: its two keys, what it holds beside keys, and what it answers.
PURPOSES = {
    "worker_all": ("worker_id", "work_order_id", [], "a worker's list"),
    "client_all": ("client_id", "work_order_id", [], "a client's list"),
    "worker_open": (
        "open_worker_id",
        "work_order_id",
        ["status", "client_id"],
        "a worker's pending orders, and how many of them count",
    ),
    "client_open": ("open_client_id", "work_order_id", [], "a client's open orders"),
    "client_ended": (
        "ended_for",
        "work_order_id",
        ["purge_at"],
        "a client's orders of one end, without those past their retention",
    ),
    "due": ("due_shard", "due_at", [], "what a sweep looks for"),
    "pool": ("pool_for", "pool_rank", ["display"], "offers by capability; nothing writes it yet"),
}


def keys(schema: list[dict[str, str]]) -> list[str]:
    return [part["AttributeName"] for part in schema]


def test_the_table_is_keyed_by_order_and_part_and_tells_of_both_images():
    assert keys(TABLE["KeySchema"]) == ["work_order_id", "part"]
    assert TABLE["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"


def test_every_index_has_a_purpose():
    assert set(INDEXES) == set(PURPOSES)


@pytest.mark.parametrize("name", PURPOSES)
def test_an_index_has_the_keys_and_the_attributes_of_its_purpose(name: str):
    partition, sort, held, _ = PURPOSES[name]
    assert keys(INDEXES[name]["KeySchema"]) == [partition, sort]
    projection = INDEXES[name]["Projection"]
    assert projection.get("NonKeyAttributes", []) == held
    assert projection["ProjectionType"] == ("INCLUDE" if held else "KEYS_ONLY")


def test_the_code_asks_every_index_but_the_pool():
    listed = {name for kind in (orders.ALL_ORDERS, orders.OPEN_ORDERS) for name, _ in kind.values()}
    assert {*listed, orders.DUE, orders.ENDED, "pool"} == set(INDEXES)
    assert set(orders.ALL_ORDERS) == set(Role)


def test_only_heads_are_in_an_index():
    """A part has the table's keys and its content, so it has no key of any index."""
    partitions = {partition for partition, *_ in PURPOSES.values()}
    assert not partitions & {"work_order_id", "part"}
