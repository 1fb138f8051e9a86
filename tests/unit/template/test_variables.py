"""A function has the variables that it reads, and no others."""

import json
import os
import subprocess
import sys

import pytest

from tests.integration.roles import granted
from tests.unit.template.reading import UNREAD
from tests.unit.template.written import FILE, FUNCTIONS

TABLE = "_TABLE"
GIVEN = {
    name: dict(function.get("Environment", {}).get("Variables", {}))
    for name, function in FUNCTIONS.items()
}
# boto3 reads them when a registration needs the key, a message is sent, or a transcript is signed,
# and not before.
LATER = {
    "AWS_ENDPOINT_URL_KMS",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "AWS_ENDPOINT_URL_SQS",
}
TEMPLATES = {name for variables in GIVEN.values() for name in variables}


@pytest.fixture(scope="module")
def read() -> dict[str, set[str]]:
    """By function, the variables of the template that it reads when it starts, and `UNREAD`."""
    command = [sys.executable, "-m", "tests.unit.template.reading"]
    # Without those that this process was given.
    environment = {name: value for name, value in os.environ.items() if name not in TEMPLATES}
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=FILE.parent, env=environment
    )
    return {
        name: set(names) & (TEMPLATES | {UNREAD}) for name, names in json.loads(done.stdout).items()
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_the_variables_that_it_reads(function: str, read: dict[str, set[str]]):
    assert set(GIVEN[function]) - LATER == read[function] - LATER


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_knows_the_tables_that_its_role_opens(function: str):
    """To read a name is not to use it: a role grants what a function does, and nothing else."""
    opened = {right.table for right in granted()[function]}
    named = {value["Ref"] for name, value in GIVEN[function].items() if name.endswith(TABLE)}
    assert named == opened


def test_no_variable_is_every_functions():
    assert set.intersection(*(set(variables) for variables in GIVEN.values())) == set()
