"""SQS on this machine: what boto3 sends arrives at a function, and fails as on AWS."""

import asyncio
import contextlib
import dataclasses
import json

import pytest
from botocore.exceptions import ClientError

from local import engine
from local.clock import MovableClock
from local.cloudformation import TemplateError
from local.instance import FunctionFailedError
from local.queues import server
from local.queues.endpoint import Endpoint
from local.queues.mapping import Consumer
from local.queues.model import Queue, QueueMapping, read_mapping
from local.queues.queues import Queues
from local.template import load

URL = "https://sqs.us-east-1.amazonaws.com/123456789012/Jobs"
QUEUE = Queue("Jobs", visibility=30, max_receives=2)
MAPPING = QueueMapping("Jobs", "WorkerFunction", "Jobs", 1, reports_failures=True, concurrency=2)


class Worker:
    """A function that keeps what it gets, and fails or reports what it is told to."""

    def __init__(self, *, failing=(), reported=(), hanging=()):
        self.batches, self.running, self.most = [], 0, 0
        self.failing, self.reported, self.hanging = failing, reported, hanging
        self.release = asyncio.Event()

    async def __call__(self, name, event):
        assert name == "WorkerFunction"
        bodies = [each["body"] for each in event["Records"]]
        self.batches.append(bodies)
        self.running += 1
        self.most = max(self.most, self.running)
        if set(bodies) & set(self.hanging):
            await self.release.wait()
        self.running -= 1
        if set(bodies) & set(self.failing):
            raise FunctionFailedError("no luck am_live_secret")
        ids = [each["messageId"] for each in event["Records"] if each["body"] in self.reported]
        return {"batchItemFailures": [{"itemIdentifier": each} for each in ids]}


class Kept:
    """What a folder would keep."""

    def __init__(self):
        self.stored = {}

    def put(self, name, value):
        self.stored[name] = value

    def delete(self, name):
        del self.stored[name]

    def texts(self, prefix):
        return [text for name, text in self.stored.items() if name.startswith(prefix)]


@contextlib.asynccontextmanager
async def running(worker, clock, mapping=MAPPING, kept=None, bury=None):
    """A queue whose messages go to the worker."""
    queues = Queues(clock, kept)
    await queues.open([QUEUE])
    buried = [] if bury is None else bury
    consumer = Consumer(mapping, queues["Jobs"], worker, buried.append)
    task = asyncio.create_task(consumer.run())
    try:
        yield queues["Jobs"]
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def settle():
    for _ in range(50):
        await asyncio.sleep(0)


def test_a_message_is_delivered_at_once_and_deleted():
    async def story():
        worker = Worker()
        async with running(worker, MovableClock()) as queue:
            await queue.send("a", "group")
            await settle()
            return worker.batches, len(queue)

    assert asyncio.run(story()) == ([["a"]], 0)


def test_a_delay_passes_on_the_clock():
    async def story():
        worker, clock = Worker(), MovableClock()
        async with running(worker, clock) as queue:
            await queue.send("a", delay=300)
            await settle()
            clock.advance(seconds=299)
            await settle()
            before = list(worker.batches)
            clock.advance(seconds=1)
            await settle()
            return before, worker.batches

    assert asyncio.run(story()) == ([], [["a"]])


@pytest.mark.parametrize("how", ["failing", "reported"])
def test_a_message_that_fails_too_often_becomes_a_dead_letter(how, capsys):
    async def story():
        worker, clock, buried = Worker(**{how: ["a"]}), MovableClock(), []
        async with running(worker, clock, bury=buried) as queue:
            await queue.send("a")
            for _ in range(4):
                await settle()
                clock.advance(seconds=30)
            await settle()
            return worker.batches, len(queue), buried

    batches, left, (letter,) = asyncio.run(story())
    assert (batches, left) == ([["a"], ["a"]], 0)
    letter.write()
    line = capsys.readouterr().err
    assert line.startswith("dead letter: queue Jobs -> WorkerFunction, message ")
    reason = "no luck am_live_[redacted]" if how == "failing" else "reported as failed"
    assert line.endswith(f", 2 attempts: {reason}\n")


def test_of_a_batch_only_the_reported_messages_come_again():
    async def story():
        worker, clock = Worker(reported=["b"]), MovableClock()
        mapping = dataclasses.replace(MAPPING, batch_size=10)
        queues = Queues(clock, None)
        await queues.open([QUEUE])
        for body in "abc":
            await queues["Jobs"].send(body)
        task = asyncio.create_task(Consumer(mapping, queues["Jobs"], worker).run())
        await settle()
        clock.advance(seconds=30)
        await settle()
        task.cancel()
        return worker.batches

    assert asyncio.run(story()) == [["a", "b", "c"], ["b"]]


def test_no_more_run_at_once_than_the_mapping_allows_and_groups_are_fair():
    async def story():
        worker = Worker(hanging=["h1", "h2", "h3"])
        async with running(worker, MovableClock()) as queue:
            for body in ("h1", "h2", "h3"):
                await queue.send(body, "hanging")
            await queue.send("a", "other")
            await settle()
            before = list(worker.batches)
            worker.release.set()
            await settle()
            return before, worker.batches, worker.most

    before, after, most = asyncio.run(story())
    assert before == [["h1"], ["a"], ["h2"]]  # The fourth one waits for one of the two instances.
    assert (after[3], most) == (["h3"], 2)


