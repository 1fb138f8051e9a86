"""Put functions in the place of moto's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Method = Callable[..., Any]


def replace(owner: object, name: str, function: object) -> None:
    """Puts a function in the place of one of moto's."""
    setattr(owner, name, function)
