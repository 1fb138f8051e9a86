import json

import pytest

from agent_messaging import clock
from agent_messaging.feed import pages, position
from agent_messaging.feed.outbox import DeliveredVia, OutboxTable
from agent_messaging.feed.table import FeedTable
from tests.integration.relay.streams import Streams

AT_ONCE = 1000


@pytest.fixture
def streams(pair):
    """The relay's streams, over Nova and Boots."""
    streams = Streams()
    streams.skip()
    return streams


@pytest.fixture
def feed_of(cloud):
    """Read all events of an agent, as JSON objects."""
    feed = FeedTable(cloud.dynamodb, "AgentFeedTable")

    def read(agent_id):
        found = feed.events(agent_id, position.START, AT_ONCE)
        page = pages.cut(agent_id, found, position.START, AT_ONCE, clock.now())
        return [json.loads(event.to_json()) for event in page.events]

    return read


@pytest.fixture
def acknowledge(pair):
    """Acknowledge an agent's feed up to a position."""
    outbox = OutboxTable(pair.dynamodb, "AgentOutboxTable")

    def write(agent_id, text):
        found = position.parse(agent_id, text)
        outbox.acknowledge(agent_id, found, DeliveredVia.FEED, clock.now())

    return write
