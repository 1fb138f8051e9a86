"""A key that has gone writes nothing, whatever an authorizer remembers of it."""

from datetime import UTC, datetime, timedelta

from agent_messaging import clock
from tests.integration.cloud import Cloud


def test_a_key_ends_with_its_agent_and_with_its_epoch(cloud: Cloud):
    boots, nova = cloud.register("boots"), cloud.register("nova")
    stale = {**nova.keyed, "epoch": 2}
    another = {**nova.keyed, "key_id": "key_01m830ztk8hqmnnzmzdykrdxts"}
    for caller in (stale, another):
        answer = cloud.post("/messaging/heartbeat", caller=caller)
        assert (answer.status, answer.json["code"]) == (401, "key_revoked")
    cloud.call("DELETE", "/agents/me", caller=boots.keyed)
    answer = cloud.post("/messaging/heartbeat", caller=boots.keyed)
    assert (answer.status, answer.json["code"]) == (401, "key_revoked")


def test_a_key_ends_at_the_moment_it_expires(cloud: Cloud):
    nova = cloud.register("nova")
    item = cloud.read("AgentsTable", agent_id="nova")

    def expiring(moment: datetime) -> int:
        kept = {**item["keys"][nova.keyed["key_id"]], "expires_at": clock.to_text(moment)}
        cloud.change("AgentsTable", {"agent_id": "nova"}, keys={nova.keyed["key_id"]: kept})
        return cloud.post("/messaging/heartbeat", caller=nova.keyed).status

    assert expiring(datetime.now(UTC) + timedelta(minutes=1)) == 200
    assert expiring(datetime.now(UTC) - timedelta(milliseconds=1)) == 401
