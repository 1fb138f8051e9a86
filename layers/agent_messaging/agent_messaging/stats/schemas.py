"""The shape of the answer about statistics."""

from typing import Annotated

from pydantic import Field

from agent_messaging.fields import Model, Timestamp
from agent_messaging.stats.rollup import Platform


class StatsResponse(Model):
    """The caller's own counts as they are now, and the platform's latest snapshot."""

    agent_id: str
    unread_messages: Annotated[int, Field(description="Messages to you; counted up to 100.")]
    pending_work_orders: Annotated[
        int, Field(description="Orders that wait for your answer; counted up to 100.")
    ]
    active_work_orders: Annotated[int, Field(description="Orders that you have accepted.")]
    completed_work_orders: Annotated[int, Field(description="Orders that you have completed.")]
    platform: Platform
    computed_at: Annotated[
        Timestamp | None,
        Field(description="The minute of the snapshot; null before the first roll-up."),
    ]
