"""What Lambda does for a function: it loads the code, and says how much time is left."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Coroutine
from pathlib import Path
from types import ModuleType
from typing import Any


class Context:
    """What Lambda tells a function beside the event.

    So many milliseconds are left whenever it asks, or, when `is_running`, until they are over.
    """

    function_name = memory_limit_in_mb = invoked_function_arn = "test"
    aws_request_id = "invocation"

    def __init__(self, milliseconds: float = 50_000, *, is_running: bool = False) -> None:
        self._milliseconds = milliseconds
        self._since = time.monotonic() if is_running else None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout."""
        gone = 0.0 if self._since is None else time.monotonic() - self._since
        return int(self._milliseconds - 1000 * gone)


def run_now(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that waits for nothing, without an event loop; what it returns."""
    while True:
        try:
            coroutine.send(None)
        except StopIteration as end:
            return end.value


def load_app(name: str, folder: Path) -> ModuleType:
    """The `app.py` of a folder as a module called `name`, in the environment as it is now."""
    spec = importlib.util.spec_from_file_location(name, folder / "app.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} has no app.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
