"""Where all of them want the same thing at once, and half of all writes collide."""

from collections import Counter

from tests.faults.injection.checker import check
from tests.faults.injection.faults import CONTENDED
from tests.faults.injection.fleet import Job, Part

CLIENTS = 16
ORDERS, MOST = 40, 5
MOVES = 64


def test_of_forty_accepts_at_once_exactly_as_many_win_as_the_worker_takes(world, tmp_path, figure):
    world.register("client")
    world.register("worker", most=MOST)
    orders = [world.offer("client", "worker", f"order {n}") for n in range(ORDERS)]

    history, counts, end = _raced(world, tmp_path, [("accept", each) for each in orders])

    won = [each for each in history if each.answer]
    refused = Counter(each.refusal["code"] for each in history if each.refusal)
    figure("won", f"{len(won)} of {len(history)}, {counts['conflict']} conflicts")
    assert len(won) == MOST
    assert refused == {"at_capacity": ORDERS - MOST}
    assert counts["conflict"] > 0
    assert max(active for active, _ in end.jobs["worker"]) == MOST
    assert _worker(end)["active_jobs"] == MOST
    assert not _findings(history, end)


def test_of_accepts_and_rejects_of_one_order_at_once_one_wins(world, tmp_path, figure):
    world.register("client")
    world.register("worker", most=MOST)
    order_id = world.offer("client", "worker")

    moves = [("reject" if n % 2 else "accept", order_id) for n in range(MOVES)]
    history, counts, end = _raced(world, tmp_path, moves)

    [winner] = [each for each in history if each.answer]
    refused = Counter(each.refusal["code"] for each in history if each.refusal)
    figure("won", f"1 ({winner.kind}) of {len(history)}, {counts['conflict']} conflicts")
    assert refused == {"illegal_transition": MOVES - 1}
    assert counts["conflict"] > 0
    assert len(end.statuses[order_id]) == 2
    assert _worker(end).get("active_jobs", 0) == (winner.kind == "accept")
    assert not _findings(history, end)


def _raced(world, folder, moves):
    """The moves among the clients, each of them a process that speaks for the worker."""
    parts = [
        Part(f"c{n}", "worker", world.keys["worker"], moves=tuple(moves[n::CLIENTS]))
        for n in range(CLIENTS)
    ]
    job = Job(world.engine.url, world.tables, MOVES, CONTENDED, tuple(parts))
    result = world.run(job, folder)
    assert len(result.history) == len(moves)
    return result.history, result.counts, world.end()


def _worker(end):
    return next(item for item in end.agents if item["agent_id"] == "worker")


def _findings(history, end):
    """But for the orders, which were given before the race."""
    return [each for each in check(history, end) if not each.sentence.startswith("an order that")]
