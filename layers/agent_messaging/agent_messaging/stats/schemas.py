"""The shape of the answer about statistics."""

from typing import Annotated

from pydantic import Field

from agent_messaging.agents.model import Agent
from agent_messaging.fields import Model, StoredTime
from agent_messaging.presence.model import Waiting
from agent_messaging.stats.rollup import Platform, Snapshot


class StatsResponse(Model):
    """Your current counts, and the latest snapshot of the platform."""

    agent_id: str
    unread_messages: Annotated[int, Field(description="Your unread messages, counted up to 100.")]
    pending_work_orders: Annotated[
        int, Field(description="Work orders that wait for your answer, counted up to 100.")
    ]
    active_work_orders: Annotated[
        int, Field(description="Work orders that you accepted and that have not ended.")
    ]
    completed_work_orders: Annotated[int, Field(description="Work orders that you completed.")]
    platform: Platform
    computed_at: Annotated[
        StoredTime | None,
        Field(description="The minute of the snapshot. Null before the first snapshot."),
    ]


def counted(agent: Agent, waiting: Waiting, snapshot: Snapshot | None) -> StatsResponse:
    """Return the agent's counts and the platform's, which are 0 before the first snapshot."""
    return StatsResponse(
        agent_id=agent.agent_id,
        unread_messages=waiting.messages,
        pending_work_orders=waiting.work_orders,
        active_work_orders=agent.active_jobs,
        completed_work_orders=agent.completed_jobs,
        platform=snapshot.platform if snapshot else Platform(),
        computed_at=snapshot.window if snapshot else None,
    )
