"""The functions of the template, each loaded once from its folder, as Lambda would load it."""

from __future__ import annotations

import importlib.util
import os
from types import ModuleType

from local.template import load
from tests.integration.recorder import RECORDER

# Most tests register agents in passing; `authorisation` has those of the key for that.
TEMPLATE = load(parameters={"RegistrationMode": "open"})
_apps: dict[str, ModuleType] = {}


class Context:
    """What Lambda tells a function beside the event."""

    function_name = memory_limit_in_mb = invoked_function_arn = "test"
    aws_request_id = "invocation"

    def __init__(self, milliseconds: int = 50_000) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


def app(group: str) -> ModuleType:
    """The `app.py` of a function folder, under a name of its own; loaded once in a process."""
    if group not in _apps:
        _apps[group] = fresh(group)
    return _apps[group]


def forget() -> None:
    """Let the functions be instances that have served nobody yet, over empty tables."""
    for module in _apps.values():
        if hasattr(module, "meter"):
            module.meter.forget()
        if hasattr(module, "sent_log"):
            module.sent_log._full.clear()


def fresh(group: str, **environment: str) -> ModuleType:
    """The same loaded anew, where `environment` stands instead of the template's variables."""
    for function in TEMPLATE.functions.values():
        if function.code.name == group:
            os.environ.update(function.environment)
    os.environ.update(environment)
    path = next(f.code for f in TEMPLATE.functions.values() if f.code.name == group) / "app.py"
    spec = importlib.util.spec_from_file_location(f"functions_{group}_app", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if hasattr(module, "client"):
        RECORDER.watch(module.client)
    for function in TEMPLATE.functions.values():
        if function.code.name == group:
            name = function.handler.removeprefix("app.")
            setattr(module, name, RECORDER.under_role(function.name, getattr(module, name)))
    return module
