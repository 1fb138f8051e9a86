"""Releases of the built stack that say which they are: in each answer of the API.

A release is a copy of the build. Beside each function's code stands a handler that calls the real
one, and in the layer a module with the release's name. So an answer shows the release of the code,
the release of the layer, and the version of the function that served it. Whatever is no answer, as
what the authorizer gives, is refused if code and layer are of two releases.
"""

import os
import shutil
from pathlib import Path
from typing import Any

from tests.stack.deployment import BUILT
from tools.operating.redrive import ALIAS

FUNCTION = "AWS::Serverless::Function"
HEADER = "x-release"
# How long the new release serves before it is taken back.
NEW_SECONDS = 5
HANDLER = """
import app
from release_of_layer import RELEASE as LAYER

CODE = {release!r}


def handler(event, context):
    answer = app.handler(event, context)
    if "statusCode" in (answer or ()):
        served_by = f"{{CODE}} {{LAYER}} {{context.function_version}}"
        answer["headers"] = {{**answer.get("headers", {{}}), {header!r}: served_by}}
    elif CODE != LAYER:
        raise RuntimeError(f"code {{CODE}} runs on layer {{LAYER}}")
    return answer
"""


def write(release: str) -> Path:
    """A copy of the build as this release; its template."""
    folder = BUILT.parent.with_name(f"release-{release}")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(BUILT.parent, folder, copy_function=os.link)
    for function in folder.glob("*Function"):
        (function / "released.py").write_text(HANDLER.format(release=release, header=HEADER))
    layer = folder / "AgentMessagingLayer" / "python" / "release_of_layer.py"
    layer.write_text(f"RELEASE = {release!r}\n")
    return folder / BUILT.name


def say_release(template: dict[str, Any]) -> None:
    """Lets the functions begin with the handler that says its release.

    Here a cold start counts as the function's time, and on a busy machine it takes long.
    """
    shared = template["Globals"]["Function"]
    shared["Handler"] = "released.handler"
    functions = [each for each in template["Resources"].values() if each["Type"] == FUNCTION]
    for properties in (shared, *(each["Properties"] for each in functions)):
        properties["Timeout"] = 120


def fail_when_all_is_new(template: dict[str, Any]) -> None:
    """The same, in a deploy that waits for a signal that nobody gives, and is rolled back then."""
    say_release(template)
    functions = [n for n, each in template["Resources"].items() if each["Type"] == FUNCTION]
    template["Resources"]["Handle"] = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    template["Resources"]["Signal"] = {
        "Type": "AWS::CloudFormation::WaitCondition",
        "DependsOn": [f"{name}Alias{ALIAS}" for name in functions],
        "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": str(NEW_SECONDS)},
    }
