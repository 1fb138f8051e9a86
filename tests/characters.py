"""hypothesis knows at once which characters UTF-8 can encode: all but surrogates.

A plugin of pytest. By itself hypothesis asks each of 1.1 million, in every process whose folder has
no table of them yet, and keeps a gigabyte meanwhile.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

UTF_8 = "utf-8"
ENCODABLE = ((0, 0xD7FF), (0xE000, 0x10FFFF))

Intervals = tuple[Any, Any]


def known_at_once(
    look_up: Callable[[str], Intervals], of: Callable[[Any], Any]
) -> Callable[[str], Intervals]:
    """Looks up the characters that a codec encodes, and those of them that it decodes otherwise."""

    def intervals(codec: str) -> Intervals:
        return (of(ENCODABLE), of(())) if codec == UTF_8 else look_up(codec)

    return intervals


def pytest_collection_finish() -> None:
    """For all tests of this process, if one of them uses hypothesis."""
    charmap: Any = sys.modules.get("hypothesis.internal.charmap")
    if charmap:
        charmap.intervals_from_codec = known_at_once(
            charmap.intervals_from_codec, charmap.IntervalSet
        )
