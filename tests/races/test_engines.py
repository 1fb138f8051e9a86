"""What the engines are good for: where races are tested, one write at a time is what happens.

moto by itself is the negative control: the same writers win some of its slots twice.
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local import engine as local_engine
from tests.engine import SecondEngine, second_engine
from tests.scale import Figure

TABLE = "SlotsTable"
WRITERS, SLOTS = 8, 40
# How often moto by itself is tried; one round in which it gives a slot twice is enough.
ROUNDS = 20

# moto's own server, as it comes; it prints its port.
MOTO_ALONE = """
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
server._thread.join()
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[SecondEngine]:
    with second_engine() as running:
        create_slots(running.client())
        yield running


@pytest.fixture
def dynamodb(engine: SecondEngine) -> Any:
    return engine.client()


def create_slots(dynamodb: Any) -> None:
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "slot", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "slot", "KeyType": "HASH"}],
    )


@contextlib.contextmanager
def a_process(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server of moto's, ended by its id."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def take(slot: str, writer: str) -> list[dict[str, Any]]:
    """A transaction that takes a slot that nobody has, and counts it."""
    free = "attribute_not_exists(slot)"
    item = {"slot": {"S": slot}, "writer": {"S": writer}}
    return [
        {"Put": {"TableName": TABLE, "Item": item, "ConditionExpression": free}},
        count(f"tally {writer}"),
    ]


def count(tally: str) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": TABLE,
            "Key": {"slot": {"S": tally}},
            "UpdateExpression": "ADD taken :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }


def taken(dynamodb: Any, tally: str) -> int:
    item = dynamodb.get_item(TableName=TABLE, Key={"slot": {"S": tally}}).get("Item", {})
    return int(item.get("taken", {"N": "0"})["N"])


def wins(clients: list[Any], name: str) -> int:
    """How many times one of all writers was told that a slot is its own."""

    def write(writer: int) -> int:
        taking = (take(f"{name} {slot}", f"{name} {writer}") for slot in range(SLOTS))
        return sum(won(clients[writer], transaction) for transaction in taking)

    with ThreadPoolExecutor(WRITERS) as pool:
        return sum(pool.map(write, range(WRITERS)))


def won(dynamodb: Any, transaction: list[dict[str, Any]]) -> bool:
    try:
        dynamodb.transact_write_items(TransactItems=transaction)
    except ClientError:
        return False
    return True


def clients(url: str) -> list[Any]:
    return [local_engine.dynamodb(url) for _ in range(WRITERS)]


def test_every_slot_of_the_second_engine_is_won_once(engine: SecondEngine, figure: Figure):
    found = wins(clients(engine.url), "slot")

    figure(f"wins of {WRITERS} writers on {SLOTS} slots", found)
    assert found == SLOTS
    assert sum(taken(engine.client(), f"tally slot {w}") for w in range(WRITERS)) == SLOTS


def test_every_slot_of_the_local_storage_is_won_once(figure: Figure):
    with a_process("-m", "local.moto_engine") as process:
        url = f"http://127.0.0.1:{int(process.stdout.readline())}"
        create_slots(local_engine.dynamodb(url))
        found = wins(clients(url), "slot")

    figure(f"wins of {WRITERS} writers on {SLOTS} slots", found)
    assert found == SLOTS


def test_moto_by_itself_gives_a_slot_to_more_than_one(figure: Figure):
    """The negative control: were this not to happen, the tests above could not fail."""
    with a_process("-c", MOTO_ALONE) as process:
        url = f"http://127.0.0.1:{int(process.stdout.readline())}"
        create_slots(local_engine.dynamodb(url))
        writers = clients(url)
        rounds = (wins(writers, f"round {number}") for number in range(ROUNDS))
        found = next((each for each in rounds if each > SLOTS), SLOTS)

    figure(f"wins of {WRITERS} writers on {SLOTS} slots", found)
    assert found > SLOTS


def test_a_transaction_sent_twice_with_one_token_has_one_effect(dynamodb: Any):
    for _ in range(2):
        dynamodb.transact_write_items(
            TransactItems=[count("by token")], ClientRequestToken="one-token"
        )

    assert taken(dynamodb, "by token") == 1


def test_a_repeated_token_answers_as_before_though_its_condition_holds_no_more(dynamodb: Any):
    for _ in range(2):
        dynamodb.transact_write_items(
            TransactItems=take("taken by token", "nova"), ClientRequestToken="its-token"
        )

    assert taken(dynamodb, "tally nova") == 1


def test_a_token_belongs_to_one_transaction(dynamodb: Any):
    dynamodb.transact_write_items(TransactItems=[count("first")], ClientRequestToken="a-token")

    with pytest.raises(dynamodb.exceptions.IdempotentParameterMismatchException):
        dynamodb.transact_write_items(TransactItems=[count("second")], ClientRequestToken="a-token")

    assert taken(dynamodb, "second") == 0


def test_a_refused_transaction_shows_what_stood_in_its_way(dynamodb: Any):
    dynamodb.transact_write_items(TransactItems=take("held", "nova"))
    attempt = take("held", "boots")
    attempt[0]["Put"]["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"

    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as refused:
        dynamodb.transact_write_items(TransactItems=attempt)

    first, second = refused.value.response["CancellationReasons"]
    assert (first["Code"], second["Code"]) == ("ConditionalCheckFailed", "None")
    assert first["Item"] == {"slot": {"S": "held"}, "writer": {"S": "nova"}}
    assert taken(dynamodb, "tally boots") == 0
