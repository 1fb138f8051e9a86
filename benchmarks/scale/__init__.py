"""Hot partitions and scale: what loads cost one key, one stream shard and one function.

    python -m benchmarks.scale

    limits        the limits of AWS, with their sources
    items         items as the product writes them, and the units of each key for a write
    loads         the loads as operations on keys, with the product's own key functions
    partitions    partitions with their limits per second, and which requests are refused
    contention    transactions on the same item
    streams       the batches of a stream's shard
    waking        the relay of each shard, and connections
    midnight      the first minutes of a day
    inboxes, limiter, sweep, quotas, costs
    busy_minute   the busiest minute of an honest agent, in units of its meter
    worst_day     the most that one day can cost the operator
    report        the tables of docs/scale.md and docs/costs.md

Nothing here measures time. Loads and durations are assumptions, units follow from the items, and
random numbers have a seed. So the result is the same everywhere.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "layers" / "agent_messaging"))
