"""A query that looks only at its page answers as moto does over the whole table."""

import threading
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.models import DynamoDBBackend

from local import moto_queries
from local.cloudformation import ACCOUNT_ID, REGION
from local.moto_order import Order
from local.moto_patches import correct_moto
from tests.scale import examples

correct_moto()

NAME = "Things"
ATTRIBUTES = {"holder": "S", "spot": "N", "team": "S", "grade": "S", "bits": "B"}
INDEXES = {
    "by_grade": ("team", "grade", {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["bits"]}),
    "by_bits": ("team", "bits", {"ProjectionType": "KEYS_ONLY"}),
    "by_spot": ("spot", None, {"ProjectionType": "ALL"}),
}


def schema(partition, sort=None):
    named = [(partition, "HASH"), (sort, "RANGE")]
    return [{"AttributeName": name, "KeyType": kind} for name, kind in named if name]


def backend():
    found = DynamoDBBackend(REGION, ACCOUNT_ID)
    found.create_table(
        name=NAME,
        schema=schema("holder", "spot"),
        throughput=None,
        attr=[{"AttributeName": a, "AttributeType": t} for a, t in ATTRIBUTES.items()],
        global_indexes=[
            {"IndexName": name, "KeySchema": schema(*keys), "Projection": projection}
            for name, (*keys, projection) in INDEXES.items()
        ],
        indexes=None,
        streams=None,
        billing_mode="PAY_PER_REQUEST",
        sse_specification=None,
        tags=[],
        deletion_protection_enabled=None,
        warm_throughput=None,
    )
    return found


VALUES = {
    "holder": st.sampled_from(["a", "b"]).map(lambda v: {"S": v}),
    # The same number in two spellings is the same key.
    "spot": st.sampled_from(["-2", "1", "1.0", "10"]).map(lambda v: {"N": v}),
    "team": st.sampled_from(["blue", "red"]).map(lambda v: {"S": v}),
    "grade": st.sampled_from(["1", "10", "2", "é", "\U0001f600", "\uffff"]).map(lambda v: {"S": v}),
    "bits": st.sampled_from([b"\x00", b"\x00\xff", b"\xff"]).map(lambda v: {"B": v}),
}
KEYS = st.fixed_dictionaries({name: VALUES[name] for name in ("holder", "spot")})
OTHERS = {name: VALUES[name] for name in ("team", "grade", "bits")}
ITEMS = st.fixed_dictionaries({"holder": VALUES["holder"], "spot": VALUES["spot"]}, optional=OTHERS)


def put(item):
    return {"Put": {"TableName": NAME, "Item": item}}


def update(key, name_and_value):
    name, value = name_and_value
    change = f"SET {name} = :v" if value else f"REMOVE {name}"
    named = {"ExpressionAttributeValues": {":v": value}} if value else {}
    return {"Update": {"TableName": NAME, "Key": key, "UpdateExpression": change, **named}}


CHANGES = st.one_of(
    *(st.tuples(st.just(name), st.none() | values) for name, values in OTHERS.items())
)
OPERATIONS = st.one_of(
    ITEMS.map(put),
    st.builds(update, KEYS, CHANGES),
    st.builds(update, KEYS, CHANGES),
    KEYS.map(lambda key: {"Delete": {"TableName": NAME, "Key": key}}),
)
REFUSED = {
    "ConditionCheck": {
        "TableName": NAME,
        "Key": {"holder": {"S": "none"}, "spot": {"N": "0"}},
        "ConditionExpression": "attribute_exists(holder)",
    }
}
TRANSACTIONS = st.tuples(
    st.lists(OPERATIONS, min_size=1, max_size=3), st.sampled_from([[], [], [REFUSED]])
)
COMPARISONS = (None, "=", "<", "<=", ">", ">=", "BETWEEN", "BEGINS_WITH")


@st.composite
def queries(draw):
    index = draw(st.sampled_from([None, *INDEXES]))
    partition, sort = INDEXES[index][:2] if index else ("holder", "spot")
    comparison = draw(st.sampled_from(COMPARISONS)) if sort else None
    if comparison == "BEGINS_WITH" and sort == "spot":
        comparison = None
    values = draw(st.lists(VALUES[sort], min_size=2, max_size=2)) if comparison else []
    if comparison != "BETWEEN":
        values = values[:1]
    wanted = draw(VALUES[partition])
    return {
        "hash_key_dict": wanted,
        "range_comparison": comparison,
        "range_value_dicts": values,
        "limit": draw(st.none() | st.integers(1, 4)),
        "scan_index_forward": draw(st.booleans()),
        "projection_expressions": None,
        "index_name": index,
        "hash_key_conditions": [(partition, wanted)],
        "range_key_conditions": [(sort, comparison, values)] if comparison else [],
    }


