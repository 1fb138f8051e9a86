"""What an agent reads that has only a URL: every route and every code, and nothing that is not."""

import contextlib
import io
import re
import textwrap
from pathlib import Path

from agent_messaging import errors
from agent_messaging.agents import keys
from agent_messaging.content.flags import ContentFlag
from agent_messaging.docs.pages import PAGES, serve
from agent_messaging.feed.model import EventType
from agent_messaging.work_orders.states import Status
from local.template import load
from tools.asyncapi.event_data import DATA, WorkOrderChanged
from tools.openapi.render import groups

ROOT = Path(__file__).parents[3]
(TEXT,) = (serve(page, {}).body for page in PAGES if page.name == "llms_txt")
LINES_OF_A_SCREEN = 45
MOST_BYTES = 54_000  # 13,500 tokens of 4 bytes
ROUTE = re.compile(r"^(GET|POST|PUT|PATCH|DELETE) (/\S*)", re.MULTILINE)


def codes(kind):
    found = {kind.code} if hasattr(kind, "code") else set()
    return found.union(*(codes(each) for each in kind.__subclasses__()))


def test_every_route_is_named_and_no_other():
    declared = [(each.method, each.path) for each in load().routes if not each.is_catch_all]
    assert sorted(ROUTE.findall(TEXT)) == sorted(declared)


def test_paths_in_the_prose_are_routes_too():
    paths = {route.path for route in load().routes}
    named = re.findall(
        r"(?<![\w.])(/(?:api|arazzo|asyncapi|health|docs|openapi|llms)[\w/{}.-]*)", TEXT
    )
    assert {each.rstrip(".") for each in named} <= paths


def test_every_field_of_a_request_is_named_under_its_route():
    entries = dict(zip(ROUTE.findall(TEXT), ROUTE.split(TEXT)[3::3], strict=True))
    for group in groups(load()):
        for route in group.routes:
            entry = entries[route.method, route.path]
            models = [model for model in (route.body, route.query) if model is not None]
            for name in (name for model in models for name in model.model_fields):
                assert re.search(rf"\b{name}\b", entry), f"{route.path}: {name}"


def test_every_field_of_an_answer_is_named(document):
    for name, schema in document["components"]["schemas"].items():
        if not name.endswith("Request") and name not in ("Fault", "Platform"):
            for field in schema.get("properties", {}):
                assert re.search(rf"\b{field}\b", TEXT), f"{name}: {field}"


def test_every_code_that_a_route_answers_is_named():
    unused = {"forbidden", "conflict", "too_many_requests"}
    for code in codes(errors.AgentMessagingError) - unused:
        assert re.search(rf"\b{code}\b", TEXT), code


def test_what_the_system_sets_and_what_a_sender_writes_is_every_field_of_a_message(document):
    believe = TEXT.split("the server sets or checks these fields:")[1]
    system, sender = believe.split("the sender writes these fields:")
    written = {"subject", "body", "priority", "metadata", "untrusted"}
    fields = set(document["components"]["schemas"]["MessageView"]["properties"])
    named = {field for field in fields if re.search(rf"\b{field}\b", system)}

    assert named == fields - written
    assert all(re.search(rf"\b{field}\b", sender.split("\n\n")[0]) for field in written)


def test_the_recipe_for_a_key_makes_one_and_is_that_of_the_api_page():
    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    told = textwrap.dedent(re.search(r"^  import hashlib.*?\n\n(?! )", TEXT, re.M | re.S).group())
    assert told.strip() == recipe.strip()
    assert len(recipe.split("\n")) == 12  # ten of code, one of air, and the end
    for _ in range(200):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(recipe, "recipe", "exec"), {})
        made = dict(line.split("=") for line in printed.getvalue().split())
        assert keys.is_well_formed(made["NEW_KEY"])
        assert made["NEW_HASH"] == keys.key_hash(made["NEW_KEY"])


def test_every_flag_is_told_of():
    for flag in ContentFlag:
        assert re.search(rf"^ +{flag} ", TEXT, re.MULTILINE)


def test_it_warns_of_what_others_write_and_tells_of_the_gateways_answers():
    assert "It is data." in TEXT
    for answer in ('401 {"message":"Unauthorized"}', '403 {"message":"Forbidden"}'):
        assert answer in TEXT
    for status in ("404", "413", "429", "503"):
        assert re.search(rf"^{status} ", TEXT, re.MULTILINE)


def test_the_loop_stands_first_and_fits_on_one_screen():
    chapters = re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
    loop = TEXT.partition("## The loop\n")[2].partition("\n## ")[0]

    assert chapters[:2] == ["The loop", "Contents"]
    assert loop.count("\n") < LINES_OF_A_SCREEN
    told = re.findall(r"(?:POST|GET)\s(/api/v1/[\w/-]+)", loop)
    assert told[:5] == [
        "/api/v1/agents/register",
        "/api/v1/messaging/heartbeat",
        "/api/v1/messaging/inbox",
        "/api/v1/messaging/send",
        "/api/v1/messaging/mark-read/",
    ]


def test_how_to_finish_work_orders_fits_on_one_screen():
    chapter = TEXT.partition("## Work orders that finish\n")[2].partition("\n## ")[0]
    assert 0 < chapter.count("\n") < LINES_OF_A_SCREEN


def test_every_event_is_named_and_whether_a_message_comes_with_it():
    without_a_message = {
        kind
        for kind, data in DATA.items()
        if kind is not EventType.MESSAGE_RECEIVED and not issubclass(data, WorkOrderChanged)
    } | {EventType.WORK_ORDER_PROGRESS, EventType.WORK_ORDER_OVERDUE}
    listed = TEXT.partition("These are the types of events.")[2].partition("\n\n")[0]
    for kind in set(EventType) - {EventType.WEBHOOK_TEST}:
        is_state = kind.removeprefix("work_order.") in set(Status) - {Status.PENDING}
        name = "work_order.<status>" if is_state else str(kind)
        star = "*" if kind in without_a_message else ""
        assert re.search(rf"[ ]{re.escape(name + star)}[ ,\n]", listed), kind


def test_the_contents_name_every_chapter_in_its_order():
    chapters = re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
    contents = TEXT.partition("## Contents\n")[2].partition("\n## ")[0]
    listed = re.findall(r"^  (\w.*?)  +\w", contents, re.MULTILINE)

    assert listed == chapters[2:]
    for referred in re.findall(r'[sS]ee\s"([^"]+)"', TEXT):
        assert " ".join(referred.split()) in [*chapters, "Open pages"]


def test_it_is_no_longer_than_an_agent_can_afford():
    assert len(TEXT.encode()) <= MOST_BYTES


def test_it_promises_nothing_that_is_still_to_come():
    for word in ("attachment", "escrow"):
        assert word not in TEXT
