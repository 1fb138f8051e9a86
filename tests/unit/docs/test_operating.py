"""The runbook names what exists, and its commands are taken as they are written."""

import os
import re
import subprocess
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.unit.template.written import DOCUMENT, properties_of
from tools.operating.operate import ACTIONS

ROOT = Path(__file__).resolve().parents[3]
RUNBOOK = (ROOT / "docs" / "operating.md").read_text("utf-8")
(STACK,) = re.findall(r"^export STACK=(\S+)$", RUNBOOK, re.MULTILINE)
COMMANDS = re.findall(r"^ *(make (?:operate|redrive|restore)\b.*)$", RUNBOOK, re.MULTILINE)


def test_every_alarm_that_sends_a_mail_has_a_row_and_every_row_an_alarm():
    rows = re.findall(r"^\| (\w+Alarm) \|", RUNBOOK, re.MULTILINE)
    alarms = properties_of("AWS::CloudWatch::Alarm")
    assert sorted(rows) == sorted(name for name, each in alarms.items() if "AlarmActions" in each)


def test_it_says_how_many_alarms_watch_a_trial_and_what_they_cost():
    watching = [name for name in properties_of("AWS::CloudWatch::Alarm") if "Canary" in name]
    assert f"adds {len(watching)} alarms, which cost ${len(watching) / 10:.2f} a month" in RUNBOOK


def test_what_it_names_of_the_template_is_there():
    named = set(re.findall(r"--logical-resource-id (\w+)", RUNBOOK))
    assert named <= set(DOCUMENT["Resources"])
    parameters = {
        "AlarmEmail",
        "ProtectData",
        "AuthorizerConcurrency",
        "AccessLog",
    }
    assert parameters <= set(DOCUMENT["Parameters"])
    assert all(f"`{each}" in RUNBOOK for each in parameters)


def test_the_dashboards_charts_are_listed_in_their_order():
    body = DOCUMENT["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    charts = re.findall(r'"title": "([^"]+)"', body)
    rows = re.findall(r"^\| \d \| ([^|]+) \|", RUNBOOK, re.MULTILINE)
    assert [chart for row in rows for chart in row.split("; ")] == charts


def test_the_stack_is_set_before_the_commands_that_read_it():
    first = RUNBOOK.index("export STACK=")
    assert RUNBOOK.index("$STACK") > first
    assert RUNBOOK.index("\nmake ") > first


def test_every_action_of_the_operator_has_its_command():
    assert set(re.findall(r'DO="([\w-]+) AGENT_ID"', RUNBOOK)) == set(ACTIONS)


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_is_taken_as_it_is_written(line: str):
    completed = subprocess.run(
        ["/bin/sh", "-c", f"{line} --dry-run"],
        cwd=ROOT,
        env={**os.environ, "STACK": STACK},
        capture_output=True,
        text=True,
        check=False,
    )
    where = "--engine http://127.0.0.1:PORT" if "ENGINE=" in line else f"--stack {STACK}"
    assert completed.returncode == 0, completed.stderr
    assert where in completed.stdout
    assert completed.stdout.count("--stack") == (0 if "ENGINE=" in line else 1)


def test_the_command_finds_the_public_key_that_the_stack_has_stored():
    (shorten,) = re.findall(r"--query PublicKey --output text \| (.*)\)$", RUNBOOK, re.MULTILINE)
    private = ec.derive_private_key(2**255 - 19, ec.SECP256R1())
    spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    shown = subprocess.run(
        ["/bin/sh", "-c", shorten], input=b64encode(spki), capture_output=True, check=True
    ).stdout.decode()
    point = spki[-64:]
    stored = urlsafe_b64encode(point[:32]).decode().rstrip("=")
    assert len(shown.strip()) == len(stored) - 1
    assert stored.startswith(shown.strip())
