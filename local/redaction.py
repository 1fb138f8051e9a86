"""Remove API keys and tickets from what the server prints about requests and failures."""

from __future__ import annotations

import re

KEY = re.compile(r"(am_(?:live|local)_)\w+")
TICKET = re.compile(r"(ticket=)[^&\s\"]+", re.IGNORECASE)


def redacted(text: str) -> str:
    """Return the text without its API keys and tickets."""
    return TICKET.sub(r"\1[redacted]", KEY.sub(r"\1[redacted]", text))