def pages(found, query):
    """All pages of a query, as JSON."""
    start, answers = None, []
    while len(answers) < 20:
        items, count, last = found.query(NAME, exclusive_start_key=start, **query)
        answers.append(([item.to_json() for item in items], count, str(last)))
        if last is None:
            break
        start = {name: {value.type: value.value} for name, value in last.items()}
    return answers


def looked_at(found, query, monkeypatch):
    """How many items each page of a query looked at."""
    candidates, counts = moto_queries.candidates, []

    def counted(table, asked):
        given_items = candidates(table, asked)
        counts.append(len(given_items))
        return given_items

    with monkeypatch.context() as patched:
        patched.setattr(moto_queries, "candidates", counted)
        pages(found, query)
    return counts


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(ITEMS, min_size=4, max_size=12),
    st.lists(st.tuples(TRANSACTIONS, queries()), min_size=3, max_size=12),
)
def test_a_query_answers_as_if_it_had_looked_at_everything(items, steps):
    found = backend()
    for item in items:
        found.put_item(NAME, item)
    for (operations, refused), query in steps:
        pages(found, query)  # builds the order
        # It names an item twice, or is refused at its end: then it changes nothing.
        with suppress(JsonRESTError):
            found.transact_write_items([*operations, *refused])
        narrow = pages(found, query)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(moto_queries, "candidates", lambda *_: None)
            assert narrow == pages(found, query)


@pytest.mark.parametrize("index", ["by_grade", None])
@pytest.mark.parametrize("is_forward", [True, False])
def test_a_page_looks_at_its_items_and_the_next_one(index, is_forward, monkeypatch):
    found = backend()
    for number in range(300):
        item = {"holder": {"S": "a"}, "spot": {"N": str(number)}, "team": {"S": "blue"}}
        found.put_item(NAME, {**item, "grade": {"S": f"{number:03}"}})
        found.put_item(NAME, {**item, "holder": {"S": "b"}, "team": {"S": "red"}})
    partition = ("team", {"S": "blue"}) if index else ("holder", {"S": "a"})
    query = {
        "hash_key_dict": partition[1],
        "range_comparison": None,
        "range_value_dicts": [],
        "limit": 20,
        "scan_index_forward": is_forward,
        "projection_expressions": None,
        "index_name": index,
        "hash_key_conditions": [partition],
    }

    counts = looked_at(found, query, monkeypatch)

    assert counts == [21] * 14 + [20]


def test_a_condition_on_the_sort_key_looks_only_behind_it(monkeypatch):
    found = backend()
    for number in range(300):
        found.put_item(NAME, {"holder": {"S": "a"}, "spot": {"N": str(number)}})
    query = {
        "hash_key_dict": {"S": "a"},
        "range_comparison": "BETWEEN",
        "range_value_dicts": [{"N": "250"}, {"N": "259"}],
        "limit": None,
        "scan_index_forward": True,
        "projection_expressions": None,
        "hash_key_conditions": [("holder", {"S": "a"})],
    }

    assert looked_at(found, query, monkeypatch) == [11]


def test_an_update_that_fails_halfway_leaves_the_order_as_it_was():
    found = backend()
    item = {"holder": {"S": "a"}, "spot": {"N": "1"}, "team": {"S": "red"}, "grade": {"S": "1"}}
    found.put_item(NAME, item)
    query = {
        "hash_key_dict": {"S": "red"},
        "range_comparison": None,
        "range_value_dicts": [],
        "limit": None,
        "scan_index_forward": True,
        "projection_expressions": None,
        "index_name": "by_grade",
        "hash_key_conditions": [("team", {"S": "red"})],
    }
    before = pages(found, query)

    with pytest.raises(Exception, match=r"."):
        found.update_item(
            NAME,
            {name: item[name] for name in ("holder", "spot")},
            "SET team = :blue, huge = :huge",
            {},
            {":blue": {"S": "blue"}, ":huge": {"S": "x" * 500_000}},
        )

    assert pages(found, query) == before


EVERYTHING = {
    "hash_key_dict": {"S": "a"},
    "range_comparison": None,
    "range_value_dicts": [],
    "limit": None,
    "scan_index_forward": True,
    "projection_expressions": None,
    "hash_key_conditions": [("holder", {"S": "a"})],
}


def test_a_change_of_another_thread_waits_for_the_query(monkeypatch):
    found, move = backend(), Order.move

    def write(*spots):
        items = [{"holder": {"S": "a"}, "spot": {"N": f"{each}"}} for each in spots]
        found.transact_write_items([put(item) for item in items])

    def count():
        return len(pages(found, EVERYTHING)[0][0])

    write(1, 2)
    assert count() == 2
    write(3, 4)
    other = threading.Thread(target=write, args=(5,))

    def interrupted(self, *given):
        if not other.ident:
            other.start()
            other.join(0.05)
        move(self, *given)

    monkeypatch.setattr(Order, "move", interrupted)
    assert count() == 4
    other.join()
    assert count() == 5
