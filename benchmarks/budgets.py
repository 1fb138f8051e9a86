"""The most write and read units that each operation may take.

Items are up to 1 KB unless a comment says otherwise.
"""

UNITS: dict[str, tuple[float, float]] = {
    "ping": (3, 3.5),
    "send": (3, 3),
    "send, with a key": (6, 3),
    "send, a reply": (4, 4),
    "send, a reply with a key": (7, 4),
    "send, held": (10, 3),
    "message, held": (0, 4.5),
    "mark-read": (2, 2),
    "mark-read, again": (0, 2),
    "heartbeat": (1, 3.5),
    "feed, ten events": (0, 1.5),
    "feed, nothing new": (0, 0.5),
    "feed, wait for one": (0, 0.5),
    "feed, acknowledge": (1, 2),
    "feed, ticket": (2, 1),
    "create order": (10, 4),
    "create order, with a key": (12, 4),
    "create order, with a deadline": (11, 4),
    "create order, 500 characters": (12, 4),
    "create child": (14, 5),
    "create child, with a key": (16, 5),
    "cancel, with one child": (27, 9),
    "accept": (10, 3),
    "accept, 100 KB": (10, 3),
    "accept, with a key": (12, 3),
    "complete": (11, 3),
    "complete, with a key": (13, 3),
    "complete, 100 KB": (11, 3),
    "reject, ten at once": (90, 31),
    # With 150 pending messages of 400 bytes. The first page counts up to 100.
    "inbox page of 20 × 400 B": (0, 4),
    "inbox page of 20 × 400 B and its total": (0, 9),
    "presence": (0, 2),
    "send, 16 KB": (20, 3),
    "mark-read, 16 KB": (2, 2),
}
