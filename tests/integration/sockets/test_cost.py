"""What each frame costs: calls to DynamoDB and units, whatever the agent's history is."""

import pytest

from agent_messaging.storage import units
from local.in_process.functions import app
from local.in_process.metering import Meter
from local.in_process.time import stopped_clock
from tests.integration.sockets.conftest import keyed
from tests.integration.sockets.gateway import resumed


@pytest.fixture
def meter(sockets):
    return Meter(sockets.cloud, [app("sockets").client])


@pytest.fixture(autouse=True)
def seen(sockets):
    """Nova has been seen today, which the first frame of a day stores."""
    sockets.cloud.post("/messaging/heartbeat", {"agent_id": "nova"})


@pytest.mark.parametrize("history", [0, 150])
def test_a_ping_is_two_write_units_and_one_and_a_half_read_units(
    sockets, nova, relay, meter, history
):
    relay.append("nova", history)
    socket = sockets.connect(nova)
    socket.send("resume", after="latest")
    with meter.reading() as cost:
        (pong,) = socket.send("ping")
    assert pong["frame"] == "pong"
    assert (cost.calls, cost.write_units, cost.read_units) == (4, 2, 1.5)


def test_a_resume_without_contacts_is_two_write_units(sockets, nova, relay, meter):
    """Read units: the agent 1, the feed and the listeners 1, the contacts 0.5."""
    socket = sockets.connect(nova)
    with meter.reading() as cost:
        socket.send("resume")
    assert (cost.calls, cost.write_units, cost.read_units) == (5, 2, 2.5)
    (event,) = relay.append("nova")
    with meter.reading() as cost:
        socket.send("resume", after=event.position.to_text("nova"))
    assert (cost.write_units, cost.read_units) == (2, 2)


def test_an_agent_with_capabilities_joins_their_audiences_once_in_ten_minutes(sockets, meter):
    """A write unit for each capability, and one for the agent. A ping also reads half a unit."""
    sockets.cloud.register("ada", capabilities=["painting", "translation"])
    sockets.cloud.post("/messaging/heartbeat", {"agent_id": "ada"})
    socket = sockets.connect(keyed(sockets, "ada"))
    with stopped_clock() as time:
        for action, minutes, calls, writes, reads in (
            ("resume", 0, 8, 2 + 3, 2.5),
            ("resume", 0, 4, 2, 2),
            ("ping", 9, 5, 2, 2),
            ("ping", 9, 8, 2 + 3, 2),
        ):
            time.advance(minutes=minutes)
            with meter.reading() as cost:
                socket.send(action)
            assert (cost.calls, cost.write_units, cost.read_units) == (calls, writes, reads)


def test_a_long_page_of_events_hides_no_audience(sockets, relay, meter):
    sockets.cloud.register("ada", capabilities=["painting"])
    relay.append("ada", 150)
    socket = resumed(sockets, keyed(sockets, "ada"))
    with meter.reading() as cost:
        socket.send("resume")
    assert cost.write_units == 2


def test_the_hello_reads_half_a_unit_for_each_of_the_first_hundred_contacts(sockets, nova, meter):
    now = "2026-02-15T20:30:00.000Z"
    for number in range(120):
        sockets.cloud.write(
            "ContactsTable",
            {
                "owner_id": "nova",
                "contact_id": f"contact-{number:03}",
                "contact_name": "Contact",
                "state": "allowed",
                "created_at": now,
                "updated_at": now,
            },
        )
    socket = sockets.connect(nova)
    with meter.reading() as cost:
        (hello,) = socket.send("resume")
    assert hello["contacts_online"] == []
    assert cost.write_units == 2
    assert 2 + 50 <= cost.read_units <= 2 + 50 + 3


def test_an_ack_is_one_write_unit_and_one_and_a_half_read_units(sockets, nova, relay, meter):
    (event,) = relay.append("nova")
    socket = resumed(sockets, nova)
    with meter.reading() as cost:
        socket.send("ack", position=event.position.to_text("nova"))
    assert (cost.calls, cost.write_units, cost.read_units) == (3, 1, 1.5)


def test_typing_is_one_write_unit_and_four_read_units(sockets, nova, boots, meter):
    socket = resumed(sockets, nova)
    resumed(sockets, boots)
    with meter.reading() as cost:
        socket.send("typing", to_agent_id="boots")
    assert (cost.calls, cost.write_units, cost.read_units) == (3, 1, 4)


def test_to_connect_and_wrong_frames_cost_nothing_and_to_disconnect_one(sockets, nova, meter):
    with meter.reading() as cost:
        socket = sockets.connect(nova)
        socket.send("subscribe", channel_id="chn_1")
        socket.send_text("wrong")
    assert cost.calls == 0
    with meter.reading() as cost:
        socket.disconnect()
    assert (cost.calls, cost.write_units, cost.read_units) == (1, 1, 0)


def test_each_frame_is_charged_to_the_agent_of_the_connection(sockets, nova, relay):
    accounts = app("sockets").meter._accounts
    socket = sockets.connect(nova)
    before = accounts["nova"].tenths
    socket.send_text("wrong")
    charged = accounts["nova"].tenths - before
    assert units.REQUEST < charged <= units.REQUEST + 2
    relay.append("nova", 10)
    socket.send("resume", after="latest")
    before = accounts["nova"].tenths
    socket.send("resume")
    assert accounts["nova"].tenths - before > 10 * units.PUSHED_FRAME


def test_nobody_is_charged_in_open_mode(sockets):
    socket = sockets.connect({"mode": "open", "agent_id": "nova"})
    socket.send("resume")
    assert "nova" not in app("sockets").meter._accounts
