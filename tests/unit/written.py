"""A logger as `log` makes it, and the lines that it has written."""

import io
import itertools
import json
from typing import Any

from agent_messaging.observability import log

SECRET = "For Boots' eyes"

_names = itertools.count()


class Written:
    """A logger of its own: Powertools knows its loggers by their service."""

    def __init__(self) -> None:
        self._stream = io.StringIO()
        self.logger = log.make(f"test-log-{next(_names)}", self._stream)
        self.logger.setLevel("INFO")  # whatever level a command of this process has set

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def line(self) -> dict[str, Any]:
        (line,) = self.lines
        return line
