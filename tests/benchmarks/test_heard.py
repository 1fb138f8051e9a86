"""What is noted of an invocation: its answer's bytes, its log, and what the streams get of it."""

import base64
import json

import pytest

from benchmarks import heard
from benchmarks.assumed import GATEWAY_HEADERS, LINE_OVERHEAD
from local.in_process import units
from local.in_process.metering import Change
from local.template import load

TEMPLATE = load()
TABLES = {table.name: table.create for table in TEMPLATE.tables}
MESSAGE = {"recipient_id": {"S": "boots"}, "message_id": {"S": "msg_1"}}
PART = {"recipient_id": {"S": "boots"}, "message_id": {"S": "long_1"}}
HEAD = {"work_order_id": {"S": "wo_1"}, "part": {"S": "head"}}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            Change("AgentMessagesTable", MESSAGE, None, MESSAGE),
            {"ProjectorFunction": 1, "RelayFunction": 1},
        ),
        (Change("AgentMessagesTable", MESSAGE, MESSAGE, MESSAGE), {}),
        (Change("AgentMessagesTable", PART, None, PART), {}),
        (Change("WorkOrdersTable", HEAD, HEAD, HEAD), {"ProjectorFunction": 1}),
        (Change("WorkOrdersTable", HEAD, HEAD, None), {"WorkOrdersPurgeFunction": 1}),
        (Change("AgentSentTable", MESSAGE, None, MESSAGE), {}),
    ],
)
def test_a_function_gets_the_records_that_its_filters_let_through(change, found):
    assert heard.records(TEMPLATE, [change]) == found


def test_an_answer_has_the_bytes_of_its_body_as_sent_and_of_its_headers():
    body = {"body": base64.b64encode(b"x" * 300).decode(), "isBase64Encoded": True}
    answer = {"statusCode": 200, "headers": {"ETag": "1"}, **body}
    found = heard.Invocation("docs", {"routeKey": "GET /docs"}, answer)
    assert found.answered_bytes == 300 + len("ETag: 1\r\n") + GATEWAY_HEADERS
    assert heard.Invocation("projector", {"Records": []}, {}).answered_bytes == 0


def test_a_line_of_the_log_may_have_metrics_and_has_more_bytes_than_its_text():
    metrics = [{"Name": "AgentsOnline"}, {"Name": "MessagesSent"}]
    line = json.dumps({"_aws": {"CloudWatchMetrics": [{"Metrics": metrics}]}})
    assert heard.custom_metrics([line, line, "plain", "{}"]) == 2
    assert heard.logged_bytes(["é", "ab"]) == 4 + 2 * LINE_OVERHEAD


def test_what_is_stored_is_the_item_its_entries_in_indexes_and_what_aws_adds():
    pending = {**MESSAGE, "pending_for": {"S": "boots"}}
    size = units.size_of(pending)
    made = Change("AgentMessagesTable", MESSAGE, None, pending)
    assert heard.stored_bytes(TABLES, [made]) == 2 * (size + units.ITEM_OVERHEAD)
    read = Change("AgentMessagesTable", MESSAGE, pending, MESSAGE)
    gone = size - units.size_of(MESSAGE) + size + units.ITEM_OVERHEAD
    assert heard.stored_bytes(TABLES, [read]) == -gone
