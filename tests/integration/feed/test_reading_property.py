"""A reader sees every event that is kept, once and in order, whatever happens between its reads."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from agent_messaging.errors import PositionGoneError
from agent_messaging.feed import position
from agent_messaging.feed.position import START, Position
from agent_messaging.feed.service import FeedReader
from agent_messaging.feed.table import FeedTable
from local.in_process import memory
from tests.integration.cloud import Cloud
from tests.integration.feed.events import NOW, record
from tests.scale import examples

STEPS = st.one_of(
    st.tuples(st.just("append"), st.integers(1, 4)),
    st.tuples(st.just("empty"), st.just(0)),  # DynamoDB deletes all that it may
    st.tuples(st.just("read"), st.integers(1, 5)),
    st.tuples(st.just("days"), st.sampled_from([0.5, 2, 4, 6.5, 8, 36, 40])),
    st.tuples(st.just("delete"), st.integers(0, 5)),  # DynamoDB deletes some expired item
)


class Story:
    """A feed, the time, and a reader who keeps its position."""

    def __init__(self, feed: FeedTable) -> None:
        self.feed, self.reader = feed, FeedReader(feed)
        self.feed.appender.forget()  # the tails of another story
        self.now = NOW
        self.after: Position = START
        self.appended: list[tuple[str, float]] = []  # the event's id, and when it expires
        self.seen: list[str] = []
        self.skipped: set[str] = set()
        self.is_told = True  # that events before its next page may have expired

    def append(self, times: int) -> None:
        records = [record(len(self.appended) + n) for n in range(1, times + 1)]
        self.feed.append("boots", records, self.now)
        expires = (self.now + timedelta(days=7)).timestamp()
        self.appended += [(event.event_id, expires) for event, _ in records]

    def days(self, number: float) -> None:
        self.now += timedelta(days=number)

    def delete(self, number: int) -> None:
        items = self.feed.events("boots", START, 100)
        expired = [each for each in items if int(each["purge_at"]) <= self.now.timestamp()]
        if expired:
            gone = expired[number % len(expired)]
            self.feed.table.delete({"agent_id": "boots", "entry": gone["entry"]})

    def empty(self, _: int) -> None:
        for _ in self.feed.events("boots", START, 100):
            self.delete(0)

    def read(self, limit: int) -> bool:
        """Read a page. Return whether there may be more."""
        try:
            page = self.reader.read("boots", self.after, limit, self.now)
        except PositionGoneError as error:
            self.after = position.parse("boots", error.members["oldest_position"])
            self.is_told = True
            return True
        if page.events:
            self._pass(page.events[0].event_id)
            self.is_told = False
        self.seen += [event.event_id for event in page.events]
        self.after = page.next_after
        return page.has_more or bool(page.events)

    def _pass(self, first: str) -> None:
        """What the reader does not see any more had expired."""
        for event_id, expires in self.appended[len(self.seen) + len(self.skipped) :]:
            if event_id == first:
                return
            assert self.is_told
            assert expires <= self.now.timestamp()
            self.skipped.add(event_id)
        pytest.fail("an event was seen that was not appended, or a second time")


@pytest.fixture(scope="module")
def feed() -> Iterator[FeedTable]:
    with mock_aws():
        yield FeedTable(Cloud().dynamodb, "AgentFeedTable")


# The newest event is deleted before older ones that have expired too.
NEWEST_GONE_FIRST = [
    *(("append", 1), ("append", 4), ("days", 4), ("days", 4), ("read", 1)),
    *(("days", 36), ("delete", 4)),
]
# The same, before an event follows that would seem to continue the older ones.
NEWEST_GONE_UNREAD = [
    *(("append", 1), ("append", 2), ("read", 2), ("days", 40), ("delete", 2), ("append", 1)),
]


@settings(max_examples=examples(100), deadline=None)
@example(steps=NEWEST_GONE_FIRST)
@example(steps=NEWEST_GONE_UNREAD)
@given(steps=st.lists(STEPS, max_size=14))
def test_every_kept_event_is_seen_once_in_order(feed: FeedTable, steps: list[tuple[str, float]]):
    memory.empty()
    story = Story(feed)
    for name, argument in steps:
        getattr(story, name)(argument)
    while story.read(3):
        pass
    order = [event_id for event_id, _ in story.appended]
    assert story.seen == [each for each in order if each not in story.skipped][: len(story.seen)]
    kept = [each for each, expires in story.appended if expires > story.now.timestamp()]
    assert set(kept) <= {*story.seen}
