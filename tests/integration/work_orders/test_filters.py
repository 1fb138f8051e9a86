"""Lists by status and by the other party: exact through an index, or within a stated bound."""

import math
from collections.abc import Iterator
from datetime import timedelta
from itertools import product

import pytest

from agent_messaging import clock
from agent_messaging.storage.table import encode
from local.in_process.fake_dynamodb import on_fake
from local.in_process.functions import app
from local.in_process.metering import Meter
from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import bring
from tests.scale import scaled

MANY = scaled(5_000)
ENDS = ("rejected", "cancelled", "completed", "failed")
PATH = "/messaging/work-orders"


@pytest.fixture
def fake(pair: Cloud) -> Iterator[Meter]:
    """Nova gave Boots 5,000 orders that failed, behind one that is completed."""
    completed, failed = bring(pair, "completed"), bring(pair, "failed")
    template = encode(pair.head(failed))
    client = app("work_orders").client
    with on_fake(pair) as fake:
        for number in range(MANY):
            work_order_id = {"S": f"{completed[:13]}{number:016}"}
            fake.put("WorkOrdersTable", {**template, "work_order_id": work_order_id})
        yield Meter(pair, [client])


def requests(meter: Meter, cloud: Cloud, **query: str) -> tuple[int, float, int]:
    """How many pages a list has, what the dearest costs to read, and how many orders it shows."""
    number, most, shown = 0, 0.0, 0
    cursor: dict[str, str] = {}
    while True:
        with meter.reading() as cost:
            page = cloud.get(PATH, {**query, **cursor}).json
        number, most = number + 1, max(most, cost.read_units)
        shown += len(page["work_orders"])
        if page["next_cursor"] is None:
            return number, most, shown
        cursor = {"cursor": page["next_cursor"]}


def test_a_clients_ended_orders_are_found_in_one_request(fake: Meter, pair: Cloud):
    found = requests(fake, pair, agent_id="nova", role="client", status="completed")
    assert (found[0], found[2]) == (1, 1)
    assert found[1] <= 2


@pytest.mark.parametrize(
    ("agent_id", "role", "status", "matching"),
    [("boots", "worker", "completed", 1), ("nova", "client", "expired", 0)],
)
def test_without_an_index_a_request_examines_three_hundred_orders(  # noqa: PLR0917
    fake: Meter, pair: Cloud, agent_id: str, role: str, status: str, matching: int
):
    number, most, shown = requests(fake, pair, agent_id=agent_id, role=role, status=status)
    assert (number, shown) == (math.ceil((MANY + 2) / 300), matching)  # 17 of 5,000
    assert most <= 165  # 150 for the heads of 300 orders, and their keys


@pytest.mark.parametrize("status", ENDS)
def test_an_end_is_listed_for_the_client_from_its_transition_on(pair: Cloud, status: str):
    order_id = bring(pair, status)
    for end in ENDS:
        page = pair.get(PATH, {"agent_id": "nova", "role": "client", "status": end}).json
        expected = [order_id] if end == status else []
        assert [each["work_order_id"] for each in page["work_orders"]] == expected
        assert page["total_orders"] == len(expected)


@pytest.fixture
def three(pair: Cloud) -> dict[tuple[str, str, str], str]:
    """One order of each of two clients to each of two workers, pending and accepted."""
    found = {}
    for client, worker, status in product(("nova", "third"), ("boots",), ("pending", "accepted")):
        found[client, worker, status] = pair.offer(client, worker)
        if status == "accepted":
            pair.move(worker, found[client, worker, status], "accept")
    found["nova", "third", "pending"] = pair.offer("nova", "third")
    return found


@pytest.mark.parametrize("status", [None, "pending", "accepted", "completed"])
@pytest.mark.parametrize(
    ("agent", "role", "name", "other"),
    [
        ("boots", "worker", "client_id", "nova"),
        ("boots", "worker", "client_id", "third"),
        ("boots", "worker", "client_id", "ghost"),
        ("nova", "client", "worker_id", "boots"),
        ("nova", "client", "worker_id", "third"),
    ],
)
def test_a_filter_by_the_other_party_shows_its_orders_alone(  # noqa: PLR0917
    pair: Cloud, three: dict, agent: str, role: str, name: str, other: str, status: str | None
):
    query = {"agent_id": agent, "role": role, name: other, "limit": 1}
    pages = list(pair.pages(PATH, query | ({"status": status} if status else {})))
    parties = (other, agent) if role == "worker" else (agent, other)
    expected = [
        order_id
        for (client, worker, stood), order_id in three.items()
        if (client, worker) == parties and status in (None, stood)
    ]
    found = [each["work_order_id"] for page in pages for each in page["work_orders"]]
    assert found == sorted(expected, reverse=True)
    assert {page["total_orders"] for page in pages} == {len(expected)}


@pytest.mark.parametrize(
    ("role", "name", "right"),
    [("client", "client_id", "worker_id"), ("worker", "worker_id", "client_id")],
)
def test_a_filter_by_ones_own_side_is_refused(pair: Cloud, role: str, name: str, right: str):
    answer = pair.get(PATH, {"agent_id": "nova", "role": role, name: "boots"})
    assert (answer.status, answer.json["code"]) == (422, "invalid")
    assert answer.json["errors"][0]["pointer"] == f"?{name}"
    assert f"`{right}`" in answer.json["fix"]


def test_a_cursor_belongs_to_its_filter(pair: Cloud):
    for _ in range(2):
        pair.offer("nova", "boots")
    query = {"agent_id": "boots", "role": "worker", "client_id": "nova", "limit": 1}
    cursor = pair.get(PATH, query).json["next_cursor"]
    assert pair.get(PATH, {**query, "cursor": cursor}).status == 200
    for other in ({"client_id": "third"}, {"client_id": ""}, {"status": "pending"}):
        changed = {name: value for name, value in {**query, **other}.items() if value}
        answer = pair.get(PATH, {**changed, "cursor": cursor})
        assert (answer.status, answer.json["code"]) == (400, "bad_cursor")


def test_a_list_stores_the_expiry_of_what_it_shows_and_of_nothing_else(pair: Cloud):
    overdue = [pair.offer("nova", "boots") for _ in range(3)]
    for order_id in overdue:
        pair.overdue(order_id, clock.now() - timedelta(minutes=1))
    query = {"agent_id": "boots", "role": "worker"}
    before = pair.digest()
    assert pair.get(PATH, {**query, "status": "pending"}).json["work_orders"] == []
    assert pair.digest() == before
    page = pair.get(PATH, {**query, "status": "expired", "limit": 1}).json
    assert (page["total_orders"], len(page["work_orders"])) == (3, 1)
    statuses = [pair.head(order_id)["status"] for order_id in overdue]
    assert statuses == ["pending", "pending", "expired"]
