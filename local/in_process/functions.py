"""The functions of the template, each loaded once from its folder, as Lambda would load it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from local.in_process.runtime import load_app
from local.model import Function
from local.template import load

# Agents register in passing here; nobody has the registration key.
TEMPLATE = load(parameters={"RegistrationMode": "open"})

Listener = Callable[[str, ModuleType], None]
_apps: dict[str, ModuleType] = {}
_listeners: list[Listener] = []


def app(group: str) -> ModuleType:
    """The `app.py` of a function folder, under a name of its own; loaded once in a process."""
    if group not in _apps:
        _apps[group] = fresh(group)
    return _apps[group]


def handler(name: str) -> Callable[..., Any]:
    """The handler of a function, by its logical id."""
    function = TEMPLATE.functions[name]
    found: Callable[..., Any] = getattr(app(function.code.name), function.handler.split(".")[-1])
    return found


def clients() -> list[object]:
    """The DynamoDB client of every function that has one."""
    groups = sorted({function.code.name for function in TEMPLATE.functions.values()})
    return [app(group).client for group in groups if hasattr(app(group), "client")]


def forget(modules: Iterable[ModuleType] | None = None) -> None:
    """Let the functions be instances that have served nobody yet."""
    for module in _apps.values() if modules is None else modules:
        if hasattr(module, "meter"):
            module.meter.forget()
        if hasattr(module, "sent_log"):
            module.sent_log._full.clear()
        if hasattr(module, "relay"):
            module.relay.feed.appender.forget()
        if hasattr(module, "hints"):
            module.hints.told_at.clear()


def fresh(group: str, **environment: str) -> ModuleType:
    """The same loaded anew, where `environment` stands instead of the template's variables."""
    functions = functions_of(group)
    for function in functions:
        os.environ.update(function.environment)
    os.environ.update(environment)
    module = load_app(f"functions_{group}_app", functions[0].code)
    for listener in _listeners:
        listener(group, module)
    return module


def functions_of(group: str) -> list[Function]:
    """The functions of the template whose code is in one folder."""
    return [function for function in TEMPLATE.functions.values() if function.code.name == group]


def listen(listener: Listener) -> None:
    """Show a listener each module when it is loaded, and those that are."""
    _listeners.append(listener)
    for group, module in _apps.items():
        listener(group, module)
