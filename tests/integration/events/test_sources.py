"""The events of schedules and streams are served by the functions that the template gives them."""

from pathlib import Path
from typing import Any

import pytest

from local.in_process.functions import TEMPLATE
from tests.integration.events.files import EVENTS, FILES, is_of, is_of_a_stream, of, run


def source_of(event: dict[str, Any]) -> str:
    """The table of a stream's event, out of its ARN."""
    (table,) = {each["eventSourceARN"].split("/")[1] for each in event["Records"]}
    return table


def streams_of(event: dict[str, Any], path: Path) -> list[Any]:
    """The mappings that deliver it; deployed, a table's name is the logical id and more."""
    return [
        each
        for each in TEMPLATE.streams
        if each.table in source_of(event) and is_of(path, TEMPLATE.functions[each.function])
    ]


def schedules_of(event: dict[str, Any]) -> list[Any]:
    """The schedules whose rule it names; a rule is named after its function and its event."""
    (rule,) = event["resources"]
    return [each for each in TEMPLATE.schedules if each.function + each.name in rule]


@pytest.mark.parametrize("path", of("source"))
def test_a_schedule_is_served(path, told):
    (schedule,) = schedules_of(EVENTS[path])
    assert run(schedule.function, path)


def test_the_sweep_marks_the_overdue_order(told):
    (path,) = (path for path in FILES if path.stem == "sweep")
    (schedule,) = schedules_of(EVENTS[path])
    assert run(schedule.function, path) == {
        "expired": 1,
        "lapsed": 0,
        "overdue": 0,
        "ended": 0,
        "settled": 0,
    }


STREAMS = [each for each in of("Records") if is_of_a_stream(EVENTS[each.values[0]])]
QUEUES = [each for each in of("Records") if not is_of_a_stream(EVENTS[each.values[0]])]


@pytest.mark.parametrize("path", STREAMS)
def test_a_batch_of_a_stream_is_taken_whole(path, told):
    (stream,) = streams_of(EVENTS[path], path)
    answer = run(stream.function, path)
    assert answer == {"batchItemFailures": []}


def test_every_schedule_has_an_event_file():
    found = [
        schedule
        for event in EVENTS.values()
        if "source" in event
        for schedule in schedules_of(event)
    ]
    assert sorted(each.function for each in found) == sorted(
        each.function for each in TEMPLATE.schedules
    )


def test_every_stream_has_an_event_file():
    found = {
        (stream.function, stream.table)
        for path, event in EVENTS.items()
        if is_of_a_stream(event)
        for stream in streams_of(event, path)
    }
    assert found == {(stream.function, stream.table) for stream in TEMPLATE.streams}


def mappings_of(event: dict[str, Any], path: Path) -> list[Any]:
    """The mappings that deliver it; deployed, a queue's name is the logical id and more."""
    (queue,) = {each["eventSourceARN"].rpartition(":")[2] for each in event["Records"]}
    return [
        each
        for each in TEMPLATE.queue_mappings
        if each.queue in queue and is_of(path, TEMPLATE.functions[each.function])
    ]


@pytest.mark.parametrize("path", QUEUES)
def test_a_message_of_a_queue_is_served(path, told):
    (mapping,) = mappings_of(EVENTS[path], path)
    assert run(mapping.function, path) == {"batchItemFailures": []}


def test_every_queue_has_an_event_file():
    found = {
        mapping.function
        for event_path in QUEUES
        for mapping in mappings_of(EVENTS[event_path.values[0]], event_path.values[0])
    }
    assert found == {mapping.function for mapping in TEMPLATE.queue_mappings}
