import base64
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent_messaging.errors import BadCursorError
from agent_messaging.ids import ULID_PATTERN
from agent_messaging.paging import (
    COUNT_LIMIT,
    PAGE_BYTES,
    Listing,
    Total,
    build_page,
    count,
    take_page,
)

POSITION = f"msg_{ULID_PATTERN}"
AT = "msg_01m830ztk8hqmnnzmzdykrdxts"
INBOX = Listing("nova", "inbox", ("pending", None), POSITION)


@pytest.mark.parametrize(
    "total", [Total(0), Total(7), Total(100), Total(100, is_minimum=True), None]
)
def test_a_cursor_brings_back_what_it_carries(total: Total | None):
    assert INBOX.open(INBOX.cursor(AT, total)) == (AT, total)


def test_the_first_page_has_no_cursor():
    assert INBOX.open(None) == (None, None)


@pytest.mark.parametrize(
    "other",
    [
        Listing("boots", "inbox", ("pending", None), POSITION),
        Listing("nova", "sent", ("pending", None), POSITION),
        Listing("nova", "inbox", ("read", None), POSITION),
        Listing("nova", "inbox", (None, "pending"), POSITION),
        Listing("nova", "inbox", (), POSITION),
        Listing("novainbox", "", ("pending", None), POSITION),
    ],
)
def test_a_cursor_belongs_to_one_caller_one_list_and_one_filter(other: Listing):
    with pytest.raises(BadCursorError):
        other.open(INBOX.cursor(AT, Total(3)))


def forged(content: bytes) -> str:
    """A cursor with a sound digest: anybody can compute one."""
    raw = INBOX._digest(content) + content
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize("number", [COUNT_LIMIT + 1, 1000, 10**30])
def test_a_total_of_a_cursor_counts_no_further_than_totals_do(number: int):
    cursor = forged(json.dumps([AT, number, 0]).encode())
    assert INBOX.open(cursor) == (AT, Total(COUNT_LIMIT, is_minimum=True))


def test_a_forged_digest_is_not_enough():
    assert INBOX.open(forged(json.dumps([AT, 5, 0]).encode())) == (AT, Total(5))


