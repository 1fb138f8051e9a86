"""Hot partitions and scale: what three loads ask of one key, one stream shard, one function.

    python -m benchmarks.scale

    limits        what AWS gives, and where it says so
    items         items as the product writes them, and the units that a write takes of each key
    loads         the three loads as operations on keys, by the product's own key functions
    partitions    a key's partition, a bucket of units a second, and who is refused
    contention    transactions that meet on one item
    streams       a stream's shard, batch by batch
    midnight      the first minutes of a day
    inboxes, limiter, sweep, quotas, costs
    busy_minute   the busiest minute of an honest agent, in units of its meter
    worst_day     what somebody can make the operator pay in a day
    report        the tables of docs/scale.md and docs/costs.md

Nothing here measures time: loads and durations are stated, units follow from the items, and chance
has a seed, so that it prints the same wherever it runs.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "layers" / "agent_messaging"))
