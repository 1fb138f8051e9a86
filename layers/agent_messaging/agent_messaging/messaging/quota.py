"""How many messages an agent may send in a minute, and the error when it sends more."""

import math
from datetime import timedelta
from typing import NamedTuple

from agent_messaging import ids
from agent_messaging.errors import RateLimitedError
from agent_messaging.messaging.sent_chunks import CHUNK_SIZE, FullChunks, SentRecord

WINDOW = timedelta(minutes=1)


class Quota(NamedTuple):
    """How many messages one agent may send in a minute: in all, and to one recipient."""

    per_sender: int
    per_pair: int

    def room(self, record: SentRecord, full: FullChunks) -> "Quota":
        """Return how many messages the chunk after the full ones may hold.

        Raises:
            RateLimitedError: the full chunks already hold as many as the sender may send.
        """
        per_sender = self.per_sender - CHUNK_SIZE * full.number
        per_pair = self.per_pair - full.recipients[record.recipient_id]
        if per_sender <= 0 or per_pair <= 0:
            raise self.refusal(record, is_pair=per_sender > 0)
        return Quota(min(CHUNK_SIZE, per_sender), per_pair)

    def refusal(self, record: SentRecord, *, is_pair: bool) -> RateLimitedError:
        """Return the error for a message above a limit: per recipient if `is_pair`, else in all."""
        policy, quota, to = "sender", self.per_sender, ""
        if is_pair:
            policy, quota, to = "pair", self.per_pair, f" to `{record.recipient_id}`"
        seconds = int(WINDOW.total_seconds())
        sent_at = ids.time_of(record.message_id)
        left = WINDOW - (sent_at - sent_at.replace(second=0, microsecond=0))
        reset = math.ceil(left.total_seconds())
        return RateLimitedError(
            f"You reached the limit of {quota} messages, work orders, bids and questions{to} in "
            f"{seconds} seconds.",
            policy=policy,
            quota=quota,
            window=seconds,
            reset=reset,
            fix=f"Send the same request again after {reset} seconds.",
        )


# Open mode has no limits, because no key proves who sends. Only the size of a chunk counts.
OPEN = Quota(CHUNK_SIZE, CHUNK_SIZE)
