"""What an operation may ask of the tables at most: write and read units.

Items are up to 1 KB where nothing else is said.
"""

UNITS: dict[str, tuple[float, float]] = {
    "send": (5, 3),
    "send, with a key": (8, 3),
    "mark-read": (2, 1),
    "heartbeat": (1, 3),
    "create order": (12, 4),
    "create order, with a key": (14, 4),
    "create order, with a deadline": (13, 4),
    "create order, 500 characters": (14, 4),
    "accept": (10, 3),
    "accept, 100 KB": (10, 3),
    "accept, with a key": (12, 3),
    "complete": (11, 3),
    "complete, with a key": (13, 3),
    "complete, 100 KB": (11, 3),
    "reject, ten at once": (90, 31),
    "inbox page of 20 × 400 B": (0, 2),
    "presence": (0, 2),
    "send, 16 KB": (21, 3),
    "mark-read, 16 KB": (18, 1),
}
# Of a message or a transition in a busy stream, when it is projected.
PROJECTION_WRITE_UNITS = 0.1
