"""The shape of the answer about statistics."""

from typing import Annotated

from pydantic import Field

from agent_messaging.agents.model import Agent
from agent_messaging.fields import Model, StoredTime
from agent_messaging.presence.model import Waiting
from agent_messaging.stats.rollup import Platform, Snapshot


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
        StoredTime | None,
        Field(description="The minute of the snapshot; null before the first roll-up."),
    ]


def counted(agent: Agent, waiting: Waiting, snapshot: Snapshot | None) -> StatsResponse:
    """The agent's counts beside the platform's; zeros before the first snapshot."""
    return StatsResponse(
        agent_id=agent.agent_id,
        unread_messages=waiting.messages,
        pending_work_orders=waiting.work_orders,
        active_work_orders=agent.active_jobs,
        completed_work_orders=agent.completed_jobs,
        platform=snapshot.platform if snapshot else Platform(),
        computed_at=snapshot.window if snapshot else None,
    )
