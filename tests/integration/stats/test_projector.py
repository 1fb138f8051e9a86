"""The projector on the events that a developer invokes it with."""

import pytest

from agent_messaging.stats.model import Cell, Metric


@pytest.fixture
def projector(load_function):
    return load_function("ProjectorFunction")


def test_agents_are_counted(projector, stats, event, context):
    assert projector.handler(event("projector/agents.json"), context) == {"batchItemFailures": []}

    assert stats.sums("0") == {Cell(Metric.AGENTS): {"registered": 1}}


def test_messages_are_counted(projector, stats, event, context):
    assert projector.handler(event("projector/messages.json"), context) == {"batchItemFailures": []}

    assert stats.sums("0") == {
        Cell(Metric.MESSAGES): {"ping": 1, "contact_request": 1, "work_order": 1},
        Cell(Metric.MESSAGES, "2026-11-23T01:10"): {"ping": 1, "contact_request": 1},
        Cell(Metric.MESSAGES, "2026-11-23T01:20"): {"work_order": 1},
    }


def test_work_orders_are_counted(projector, stats, event, context):
    answer = projector.handler(event("projector/work_orders.json"), context)

    assert answer == {"batchItemFailures": []}
    assert stats.sums("0") == {
        Cell(Metric.WORK_ORDERS): {"completed": 1},
        Cell(Metric.TIME_TO_ACCEPT): {"64": 1},
        Cell(Metric.TIME_TO_COMPLETE): {"82": 1},
    }


def test_poison_is_reported_and_logged_without_what_it_holds(projector, event, context, caplog):
    batch = event("projector/messages.json")
    image = batch["Records"][1]["dynamodb"]["NewImage"]
    display = image["display"]["M"]
    display["type"]["S"] = "telegram"
    number = batch["Records"][1]["dynamodb"]["SequenceNumber"]

    answer = projector.handler(batch, context)

    assert answer == {"batchItemFailures": [{"itemIdentifier": number}]}
    [line] = caplog.records
    assert (line.levelname, line.sequence_number) == ("ERROR", number)
    assert "telegram" not in str(vars(line))
    assert display["body"]["S"] not in str(vars(line))


def test_an_event_without_records_fails(projector, context):
    with pytest.raises(KeyError):
        projector.handler({}, context)
