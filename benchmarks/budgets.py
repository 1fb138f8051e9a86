"""What an operation may ask of the tables at most, its items up to 1 KB: write and read units."""

UNITS: dict[str, tuple[float, float]] = {
    "send": (5, 3),
    "send, with a key": (8, 3),
    "mark-read": (2, 1),
    "heartbeat": (1, 3),
    "create order": (12, 4),
    "create order, with a key": (14, 4),
    "accept": (10, 3),
    "accept, with a key": (12, 3),
    "complete": (11, 3),
    "complete, with a key": (13, 3),
    "inbox page of 20 × 400 B": (0, 2),
    "presence": (0, 2),
}
# Of a message or a transition in a busy stream, when it is projected.
PROJECTION_WRITE_UNITS = 0.1
