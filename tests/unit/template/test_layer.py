"""What is cut from the layer's packages is what no role of the template lets a function use."""

import gzip
import importlib.util
import json
import re

import pytest

from local.template import TEMPLATE
from tests.integration.roles import granted

LAYER = TEMPLATE.parent / "layers" / "agent_messaging"
SPEC = importlib.util.spec_from_file_location("trim", LAYER.parents[1] / "tools/build/trim.py")
trim = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(trim)

MODEL = {
    "metadata": {"protocol": "json"},
    "operations": {
        "GetItem": {"input": {"shape": "Asked"}, "errors": [{"shape": "Refused"}]},
        "Other": {"input": {"shape": "Unused"}, "documentation": "<p>long</p>"},
    },
    "shapes": {
        "Asked": {"type": "structure", "members": {"documentation": {"shape": "Text"}}},
        "Refused": {"type": "structure", "members": {}, "documentation": "<p>long</p>"},
        "Text": {"type": "string", "documentation": "<p>long</p>"},
        "Unused": {"type": "structure", "members": {}},
    },
}


def test_the_models_have_the_operations_that_the_roles_allow():
    actions = {right.action for rights in granted().values() for right in rights}
    # A check is an item of a transaction, and no operation.
    checks, transactions = {"ConditionCheckItem"}, {"TransactWriteItems"}
    assert trim.OPERATIONS["dynamodb"] - transactions == actions - checks
    # One right is for both: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
    operations = {"DeleteConnection", "PostToConnection"}
    assert trim.OPERATIONS["apigatewaymanagementapi"] == operations


def test_every_tool_that_the_build_of_the_layer_calls_exists():
    makefile = (LAYER / "Makefile").read_text("utf-8")
    called = re.findall(r'"\$\(TOOLS\)/([\w./-]+)"', makefile)
    assert {"uv.py", "build/trim.py"} <= set(called)
    assert all((LAYER.parents[1] / "tools" / each).is_file() for each in called)
    assert " trim.py" not in makefile


def test_a_trimmed_model_has_what_an_operation_needs_and_no_documentation():
    assert trim.trimmed_model(MODEL, {"GetItem"}) == {
        "metadata": {"protocol": "json"},
        "operations": {"GetItem": MODEL["operations"]["GetItem"]},
        "shapes": {
            "Asked": {"type": "structure", "members": {"documentation": {"shape": "Text"}}},
            "Refused": {"type": "structure", "members": {}},
            "Text": {"type": "string"},
        },
    }


def test_of_the_services_those_that_are_called_stay_in_their_latest_version(tmp_path):
    for service, version in [("dynamodb", "2011"), ("dynamodb", "2012"), ("ec2", "2016")]:
        folder = tmp_path / service / version
        folder.mkdir(parents=True)
        for name, content in [("service-2", MODEL), ("endpoint-rule-set-1", {"rules": []})]:
            (folder / f"{name}.json.gz").write_bytes(gzip.compress(json.dumps(content).encode()))
        (folder / "examples-1.json").write_text("{}")
    partition = {"partition": "aws", "services": {"dynamodb": {"endpoints": {}}, "ec2": {}}}
    (tmp_path / "endpoints.json").write_text(json.dumps({"partitions": [partition]}))

    trim.trim_services(tmp_path, {"dynamodb": {"GetItem"}})

    kept = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.json*"))
    assert kept == ["dynamodb/2012/service-2.json", "endpoints.json"]
    (left,) = json.loads((tmp_path / "endpoints.json").read_text())["partitions"]
    assert left["services"] == {"dynamodb": {"endpoints": {}}}


def test_an_edit_that_finds_another_source_stops_the_build(tmp_path):
    source = tmp_path / "a.py"
    source.write_text("import heavy\nimport heavy\n")
    with pytest.raises(ValueError, match="occurs 2 times"):
        trim.edit(source, "import heavy\n", "")
    with pytest.raises(ValueError, match="occurs 0 times"):
        trim.edit(source, "import light\n", "")
    with pytest.raises(FileNotFoundError):
        trim.remove(tmp_path / "absent")
