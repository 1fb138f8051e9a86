"""The template of a build has the architecture that was built, and no parameter for it."""

import functools
from typing import Any

import pytest
import yaml
from yaml import CSafeDumper, CSafeLoader

from tests.unit.template.written import DOCUMENT
from tools.build.architecture import settled

WRITTEN = yaml.dump(DOCUMENT, Dumper=CSafeDumper)


@functools.cache
def template_of(architecture: str) -> dict[str, Any]:
    """The template of a build."""
    built: dict[str, Any] = yaml.load(settled(WRITTEN, architecture), CSafeLoader)
    return built


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_functions_and_layer_have_the_architecture_that_was_built(architecture: str):
    built = template_of(architecture)

    assert built["Globals"]["Function"]["Architectures"] == [architecture]
    layer = built["Resources"]["AgentMessagingLayer"]
    assert layer["Properties"]["CompatibleArchitectures"] == [architecture]
    assert not any("Architectures" in each["Properties"] for each in functions(built))


def test_a_deploy_cannot_choose_another_and_the_rest_is_unchanged():
    built = template_of("x86_64")

    assert set(DOCUMENT["Parameters"]) - set(built["Parameters"]) == {"Architecture"}
    assert "{'Ref': 'Architecture'}" not in str(built)
    untouched = {"Parameters", "Globals", "Resources"}
    assert {key: built[key] for key in built if key not in untouched} == {
        key: DOCUMENT[key] for key in DOCUMENT if key not in untouched
    }
    assert settled(settled(WRITTEN, "x86_64"), "x86_64") == settled(WRITTEN, "x86_64")


def test_a_misspelt_architecture_ends_the_build():
    with pytest.raises(ValueError, match="aarch64 is not one of arm64, x86_64"):
        settled(WRITTEN, "aarch64")


def functions(template: dict) -> list:
    resources = template["Resources"].values()
    return [each for each in resources if each["Type"] == "AWS::Serverless::Function"]
