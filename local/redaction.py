"""Remove API keys from what the server prints about requests and failures."""

from __future__ import annotations

import re

KEY = re.compile(r"am_live_\w+")


def redacted(text: str) -> str:
    """Return the text without its API keys."""
    return KEY.sub("am_live_[redacted]", text)
