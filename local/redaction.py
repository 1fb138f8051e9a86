"""Remove API keys from what the server prints about requests and failures."""

from __future__ import annotations

import re

KEY = re.compile(r"(am_(?:live|local)_)\w+")


def redacted(text: str) -> str:
    """Return the text without its API keys."""
    return KEY.sub(r"\1[redacted]", text)
