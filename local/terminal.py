"""Keep the server running when its terminal is closed, or its output goes to a pipe that ends.

Later output is dropped. Without this, the next print would raise in the middle of a request or of
the shutdown.
"""

from __future__ import annotations

import os
import sys
from typing import Any, TextIO


class Terminal:
    """A text stream that writes to another one until that fails, and then to nowhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the text, or drop it if the stream is closed."""
        try:
            return self._stream.write(text)
        except (OSError, ValueError):
            self._give_up()
            return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            self._give_up()

    def __getattr__(self, name: str) -> Any:
        """Return any other attribute of the stream."""
        return getattr(self._stream, name)

    def _give_up(self) -> None:
        self._stream = open(os.devnull, "w")  # noqa: SIM115 - for the rest of the process


def outlive() -> None:
    """Let this process survive the end of its stdout and stderr."""
    sys.stdout = Terminal(sys.stdout)
    sys.stderr = Terminal(sys.stderr)
