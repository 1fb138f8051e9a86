"""Keys have no place in what the runner prints of requests and of failures."""

from __future__ import annotations

import re

KEY = re.compile(r"am_live_\w+")


def redacted(text: str) -> str:
    """The text without the API keys in it."""
    return KEY.sub("am_live_[redacted]", text)
