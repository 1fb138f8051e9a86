"""A small project for each test."""

import pytest

from local.template import load
from tests.unit.local.project import write_project


@pytest.fixture
def project(tmp_path):
    return write_project(tmp_path)


@pytest.fixture
def template(project):
    return load(project / "template.yaml")
