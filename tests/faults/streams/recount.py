"""The counters once more, from the records and from what is stored; nothing of the product's."""

from collections import Counter
from datetime import datetime

OBSERVED = {
    ("pending", "accepted"): ("time_to_accept", "created_at", "accepted_at"),
    ("accepted", "completed"): ("time_to_complete", "accepted_at", "completed_at"),
    ("input_required", "completed"): ("time_to_complete", "accepted_at", "completed_at"),
}


def recount(records):
    """What the records come to: how often each (metric, window, name) was counted."""
    counts = Counter()
    for record in records:
        image = record["dynamodb"]
        new, old = image.get("NewImage", {}), image.get("OldImage", {})
        is_new = record["eventName"] == "INSERT"
        if "agent_id" in image["Keys"]:
            counts["agents", "all", "registered"] += is_new
            counts["agents", "all", "registered"] -= "deleted_at" in new and "deleted_at" not in old
        elif "message_id" in image["Keys"]:
            display = new.get("display", {"M": {}})["M"]
            is_new = is_new and image["Keys"]["message_id"]["S"].startswith("msg_")
            if is_new:
                kind, created_at = display["type"]["S"], display["created_at"]["S"]
                counts["messages", "all", kind] += 1
                counts["messages", created_at[:15] + "0", kind] += 1
        else:
            _recount_order(counts, new, old)
    return {name: count for name, count in counts.items() if count}


def _recount_order(counts, new, old):
    before, after = (each.get("status", {}).get("S") for each in (old, new))
    counts["work_orders", "all", after] += 1
    if before:
        counts["work_orders", "all", before] -= 1
    if (before, after) in OBSERVED and before != after:
        metric, start, end = OBSERVED[before, after]
        times = {**new["display"]["M"], **new}
        seconds = (_time(times[end]) - _time(times[start])).total_seconds()
        counts[metric, "all", str(_bucket(seconds))] += 1


def _time(value):
    return datetime.fromisoformat(value["S"])


def _bucket(seconds):
    index = 0
    while 0.001 * 1.2 ** (index + 1) <= seconds:
        index += 1
    return index


def read(items):
    """The counters among the stored items, and how often each record is listed."""
    counts, listed = Counter(), Counter()
    for item in items:
        scope, window = item["scope"]["S"], item["window"]["S"]
        if scope.startswith("counted#"):
            stream = scope.removeprefix("counted#").split("/")[0]
            listed.update((stream, number) for number in _numbers(window, item["numbers"]["S"]))
            continue
        for name in item.keys() - {"scope", "window", "purge_at"}:
            counts[scope, window.split("#")[0], name] += int(item[name]["N"])
    return {name: count for name, count in counts.items() if count}, listed


def _numbers(key, text):
    number = int(key.split("#")[1])
    yield number
    for distance in text.split():
        high, low = distance.split(".")
        number += int(high, 16) * 10**20 + int(low, 16)
        yield number