@pytest.mark.parametrize(
    "content",
    [
        ["msg_", 5, 0],
        ["wo_01m830ztk8hqmnnzmzdykrdxts", 5, 0],
        [AT + "\n", 5, 0],
        [AT + "x", 5, 0],
        [None, 5, 0],
        [5, 5, 0],
        [[AT], 5, 0],
        [AT, -1, 0],
        [AT, 5.0, 0],
        [AT, True, 0],
        [AT, "5", 0],
        [AT, None, 0],
        [AT, 5],
        [AT, 5, 0, 0],
        [],
        {},
        AT,
        "",
        None,
        5,
        float("nan"),
    ],
)
def test_a_forged_position_or_total_is_refused(content: object):
    with pytest.raises(BadCursorError):
        INBOX.open(forged(json.dumps(content).encode()))


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[", b"[" * 100_000, b'["' + b"9" * 5000, b"[1,%s,0]" % (b"9" * 5000)],
)
def test_forged_garbage_is_refused(content: bytes):
    with pytest.raises(BadCursorError):
        INBOX.open(forged(content))


def test_only_the_very_text_is_a_cursor():
    cursor = INBOX.cursor(AT, Total(3))
    for text in (
        cursor + "=",
        cursor + "==",
        cursor + "!",
        " " + cursor,
        cursor + "\n",
        cursor[:-1],
    ):
        with pytest.raises(BadCursorError):
            INBOX.open(text)
    spellings = [
        cursor[:-1] + last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    ]
    accepted = []
    for spelling in spellings:
        try:
            INBOX.open(spelling)
        except BadCursorError:
            continue
        accepted.append(spelling)
    assert set(accepted) <= {cursor}


@given(st.text() | st.text(alphabet="ABCabc012-_=+/") | st.binary().map(forged))
@example("")
@example("é")
@example("\ud800")
@example("=" * 9)
@example("A" * 17)
def test_any_other_text_is_a_bad_cursor_and_never_another_error(text: str):
    with pytest.raises(BadCursorError):
        INBOX.open(text)


# --- pages


def paged(entries: list[str], limit: int, resume: str | None, weight: int = 1):
    return take_page(entries, limit, resume, position=lambda entry: entry, weigh=lambda _: weight)


def test_what_fits_goes_on_where_the_query_stopped():
    assert paged(["a", "b"], 3, None) == (["a", "b"], None)
    assert paged(["a", "b"], 2, None) == (["a", "b"], None)
    assert paged(["a", "b"], 2, "b") == (["a", "b"], "b")
    assert paged([], 2, "k") == ([], "k")
    assert paged([], 2, None) == ([], None)


def test_what_does_not_fit_begins_the_next_page():
    assert paged(["a", "b", "c"], 2, None) == (["a", "b"], "b")
    assert paged(["a", "b", "c"], 2, "z") == (["a", "b"], "b")


def test_a_page_ends_before_it_is_too_heavy_and_holds_at_least_one():
    half = PAGE_BYTES // 2
    assert paged(["a", "b", "c"], 9, None, half) == (["a", "b"], "b")
    assert paged(["a", "b"], 9, None, half) == (["a", "b"], None)
    assert paged(["a", "b"], 9, None, half + 1) == (["a"], "a")
    assert paged(["a", "b"], 9, "b", 10 * PAGE_BYTES) == (["a"], "a")
    assert paged(["a"], 9, None, 10 * PAGE_BYTES) == (["a"], None)


@given(st.integers(0, 40), st.integers(1, 9), st.integers(1, 9), st.integers(1, PAGE_BYTES))
def test_pages_together_are_the_list(number: int, examined: int, limit: int, weight: int):
    entries = [f"{n:02d}" for n in range(number)]
    found: list[str] = []
    position: str | None = ""
    while position is not None:
        rest = [entry for entry in entries if entry > position]
        batch, behind = rest[:examined], rest[examined:]
        resume = batch[-1] if behind else None
        page, position = paged(batch, limit, resume, weight)
        found += page
    assert found == entries


def counted(number: int, batches: list[int], queries: int = 4) -> tuple[Total, list[int]]:
    """The total behind `number` matches, and how many each query might examine."""
    limits = []

    def query(position: str, limit: int) -> tuple[int, str | None]:
        limits.append(limit)
        at = int(position)
        return batches[at], str(at + 1) if at + 1 < len(batches) else None

    return count(number, "0" if batches else None, query, queries), limits


def test_a_count_goes_on_behind_what_is_known():
    assert counted(7, []) == (Total(7), [])
    assert counted(7, [0]) == (Total(7), [94])
    assert counted(50, [3, 0, 4]) == (Total(57), [51, 48, 48])


def test_a_count_is_exact_up_to_a_hundred_and_a_minimum_above():
    assert counted(50, [50]) == (Total(100), [51])
    assert counted(50, [51]) == (Total(100, is_minimum=True), [51])
    assert counted(50, [51, 5]) == (Total(100, is_minimum=True), [51])
    assert counted(50, [30, 20]) == (Total(100), [51, 21])
    assert counted(100, [0]) == (Total(100), [1])
    assert counted(101, [0]) == (Total(100, is_minimum=True), [])
    assert counted(101, []) == (Total(100, is_minimum=True), [])


def test_a_count_gives_up_after_so_many_queries():
    assert counted(0, [1] * 4) == (Total(4), [101, 100, 99, 98])
    assert counted(0, [1] * 5)[0] == Total(4, is_minimum=True)
    assert counted(3, [0, 0, 5], queries=2)[0] == Total(3, is_minimum=True)


def test_a_total_is_counted_only_where_the_first_page_is_not_all():
    def never() -> Total:
        raise AssertionError

    assert build_page(INBOX, None, 3, None, never) == (Total(3), None)
    assert build_page(INBOX, None, 3, Total(9), never) == (Total(9), None)
    total, cursor = build_page(INBOX, AT, 3, None, lambda: Total(7))
    assert total == Total(7)
    assert INBOX.open(cursor) == (AT, Total(7))
    total, cursor = build_page(INBOX, AT, 3, Total(9), never)
    assert INBOX.open(cursor) == (AT, Total(9))