def test_messages_survive_the_server_and_count_their_receives():
    async def first(kept):
        async with running(Worker(failing=["a"]), MovableClock(), kept=kept) as queue:
            await queue.send("a", "group")
            await queue.send("b")
            await asyncio.sleep(0.2)

    async def second(kept, buried):
        worker = Worker(failing=["a"])
        async with running(worker, MovableClock(), kept=kept, bury=buried):
            await asyncio.sleep(0.2)
        return worker.batches

    kept, buried = Kept(), []
    asyncio.run(first(kept))
    (text,) = kept.stored.values()
    assert (json.loads(text)["body"], json.loads(text)["receives"]) == ("a", 1)
    assert asyncio.run(second(kept, buried)) == [["a"]]


@pytest.fixture
def call():
    """Call the endpoint with boto3, over HTTP."""

    def call(operation, **arguments):
        async def story():
            queues = Queues(MovableClock(), None)
            await queues.open([QUEUE])
            with server.listen("127.0.0.1") as listener:
                async with server.serving(Endpoint(queues), listener):
                    sqs = engine._session().client(
                        "sqs", endpoint_url=server.url_of(listener), config=engine._config(5, 1)
                    )
                    answer = await asyncio.to_thread(getattr(sqs, operation), **arguments)
                    sqs.close()
            return answer, queues["Jobs"]._messages._waiting.values()

        return asyncio.run(story())

    return call


def test_boto3_sends_a_message(call):
    answer, (message,) = call(
        "send_message", QueueUrl=URL, MessageBody="Grüße 😀\n", MessageGroupId="g", DelaySeconds=7
    )
    assert answer["MessageId"] == message.id
    assert (message.body, message.group) == ("Grüße 😀\n", "g")
    assert message.visible_at - message.sent_at == pytest.approx(7)


def test_boto3_sends_a_batch_and_learns_which_messages_are_refused(call):
    entries = [
        {"Id": "0", "MessageBody": "a", "MessageGroupId": "g", "DelaySeconds": 0},
        {"Id": "1", "MessageBody": "b", "DelaySeconds": 901},
    ]
    answer, (message,) = call("send_message_batch", QueueUrl=URL, Entries=entries)
    assert [each["Id"] for each in answer["Successful"]] == ["0"]
    assert [(each["Id"], each["Code"]) for each in answer["Failed"]] == [
        ("1", "InvalidParameterValue")
    ]
    assert message.body == "a"


ENTRY = {"Id": "0", "MessageBody": "a"}


@pytest.mark.parametrize(
    ("operation", "arguments", "code"),
    [
        ("send_message", {"MessageBody": "a", "DelaySeconds": 901}, "InvalidParameterValue"),
        ("send_message", {"MessageBody": "a" * (1024 * 1024 + 1)}, "InvalidParameterValue"),
        ("send_message", {"MessageBody": "a\uffff"}, "InvalidMessageContents"),
        ("send_message", {"MessageBody": "a\x00"}, "InvalidMessageContents"),
        ("send_message_batch", {"Entries": []}, "EmptyBatchRequest"),
        (
            "send_message_batch",
            {"Entries": [{**ENTRY, "Id": str(number)} for number in range(11)]},
            "TooManyEntriesInBatchRequest",
        ),
        ("send_message_batch", {"Entries": [ENTRY, ENTRY]}, "BatchEntryIdsNotDistinct"),
        ("receive_message", {}, "InvalidAction"),
    ],
)
def test_what_sqs_refuses_is_refused(operation, arguments, code, call):
    with pytest.raises(ClientError) as caught:
        call(operation, QueueUrl=URL, **arguments)
    assert code in caught.value.response["Error"]["Code"]


def test_an_unknown_queue_is_refused(call):
    with pytest.raises(ClientError) as caught:
        call("send_message", QueueUrl=URL + "2", MessageBody="a")
    assert "QueueDoesNotExist" in caught.value.response["Error"]["Code"]


def test_the_template_declares_queues_and_mappings():
    template = load()
    by_name = {queue.name: queue for queue in template.queues}
    queue = by_name["WebhooksQueue"]
    assert (queue.visibility, queue.max_receives) == (180, 5)
    (mapping,) = template.queue_mappings
    assert (mapping.function, mapping.queue) == ("WebhookSenderFunction", "WebhooksQueue")
    assert (mapping.batch_size, mapping.concurrency) == (1, 5)
    assert mapping.reports_failures
    variables = template.functions["WebhookSenderFunction"].environment
    assert variables["WEBHOOKS_QUEUE"].endswith("/WebhooksQueue")


@pytest.mark.parametrize("name", ["FilterCriteria", "MaximumBatchingWindowInSeconds"])
def test_what_a_mapping_cannot_do_here_is_an_error(name):
    with pytest.raises(TemplateError, match=name):
        read_mapping("Jobs", "WorkerFunction", {"Queue": "a:b:c:d:e:Jobs", name: 1})
