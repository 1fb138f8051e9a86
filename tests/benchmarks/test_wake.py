"""The benchmark of a wake: what it reads from a connection, and which percentile it tells."""

import json
import time

import pytest

from benchmarks import costs_page, wake
from benchmarks.figures import Figure
from benchmarks.groups import GROUPS, module_of


def test_it_is_a_group_after_the_counts():
    assert GROUPS[-1] == "wake"
    assert module_of("wake") is wake


@pytest.mark.parametrize(
    ("numbers", "found"), [(range(1, 501), 495), (range(1, 101), 99), (range(1, 11), 10)]
)
def test_one_message_of_a_hundred_takes_longer(numbers, found):
    assert wake.percentile([float(each) for each in numbers]) == found


def test_the_first_frame_of_a_message_counts():
    event = {"frame": "event", "data": {"message_id": "msg_1"}}
    began = time.perf_counter()
    frames = wake.Frames([json.dumps({"frame": "hello"}), json.dumps(event), json.dumps(event)])

    assert began <= frames.came("hello") <= frames.came("msg_1") <= time.perf_counter()


def test_a_message_without_a_frame_ends_the_benchmark(monkeypatch):
    monkeypatch.setattr(wake, "FRAME_SECONDS", 0.01)
    with pytest.raises(TimeoutError, match="msg_2"):
        wake.Frames([]).came("msg_2")


def test_the_costs_page_shows_it_with_its_target():
    found = [
        Figure("send to frame, isolated engine: median", 38.2, "ms", 60, "machine", "wake"),
        Figure("send to frame, default engine: median", 71.9, "ms", None, "machine", "wake"),
    ]
    assert list(costs_page._waking(found)) == [
        "| send to frame, isolated engine: median | 38.2 ms | ≤ 60 |",
        "| send to frame, default engine: median | 71.9 ms | none |",
    ]
