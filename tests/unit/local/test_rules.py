"""The local server refuses parameters that CloudFormation would refuse."""

import subprocess
import sys
from pathlib import Path

import pytest

from local.cloudformation import TemplateError, parse
from local.rules import check
from local.template import TEMPLATE

DOCUMENT = parse(
    """
Parameters:
  Size: {Type: Number, AllowedValues: [1, 2, 3]}
  Colour: {Type: String}
Rules:
  Small:
    RuleCondition: !Equals [!Ref Colour, red]
    Assertions:
      - Assert: !And [!Not [!Equals [!Ref Size, 3]], !Contains [["1", "2"], !Ref Size]]
        AssertDescription: Red ones are small.
  Known:
    Assertions:
      - Assert: !Or [!Equals [!Ref Colour, red], !Equals [!Ref Colour, blue]]
        AssertDescription: Use red or blue.
Resources: {}
""",
    "test.yaml",
)


@pytest.mark.parametrize(
    ("size", "colour", "said"),
    [
        ("1", "red", None),
        ("2", "red", None),
        ("3", "red", "Red ones are small."),
        ("3", "blue", None),
        ("1", "green", "Use red or blue."),
        ("4", "blue", "Size is 4, but must be 1, 2 or 3"),
    ],
)
def test_a_rule_holds_where_its_condition_does(size: str, colour: str, said: str | None):
    values = {"Size": size, "Colour": colour}
    if said is None:
        check(DOCUMENT, values)
        return
    with pytest.raises(TemplateError) as refused:
        check(DOCUMENT, values)
    assert str(refused.value) == said


def test_a_function_that_is_not_known_is_named():
    rules = {"Odd": {"Assertions": [{"Assert": {"Fn::EachMemberIn": [["1"], ["1"]]}}]}}
    with pytest.raises(TemplateError, match="does not support Fn::EachMemberIn in Rules"):
        check({"Rules": rules}, {})


def test_the_server_says_in_one_line_what_does_not_go_together(tmp_path: Path):
    text = TEMPLATE.read_text("utf-8")
    heartbeat = "  HeartbeatSeconds:\n    Type: Number\n    Default: "
    assert heartbeat + "30\n" in text
    template = tmp_path / "template.yaml"
    template.write_text(text.replace(heartbeat + "30", heartbeat + "60"), "utf-8")

    command = [sys.executable, "-m", "local", "--template", str(template)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "template.yaml: HeartbeatSeconds=60 needs PresenceLeaseSeconds=120 or more: "
        "the lease is at least twice the heartbeat.\n"
    )
