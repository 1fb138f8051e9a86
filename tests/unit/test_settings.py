"""Settings that depend on each other are checked where a function reads them."""

from datetime import timedelta

import pytest

from agent_messaging import settings
from agent_messaging.settings import SettingError


@pytest.fixture(autouse=True)
def _set(monkeypatch: pytest.MonkeyPatch):
    values = {
        "PRESENCE_LEASE_SECONDS": "90",
        "HEARTBEAT_SECONDS": "30",
        "MESSAGES_PER_SENDER": "1200",
        "MESSAGES_PER_PAIR": "300",
        "MESSAGE_RETENTION_DAYS": "90",
        "ORDER_RETENTION_DAYS": "365",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_the_settings_of_the_template_are_read():
    assert settings.presence_lease() == (timedelta(seconds=90), 30)
    assert settings.message_limits() == (1200, 300)
    assert settings.message_retention() == timedelta(days=90)
    assert settings.order_retention() == timedelta(days=365)


def test_a_lease_lasts_two_heartbeats(monkeypatch):
    monkeypatch.setenv("HEARTBEAT_SECONDS", "45")
    assert settings.presence_lease() == (timedelta(seconds=90), 45)
    monkeypatch.setenv("HEARTBEAT_SECONDS", "46")
    with pytest.raises(SettingError) as refused:
        settings.presence_lease()
    assert str(refused.value) == (
        "HEARTBEAT_SECONDS is 46, and PRESENCE_LEASE_SECONDS is 90. "
        "Set the lease to at least twice the heartbeat."
    )


def test_a_pair_has_no_more_than_its_sender(monkeypatch):
    monkeypatch.setenv("MESSAGES_PER_PAIR", "1200")
    assert settings.message_limits() == (1200, 1200)
    monkeypatch.setenv("MESSAGES_PER_PAIR", "1201")
    with pytest.raises(SettingError) as refused:
        settings.message_limits()
    assert str(refused.value) == (
        "MESSAGES_PER_PAIR is 1201, and MESSAGES_PER_SENDER is 1200. "
        "Set the limit for a pair to at most the limit for a sender."
    )


def test_an_order_is_kept_as_long_as_the_messages_about_it(monkeypatch):
    monkeypatch.setenv("ORDER_RETENTION_DAYS", "90")
    assert settings.order_retention() == timedelta(days=90)
    monkeypatch.setenv("ORDER_RETENTION_DAYS", "89")
    with pytest.raises(SettingError) as refused:
        settings.order_retention()
    assert str(refused.value) == (
        "ORDER_RETENTION_DAYS is 89, and MESSAGE_RETENTION_DAYS is 90. "
        "Keep orders at least as long as messages."
    )


@pytest.mark.parametrize("value", ["", "soon", "-1", "1.5", "९०", " 90"])
def test_a_setting_is_a_whole_number(monkeypatch, value: str):
    monkeypatch.setenv("MESSAGE_RETENTION_DAYS", value)
    with pytest.raises(SettingError, match="Set it to a whole number"):
        settings.message_retention()
