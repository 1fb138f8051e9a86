"""A function that is ended at the wrong moment, and commits that arrive late."""

import pytest

from agent_messaging.errors import ContentionError
from agent_messaging.stats.counting import count
from agent_messaging.stats.table import StatsTable
from tests.unit.stats.records import NOW, message, messages, sums_of

EVER = "0"
BATCH = messages(0, 10)


class LostAnswerError(Exception):
    """The function was ended before it could answer."""


class Unlucky(StatsTable):
    """The table of a function that is ended right behind one of its commits."""

    def __init__(self, client, name, commits=1):
        super().__init__(client, name)
        self.commits = commits

    def commit(self, *args):
        super().commit(*args)
        self.commits -= 1
        if not self.commits:
            raise LostAnswerError


@pytest.fixture
def unlucky(client):
    return Unlucky(client, "MessagingStatsTable")


def test_an_end_behind_the_commit_makes_no_difference(stats, unlucky):
    with pytest.raises(LostAnswerError):
        count(unlucky, BATCH, NOW)

    assert count(stats, BATCH, NOW) == []

    assert stats.sums(EVER) == sums_of(BATCH)


@pytest.mark.parametrize("end", [5, 10, 20], ids=["shorter", "the same", "longer"])
def test_a_commit_that_arrives_late_is_not_repeated(client, stats, end):
    class Slow(StatsTable):
        """Reads the counted records just before an earlier attempt's commit arrives."""

        def counted_records(self, *args):
            found = list(super().counted_records(*args))
            count(stats, messages(0, end), NOW)
            return iter(found)

    assert count(Slow(client, "MessagingStatsTable"), BATCH, NOW) == []

    assert stats.sums(EVER) == sums_of(messages(0, max(end, 10)))


def test_a_batch_that_never_settles_fails_and_counts_nothing_twice(client, stats):
    class Blind(StatsTable):
        """Never finds a counted record."""

        def counted_records(self, *args):
            return iter(())

    count(stats, BATCH, NOW)

    with pytest.raises(ContentionError):
        count(Blind(client, "MessagingStatsTable"), BATCH, NOW)

    assert stats.sums(EVER) == sums_of(BATCH)


def test_an_end_between_two_runs_makes_no_difference(stats, unlucky):
    records = [message(i, seconds=600 * i) for i in range(120)]
    with pytest.raises(LostAnswerError):
        count(unlucky, records, NOW)
    assert {} != stats.sums(EVER) != sums_of(records)

    assert count(stats, records, NOW) == []

    assert stats.sums(EVER) == sums_of(records)
