"""The last release and this code serve together, over the same tables."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent_messaging.agents.model import AgentStatus, ContactPolicy
from agent_messaging.contacts.model import ContactState
from agent_messaging.messaging.model import MessageStatus, MessageType, Relationship
from agent_messaging.work_orders import history as order_history
from agent_messaging.work_orders import item as items
from agent_messaging.work_orders import table
from agent_messaging.work_orders.states import Status
from local.in_process.functions import TEMPLATE
from tests.releases import verdict
from tests.releases.comparison import Difference
from tests.releases.differences import WANTED
from tests.releases.histories import agents, later_orders, messages, meter, orders, waking
from tests.releases.release import Release
from tests.releases.tape import Tape
from tests.releases.verdict import History, Runs
from tests.releases.versions import Versions

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
    orders.departures,
    orders.muted_and_removed,
    orders.statistics,
    later_orders.later_orders,
    meter.penalties,
    waking.feed,
    waking.socket,
    waking.webhooks,
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
    routes = {route.key for route in TEMPLATE.routes}
    # The public keys are a page too, which the release does not have.
    pages = {
        route.key
        for route in TEMPLATE.routes
        if route.function == "DocsFunction" or (route.authorizer is None and route.method == "GET")
    }
    functions = {each.code.name for each in TEMPLATE.functions.values() if each.code.name != "docs"}
    behind_routes = {TEMPLATE.functions[route.function].code.name for route in TEMPLATE.routes}
    assert (routes - pages) | (functions - behind_routes) <= found.runs.called


@pytest.mark.usefixtures("everything")
def test_the_histories_store_every_status_in_every_table(found: Found):
    # The release does not know an order that waits for an answer.
    statuses = {str(member) for each in STORED for member in each} - {Status.INPUT_REQUIRED}
    assert statuses | {table.name for table in TEMPLATE.tables} <= found.runs.words


def offer_and_cancel(versions: Versions) -> None:
    """A history of three writes."""
    agents.register(versions, "nova")
    agents.register(versions, "boots")
    order_id = versions.offer("nova", "boots", description="Long. " * 500)
    versions.move("nova", order_id, "cancel")
    versions.order("boots", order_id)


def another_name(patch: pytest.MonkeyPatch) -> None:
    """Let this code store the long part of an order under another name."""
    patch.setattr(items, "OFFER", "terms")
    others = {name: fields for name, fields in items.PARTS.items() if name != "offer"}
    patch.setattr(items, "PARTS", {"terms": items.PARTS["offer"], **others})
    patch.setattr(table, "OFFER", "terms")


def another_value(patch: pytest.MonkeyPatch) -> None:
    """Let this code store a value in the history that the release does not know."""
    patch.setitem(order_history._LETTERS, "cancel", "k")
    patch.setitem(order_history._ACTIONS, "k", "cancel")


@pytest.mark.parametrize("change", [another_name, another_value])
def test_a_format_that_only_this_code_can_read_is_found_whoever_writes_first(
    last_release: Release, tape: Tape, change: Callable[[pytest.MonkeyPatch], None]
):
    runs = Runs(last_release, tape)
    verdict.judge("1.0.0", runs.differences(offer_and_cancel), WANTED)
    with pytest.MonkeyPatch.context() as patch:
        change(patch)
        with pytest.raises(pytest.fail.Exception) as failure:
            verdict.judge("1.0.0", runs.differences(offer_and_cancel), WANTED)
    assert "WorkOrdersTable" in str(failure.value)
    assert "GET /api/v1/messaging/work-order/{work_order_id}" in str(failure.value)


def test_what_only_this_code_serves_is_not_asked_of_the_release(
    last_release: Release, tape: Tape, monkeypatch: pytest.MonkeyPatch
):
    versions = Versions(last_release, tape, last_release.name, monkeypatch)
    assert last_release.has("POST /api/v1/messaging/ping", "messaging")
    assert last_release.has("projector", "projector")
    assert not last_release.has("POST /api/v1/messaging/unsend", "messaging")
    assert not last_release.has("unsend", "unsend")
    monkeypatch.setattr(last_release, "handle", None)
    with versions.alone():
        agents.register(versions, "nova")
    assert versions.differences == []
