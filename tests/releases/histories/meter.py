"""The meter: units of both versions in one account, penalties, and what they keep from whom."""

from __future__ import annotations

from tests.releases.histories.agents import ok, register
from tests.releases.versions import Versions

SOME = "Some kilobytes. " * 1000
QUOTA = 50  # units in a minute


def penalties(versions: Versions) -> None:
    """Each version adds to the units of the other, and keeps the penalties that it finds."""
    key = register(versions, "nova")
    register(versions, "boots")
    with versions.quota("messaging", QUOTA):
        for minutes in (3, 30):
            caller = versions.keyed(key)
            body = {"to_agent_id": "boots", "body": SOME}
            statuses = [versions.post("/messaging/send", body=body, caller=caller).status]
            while statuses[-1] == 200:
                assert len(statuses) < 10
                statuses.append(versions.post("/messaging/send", body=body, caller=caller).status)
            assert statuses[-1] == 429
            assert versions.keyed(key) == {}
            ok(versions.get("/messaging/inbox", caller=caller), 429)
            versions.pass_time(minutes=minutes)
    trips = versions.read("AgentMeterTable", agent_id="nova", window="units") or {}
    assert trips["trips"] == 2
    ok(versions.get("/agents/me", caller=versions.keyed(key)))
