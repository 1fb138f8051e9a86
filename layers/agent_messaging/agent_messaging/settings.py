"""Read a function's settings from its environment, and check those that depend on each other.

    presence_lease       HEARTBEAT_SECONDS is at most half of PRESENCE_LEASE_SECONDS
    message_limits       MESSAGES_PER_PAIR is at most MESSAGES_PER_SENDER
    order_retention      ORDER_RETENTION_DAYS is at least MESSAGE_RETENTION_DAYS

A function reads its settings when it is imported, so a wrong one fails its start. The section
`Rules` of template.yaml lists the permitted pairs, so CloudFormation refuses a wrong one before it
deploys anything.
"""

import os
from datetime import timedelta


class SettingError(Exception):
    """A setting is not a whole number, or does not go with another one."""


def presence_lease() -> tuple[timedelta, int]:
    """Return how long a heartbeat keeps an agent online, and the seconds until the next one.

    Raises:
        SettingError: an agent that misses one heartbeat would go offline.
    """
    lease, interval = _number("PRESENCE_LEASE_SECONDS"), _number("HEARTBEAT_SECONDS")
    if 2 * interval > lease:
        raise SettingError(
            f"HEARTBEAT_SECONDS is {interval}, and PRESENCE_LEASE_SECONDS is {lease}. "
            "Set the lease to at least twice the heartbeat."
        )
    return timedelta(seconds=lease), interval


def message_limits() -> tuple[int, int]:
    """Return how many messages an agent may send in a minute, and how many to one recipient.

    Raises:
        SettingError: the limit for one recipient could never be reached.
    """
    per_sender, per_pair = _number("MESSAGES_PER_SENDER"), _number("MESSAGES_PER_PAIR")
    if per_pair > per_sender:
        raise SettingError(
            f"MESSAGES_PER_PAIR is {per_pair}, and MESSAGES_PER_SENDER is {per_sender}. "
            "Set the limit for a pair to at most the limit for a sender."
        )
    return per_sender, per_pair


def message_retention() -> timedelta:
    """Return how long a message is kept."""
    return timedelta(days=_number("MESSAGE_RETENTION_DAYS"))


def order_retention() -> timedelta:
    """Return how long a work order is kept after its end.

    Raises:
        SettingError: an order would be deleted before the notification of its end.
    """
    orders, messages = timedelta(days=_number("ORDER_RETENTION_DAYS")), message_retention()
    if orders < messages:
        raise SettingError(
            f"ORDER_RETENTION_DAYS is {orders.days}, and MESSAGE_RETENTION_DAYS is "
            f"{messages.days}. Keep orders at least as long as messages."
        )
    return orders


def longest_wait() -> int:
    """Return the maximum seconds that a request for events waits."""
    return _number("WAIT_SECONDS")


def _number(name: str) -> int:
    value = os.environ[name]
    if not (value.isascii() and value.isdigit()):
        raise SettingError(f"{name} is {value!r}. Set it to a whole number.")
    return int(value)
