"""Jobs run in threads: those with one key one after another, others at the same time."""

import threading
from contextvars import ContextVar

from agent_messaging.work_orders.lanes import Lanes

KNOWN: ContextVar[str] = ContextVar("known", default="nothing")
SECONDS = 30  # after which a job that waits for another gives up


def test_jobs_with_one_key_run_in_one_thread_in_the_order_in_which_they_came():
    done: list[tuple[int, int]] = []
    with Lanes(4, waiting=100) as lanes:
        for number in range(50):
            lanes.add("boots", lambda n=number: done.append((n, threading.get_ident())))
    assert [number for number, _ in done] == [*range(50)]
    assert len({thread for _, thread in done}) == 1


def test_jobs_with_other_keys_run_at_the_same_time():
    met: list[int] = []
    both = threading.Barrier(2)
    with Lanes(8, waiting=100) as lanes:
        for key in ("nova", "boots"):
            lanes.add(key, lambda: met.append(both.wait(SECONDS)))
    assert sorted(met) == [0, 1]


def test_a_job_knows_what_is_known_where_it_is_added():
    seen: list[str] = []
    with Lanes(2, waiting=1) as lanes:
        token = KNOWN.set("the deadline")
        lanes.add("boots", lambda: seen.append(KNOWN.get()))
        KNOWN.reset(token)
    assert seen == ["the deadline"]


def test_without_room_a_job_is_refused_or_waits():
    done: list[str] = []
    begun, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        may_end.wait(SECONDS)
        done.append("slow")

    with Lanes(2, waiting=1) as lanes:
        assert lanes.add("boots", slow)
        assert begun.wait(SECONDS)
        assert not lanes.add("nova", lambda: done.append("refused"), waits=False)
        may_end.set()
        assert lanes.add("nova", lambda: done.append("waited"))
    assert done == ["slow", "waited"]


def test_with_one_thread_a_job_runs_where_it_is_added():
    threads: list[int] = []
    with Lanes(1, waiting=1) as lanes:
        for key in ("nova", "boots"):
            lanes.add(key, lambda: threads.append(threading.get_ident()))
        assert threads == [threading.get_ident()] * 2
