"""Whatever is sent to a route that takes a body: an answer below 500, in the shape all have."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.in_process.functions import TEMPLATE
from local.in_process.requests import BASE
from tests.integration.cloud import Cloud
from tests.integration.test_open_mode import GROUPS, filled, parameter
from tests.scale import examples

ROUTES = sorted(
    (route.method, route.path.removeprefix(BASE))
    for route in TEMPLATE.routes
    if route.method in ("POST", "PUT", "PATCH")
    and TEMPLATE.functions[route.function].code.name in GROUPS
)
FIELDS = [
    "to_agent_id", "message", "subject", "body", "priority", "thread_id", "reply_to_id", "type",
    "metadata", "message_ids", "status_message", "accepts_work_orders", "max_concurrent_jobs",
    "title", "description", "requirements", "deliverables", "budget_usd", "deadline_at", "action",
    "estimated_completion", "rejection_reason", "result_data", "result_url", "summary", "reason",
    "name", "capabilities", "agent_id",
]  # fmt: skip
WORDS = [
    "nova", "boots", "ghost", "accept", "reject", "chat_message", "", "\x00", "\ud800", "me",
    "2099-01-01T00:00:00Z", "0001-01-01T00:00:00+12:00", "9999-12-31T23:59:59-12:00",
    "msg_01m830ztk8hqmnnzmzdykrdxts", "thr_01m830ztk8hqmnnzmzdykrdxts0000000000000000", "https://x.y",
]  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(WORDS)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
# Some fields right, so that the others are reached.
bodies = st.fixed_dictionaries(
    {},
    optional={
        "to_agent_id": st.just("boots"),
        "body": st.just("x"),
        "title": st.just("t"),
        "description": st.just("d"),
        "action": st.sampled_from(["accept", "reject"]),
        "name": st.just("n"),
    },
).flatmap(
    lambda sound: st.dictionaries(st.sampled_from(FIELDS), values, max_size=4).map(
        lambda wild: {**sound, **wild}
    )
)
raws = (
    bodies.map(json.dumps) | values.map(json.dumps) | st.text(max_size=30) | st.binary(max_size=30)
)
queries = st.text(alphabet="agent_id=nova&limit=%ff0&cursor=+é;", max_size=30)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nothing_that_is_sent_breaks_a_route(pair: Cloud, method: str, path: str):
    order_id = pair.offer("nova", "boots")
    identity = "" if path == "/agents/register" else f"{parameter(path)}=nova"
    path = filled(path)
    if "work-order/" in path:
        path, identity = f"/messaging/work-order/{order_id}/{path.split('/')[-1]}", "agent_id=boots"

    @settings(
        max_examples=examples(40),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(raw=raws, query=st.just("") | queries)
    def attack(raw: str | bytes, query: str):
        wanted = "&".join(part for part in (identity, query) if part)
        assert pair.call(method, path, wanted, raw=raw).status < 500

    attack()


@pytest.mark.parametrize(
    "path", ["/messaging/inbox", "/messaging/work-orders", "/agents", "/messaging/sent"]
)
def test_no_query_breaks_a_list(pair: Cloud, path: str):
    known = ["limit", "cursor", "status", "type", "role", "online", "capability", "q"]
    names = st.sampled_from([*known, "x", "%ff", ""])
    texts = st.text(max_size=12) | st.sampled_from(["worker", "pending", "true", "1", "100"])

    @settings(
        max_examples=examples(60),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(pairs=st.lists(st.tuples(names, texts), max_size=4))
    def attack(pairs: list[tuple[str, str]]):
        query = "&".join(["agent_id=nova", *(f"{name}={text}" for name, text in pairs)])
        assert pair.get(path, query).status < 500

    attack()
