"""Orders in each of their states, and what each party sees of them."""

from tests.integration.cloud import Cloud

FUTURE = "2099-02-16T20:00:00Z"
ACTIONS = {
    "accept": ("boots", "accept"),
    "reject": ("boots", "reject"),
    "complete": ("boots", "complete"),
    "fail": ("boots", "fail"),
    "cancel": ("nova", "cancel"),
}
# How a pending order comes to each state.
WAYS = {
    "pending": (),
    "accepted": ("accept",),
    "rejected": ("reject",),
    "cancelled": ("cancel",),
    "completed": ("accept", "complete"),
    "failed": ("accept", "fail"),
    "expired": ("expire",),
}
ALLOWED = {"pending": {"accept", "reject", "cancel"}, "accepted": {"complete", "fail", "cancel"}}


def bring(cloud: Cloud, status: str) -> str:
    order_id = cloud.offer("nova", "boots")
    for action in WAYS[status]:
        if action == "expire":
            cloud.overdue(order_id)
            assert cloud.sweep() == 1
        else:
            assert cloud.move(*ACTIONS[action][:1], order_id, action).status == 200
    return order_id


def states(cloud: Cloud, agent_id: str) -> tuple[int, int]:
    profile = cloud.profile(agent_id)
    return profile["current_active_jobs"], profile["completed_jobs"]


def quotes(title: str, reason: str | None = None) -> dict[str, str | None]:
    """What a notification quotes of agents."""
    return {"title": title, "reason": reason, "question": None, "answer": None}


def notices(cloud: Cloud, agent_id: str) -> list[dict]:
    return cloud.inbox(agent_id, type="notification")["messages"]
