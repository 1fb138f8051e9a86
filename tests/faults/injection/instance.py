"""An instance of the functions: each loaded from its folder, over one engine and its tables.

An instance serves one request at a time, as one on Lambda does, and each has the time that the
template gives the function. What a request carries is checked by the authorizer first, whose
answer is remembered for some requests, as API Gateway does.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

from local.in_process.requests import BASE, Answer, event_of
from local.in_process.runtime import Context, load_app
from local.routing import Routes
from local.template import load
from tests.faults.injection.faults import Injector
from tests.integration.gateway import checked

TEMPLATE = load(parameters={"RegistrationMode": "open"})
ROUTES = Routes(TEMPLATE.routes)
# The most that the template takes: what is tested is not the limits.
QUOTAS = {"MESSAGES_PER_SENDER": "5000", "MESSAGES_PER_PAIR": "5000"}
REMEMBERED_REQUESTS = 20


def running_for(seconds: float) -> Context:
    """The context of a function whose time runs."""
    return Context(seconds * 1000, is_running=True)


@dataclass
class Instance:
    """The functions over the tables, by logical id, of the engine at `url`."""

    url: str
    tables: Mapping[str, str]
    injector: Injector
    apps: dict[str, ModuleType] = field(default_factory=dict)
    remembered: dict[str, tuple[int, Any]] = field(default_factory=dict)

    def app(self, name: str) -> ModuleType:
        """The module behind a function of the template; loaded when it is first asked for."""
        function = TEMPLATE.functions[name]
        group = function.code.name
        if group not in self.apps:
            named = {key: self.tables.get(v, v) for key, v in function.environment.items()}
            os.environ |= {**named, **QUOTAS, "AWS_ENDPOINT_URL_DYNAMODB": self.url}
            os.environ["AWS_ACCOUNT_ID_ENDPOINT_MODE"] = "disabled"
            try:
                self.apps[group] = self._loaded(group, function.code)
            finally:
                del os.environ["AWS_ENDPOINT_URL_DYNAMODB"]
        return self.apps[group]

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any],
        body: Any = None,
        *,
        api_key: str | None = None,
        key: str | None = None,
    ) -> Answer:
        """One request; `api_key` says who calls, `key` is its Idempotency-Key."""
        raw = None if body is None else json.dumps(body)
        event = event_of(method, path, raw=raw, content_type="application/json")
        event["rawQueryString"] = urlencode(query)
        match = ROUTES.match(method, BASE + path)
        event["routeKey"] = event["requestContext"]["routeKey"] = match.route.key
        event["pathParameters"] = dict(match.parameters)
        if key is not None:
            event["headers"]["idempotency-key"] = key
        if api_key is not None:
            event["headers"]["authorization"] = f"Bearer {api_key}"
            context = self._authorized(event, api_key)
            if context is None:
                return Answer(500, {}, "", {"code": "authorizer_failed"})
            event["requestContext"]["authorizer"] = {"lambda": context}
        function = match.route.function
        handler = self.app(function).handler
        answer = handler(event, running_for(TEMPLATE.functions[function].timeout))
        return checked(answer, event["requestContext"]["requestId"])

    def forget_units(self) -> None:
        """Let no call of the next requests be one that counts what earlier ones spent."""
        for app in self.apps.values():
            if hasattr(app, "meter"):
                app.meter.forget()

    def _authorized(self, event: dict[str, Any], api_key: str) -> Any:
        """What the authorizer says of a key; None when it failed."""
        times, context = self.remembered.pop(api_key, (0, None))
        if times == 0:
            handler = self.app("AuthorizerFunction").handler
            try:
                answer = handler(
                    event, running_for(TEMPLATE.functions["AuthorizerFunction"].timeout)
                )
            except Exception:  # noqa: BLE001 - API Gateway answers 500, whatever it was
                return None
            assert answer["isAuthorized"]
            times, context = REMEMBERED_REQUESTS, answer["context"]
        self.remembered[api_key] = (times - 1, context)
        return context

    def _loaded(self, group: str, folder: Path) -> ModuleType:
        module = load_app(f"faults_{group}_app", folder)
        for client in _clients(module):
            self.injector.watch(client)
        return module


def _clients(module: ModuleType) -> list[Any]:
    """The clients of a function: its own, or that of its one table; some have none."""
    if hasattr(module, "client"):
        return [module.client]
    return [module.stats.client] if hasattr(module, "stats") else []
