"""What the pages say of the states of a work order is the table of its transitions."""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from agent_messaging.docs import pages
from agent_messaging.work_orders import states
from agent_messaging.work_orders.states import OPEN, TRANSITIONS, Status, Transition

ROOT = Path(__file__).parents[3]
API = (ROOT / "docs" / "api.md").read_text("utf-8")
LLMS = (Path(pages.__file__).parent / "llms.txt").read_text("utf-8")


def from_each_state(transitions: Iterable[Transition]) -> dict[Status, list[Transition]]:
    steps = defaultdict(list)
    for step in transitions:
        steps[step.source].append(step)
    return steps


def diagram(transitions: Iterable[Transition]) -> str:
    """The picture of the machine: under each open state, what leads where, and who does it."""
    lines = []
    for source, steps in from_each_state(transitions).items():
        lines.append(f"    {source}")
        for step in steps:
            who = f"the {step.role or 'deadline'}"
            lines.append(f"        {step.action:<9} {who:<13} -> {step.target}")
    return "\n".join(lines)


def test_the_picture_in_the_code_is_that_of_the_table():
    assert f"\n\n{diagram(TRANSITIONS)}\n\n" in states.__doc__


def test_the_api_page_shows_the_picture():
    lines = diagram(TRANSITIONS).splitlines()
    assert "\n```text\n" + "\n".join(line[4:] for line in lines) + "\n```\n" in API


def test_the_picture_shows_one_transition_more():
    longer = [*TRANSITIONS, TRANSITIONS[0]._replace(action="expire", role=None)]
    assert diagram(longer) not in states.__doc__


def test_llms_txt_says_from_which_state_an_order_goes_where():
    unwrapped = re.sub(r",\n    (?=\w)", ", ", LLMS)
    for source, steps in from_each_state(TRANSITIONS).items():
        ways = dict.fromkeys(f"{step.target} ({step.role or 'time passed'})" for step in steps)
        assert f"\n  {source} -> {', '.join(ways)}\n" in unwrapped


def test_llms_txt_says_what_each_action_writes():
    written = LLMS.partition("content_sha256   hash of")[2].partition("Keep the last entry")[0]
    rows = re.findall(r"^    ([a-z, ]+?)  +([a-z_{].*)$", written, re.M)
    told = {action: names for actions, names in rows for action in actions.split(", ")}
    assert {action: told[action] for action in states.Action} == {
        action: ", ".join(action.writes) or "{}" for action in states.Action
    }


def test_the_api_page_has_each_other_end_with_who_brings_it_about_and_from_where():
    table = API.partition("## How a work order moves")[2].partition("Every other change")[0]
    rows = re.findall(r"^\| `(\w+)` \| the (\w+)[^|]* \| (.*) \|$", table, re.M)
    told = {(end, who, source) for end, who, from_ in rows for source in re.findall(r"\w+", from_)}
    assert told == {
        (step.target, step.role or "system", step.source)
        for step in TRANSITIONS
        if step.target not in OPEN and step.target is not Status.COMPLETED
    }
