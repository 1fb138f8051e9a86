"""The code of the last release in this process, beside the code of this checkout.

Both have a package `agent_messaging`. `sys.modules` holds one of them at a time: that of the
release only while one of its functions is loaded or runs. A function of the release gets the
environment of its own template. It runs under the roles of this checkout, because an update changes
the roles before the functions.
"""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

from local.in_process.environment import in_reach_of_moto
from local.in_process.functions import TEMPLATE, forget
from local.in_process.runtime import load_app
from local.model import Route
from local.template import load
from tests.integration.recorder import RECORDER

PACKAGE = "agent_messaging"
PART = re.compile(r"\{(\w+)\}")


class Release:
    """A release, from the folder of its unpacked sources."""

    def __init__(self, version: str, folder: Path) -> None:
        self.name = version
        self.template = load(folder / "template.yaml", {"RegistrationMode": "open"})
        self.now: datetime | None = None
        self.clients: list[Any] = []
        self._keys = {shape(key): key for key in map(_key, self.template.routes)}
        self._layer = str(folder / "layers" / PACKAGE)
        self._modules: dict[str, ModuleType] = {}
        self._apps: dict[str, ModuleType] = {}

    def handle(self, group: str, event: Any, context: Any) -> Any:
        """What the function of a folder returns for an event."""
        with self.active():
            return self.app(group).handler(self._as_routed(event), context)

    def has(self, where: str, group: str) -> bool:
        """Whether it has the route `where`, or else the function of this folder."""
        if " " not in where:
            return any(each.code.name == group for each in self.template.functions.values())
        return shape(where) in self._keys

    def _as_routed(self, event: Any) -> Any:
        """The event as the release's own routes make it: they may name the parts otherwise."""
        key = event.get("routeKey", "")
        own = self._keys.get(shape(key), key)
        if own == key:
            return event
        names = zip(PART.findall(own), PART.findall(key), strict=True)
        parts = {name: event["pathParameters"][other] for name, other in names}
        context = {**event["requestContext"], "routeKey": own}
        return {**event, "routeKey": own, "pathParameters": parts, "requestContext": context}

    def app(self, group: str) -> ModuleType:
        """The `app.py` of a folder, loaded once. Call it only while the release is active."""
        if group not in self._apps:
            self._apps[group] = self._loaded(group)
        return self._apps[group]

    def load(self) -> None:
        """Load all functions that use tables."""
        with self.active():
            for function in self.template.functions.values():
                if function.name != "DocsFunction":
                    self.app(function.code.name)

    def forget(self) -> None:
        """Let its functions be instances that have served nobody yet."""
        forget(self._apps.values())

    @contextmanager
    def active(self) -> Iterator[None]:
        """Let `agent_messaging` be the package of the release."""
        ours = _taken()
        sys.modules.update(self._modules)
        sys.path.insert(0, self._layer)
        try:
            yield
        finally:
            self._modules = _taken()
            sys.modules.update(ours)
            sys.path.remove(self._layer)

    def _watched(self, connect: Callable[..., Any]) -> Callable[..., Any]:
        def connected(*config: Any) -> Any:
            client = in_reach_of_moto(connect)(*config)
            RECORDER.watch(client)
            self.clients.append(client)
            return client

        return connected

    def _loaded(self, group: str) -> ModuleType:
        from agent_messaging import clock  # noqa: PLC0415 - that of the release
        from agent_messaging.storage import connection  # noqa: PLC0415

        if not self._apps:
            # One client for all functions: to make one takes as long as 20 calls.
            connection.connect = functools.cache(self._watched(connection.connect))
            true_time = clock.now
            clock.now = lambda: self.now or true_time()
        own = [each for each in self.template.functions.values() if each.code.name == group]
        variables = {name: value for each in own for name, value in each.environment.items()}
        with patch.dict(os.environ, variables):
            module = load_app(f"release_{group}_app", own[0].code)
        for function in TEMPLATE.functions.values():
            if function.code.name == group:
                module.handler = RECORDER.under_role(function.name, module.handler)
        return module


def shape(key: str) -> str:
    """A route's key without the names of its parts, which a version may change."""
    return PART.sub("{}", key)


def _key(route: Route) -> str:
    return f"{route.method} {route.path}"


def _taken() -> dict[str, ModuleType]:
    """Take the modules of the package out of `sys.modules`."""
    names = [name for name in sys.modules if name.startswith(PACKAGE)]
    return {name: sys.modules.pop(name) for name in names}
