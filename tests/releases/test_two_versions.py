"""The last release and this code serve together, over the same tables."""

from __future__ import annotations

import pytest

from agent_messaging.agents.model import AgentStatus, ContactPolicy
from agent_messaging.contacts.model import ContactState
from agent_messaging.messaging.model import MessageStatus, MessageType, Relationship
from agent_messaging.work_orders.states import Status
from local.in_process.functions import TEMPLATE
from tests.releases import verdict
from tests.releases.comparison import Difference
from tests.releases.differences import WANTED
from tests.releases.histories import agents, messages, meter, orders
from tests.releases.release import Release
from tests.releases.tape import Tape
from tests.releases.verdict import History, Runs

HISTORIES: tuple[History, ...] = (
    agents.profiles_and_directory,
    agents.keys_and_operator,
    agents.presence,
    messages.contacts,
    messages.messages,
    messages.sent_log,
    messages.repeated_messages,
    orders.transitions,
    orders.deadlines,
    orders.muted_and_removed,
    orders.statistics,
    meter.penalties,
)


STORED = (
    AgentStatus,
    ContactPolicy,
    ContactState,
    MessageStatus,
    MessageType,
    Relationship,
    Status,
)


class Found(dict[History, list[Difference]]):
    """What differs in each history. Each is run when it is first asked for."""

    def __init__(self, runs: Runs) -> None:
        super().__init__()
        self.runs = runs

    def __missing__(self, history: History) -> list[Difference]:
        self[history] = self.runs.differences(history)
        return self[history]


@pytest.fixture(scope="module")
def found(last_release: Release, tape: Tape) -> Found:
    return Found(Runs(last_release, tape))


@pytest.fixture(scope="module")
def everything(found: Found) -> list[Difference]:
    return [each for history in HISTORIES for each in found[history]]


@pytest.mark.parametrize("history", HISTORIES, ids=lambda each: each.__name__)
def test_each_reads_and_changes_what_the_other_has_stored(found: Found, history: History):
    verdict.judge(found.runs.release.name, found[history], WANTED)


def test_no_wanted_difference_is_stale(everything: list[Difference]):
    assert verdict.stale(everything, WANTED) == []


@pytest.mark.usefixtures("everything")
def test_the_histories_call_every_route_and_function(found: Found):
    routes = {f"{route.method} {route.path}" for route in TEMPLATE.routes}
    pages = {route for route in routes if "/api/" not in route}
    functions = {each.code.name for each in TEMPLATE.functions.values() if each.code.name != "docs"}
    behind_routes = {TEMPLATE.functions[route.function].code.name for route in TEMPLATE.routes}
    assert (routes - pages) | (functions - behind_routes) <= found.runs.called


@pytest.mark.usefixtures("everything")
def test_the_histories_store_every_status_in_every_table(found: Found):
    statuses = {str(member) for each in STORED for member in each}
    assert statuses | {table.name for table in TEMPLATE.tables} <= found.runs.words
