"""The terminal, which may go away while the server stays: a closed window, a pipe to `head`.

What is written then goes nowhere. Without this, the first line that cannot be written would raise
in the middle of a request, or of the very shutdown that it announces.
"""

from __future__ import annotations

import os
import sys
from typing import Any, TextIO


class Terminal:
    """A text stream that writes to another for as long as that can be written to."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Writes the text, or drops it when nobody can read it any more."""
        try:
            return self._stream.write(text)
        except (OSError, ValueError):
            self._give_up()
            return len(text)

    def flush(self) -> None:
        """Hands on what was written."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            self._give_up()

    def __getattr__(self, name: str) -> Any:
        """Whatever else a stream has."""
        return getattr(self._stream, name)

    def _give_up(self) -> None:
        self._stream = open(os.devnull, "w")  # noqa: SIM115 - for the rest of the process


def outlive() -> None:
    """Lets stdout and stderr of this process outlive whoever reads them."""
    sys.stdout = Terminal(sys.stdout)
    sys.stderr = Terminal(sys.stderr)
