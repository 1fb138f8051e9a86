"""What the agents of these tests leave behind, for the stack may be somebody's."""

from tests.e2e.client import Agent, eventually


def test_an_agent_of_the_tests_leaves_no_order_open(nova: Agent, boots: Agent) -> None:
    pending, accepted = nova.offer(boots), nova.offer(boots)
    boots.respond(accepted, "accept")
    assert eventually(lambda: len(nova.orders("client")) == 2)

    nova.leave()

    for order_id in (pending, accepted):
        assert boots.get(f"/messaging/work-order/{order_id}")["status"] == "cancelled"
