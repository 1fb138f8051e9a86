"""The environments of samconfig.toml: which there are, and how they differ."""

import tomllib

import pytest

from tests.unit.template.test_parameters import is_taken
from tests.unit.template.written import DOCUMENT, FILE, PARAMETERS

SETTINGS = tomllib.loads((FILE.parent / "samconfig.toml").read_text("utf-8"))
ENVIRONMENTS = ("dev", "staging", "prod")


def overrides(environment: str) -> dict[str, str]:
    pairs = SETTINGS[environment]["deploy"]["parameters"]["parameter_overrides"]
    return dict(pair.split("=", 1) for pair in pairs)


def test_there_are_three_environments_and_dev_is_the_default():
    assert set(SETTINGS) == {"version", "default", *ENVIRONMENTS}
    assert SETTINGS["default"] == SETTINGS["dev"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_is_a_stack_of_its_own(environment: str):
    deploy = SETTINGS[environment]["deploy"]["parameters"]
    name = f"agent-messaging-{environment}"
    assert SETTINGS[environment]["global"]["parameters"] == {"stack_name": name}
    assert deploy["s3_prefix"] == name
    assert deploy["tags"] == f"project=agent-messaging environment={environment}"
    assert deploy["resolve_s3"] is True
    # Roles without names of their own need no more.
    assert deploy["capabilities"] == "CAPABILITY_IAM"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_template_takes_what_an_environment_says(environment: str):
    said = overrides(environment)
    assert set(said) <= set(PARAMETERS)
    assert all(is_taken(name, value) for name, value in said.items())


def test_production_alone_keeps_its_data_and_asks_first():
    protected = {each: overrides(each)["ProtectData"] for each in ENVIRONMENTS}
    assert protected == {"dev": "false", "staging": "false", "prod": "true"}
    # A first deploy whose command line replaces the list of an environment must not lose this.
    assert PARAMETERS["ProtectData"]["Default"] == "true"
    asks = {e: SETTINGS[e]["deploy"]["parameters"]["confirm_changeset"] for e in ENVIRONMENTS}
    assert asks == {"dev": False, "staging": False, "prod": True}


def test_a_stack_says_where_it_is_and_how_to_read_the_registration_key():
    outputs = DOCUMENT["Outputs"]
    always = {name for name, output in outputs.items() if "Condition" not in output}
    assert always == {"ApiUrl", "SocketUrl", "DocsUrl", "DashboardUrl", "RegistrationKey"}
    command = outputs["RegistrationKey"]["Value"]["Fn::Sub"]
    assert " --secret-id ${RegistrationKeySecret} " in command
    # The output itself holds no secret.
    assert "resolve:" not in str(outputs)


def test_a_command_of_the_outputs_names_its_region():
    values = [output["Value"].get("Fn::Sub", "") for output in DOCUMENT["Outputs"].values()]
    commands = [value for value in values if str(value).startswith("aws ")]
    assert len(commands) == 2
    assert all(" --region ${AWS::Region} " in command for command in commands)


def test_the_console_is_the_one_of_the_partition():
    """https://docs.aws.amazon.com/general/latest/gr/rande.html#console-endpoints"""
    text, variables = DOCUMENT["Outputs"]["DashboardUrl"]["Value"]["Fn::Sub"]
    assert text.startswith("https://${AWS::Region}.${Console}/cloudwatch/")
    assert variables == {
        "Console": {"Fn::FindInMap": ["Consoles", {"Ref": "AWS::Partition"}, "Host"]}
    }
    assert set(DOCUMENT["Mappings"]["Consoles"]) == {"aws", "aws-cn", "aws-us-gov"}
