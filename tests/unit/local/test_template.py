import pytest

from local.model import Authorizer, Route, Secret
from local.template import TEMPLATE, TemplateError, interval, load


def test_the_template_of_the_project_can_be_run():
    template = load()

    key = Authorizer("KeyAuthorizer", "AuthorizerFunction", ("authorization",), 60)
    assert Route("POST", "/api/v1/messaging/ping", "MessagingFunction", key) in template.routes
    assert "AgentMessagesTable" in {table.name for table in template.tables}
    assert all(
        (TEMPLATE.parent / "functions") in each.code.parents for each in template.functions.values()
    )


def test_a_function_has_what_the_globals_say_unless_it_says_otherwise(project):
    template = load(project / "template.yaml")

    echo, misbehaving = (
        template.functions["EchoFunction"],
        template.functions["MisbehavingFunction"],
    )
    assert (echo.timeout, misbehaving.timeout) == (3, 1)
    assert echo.environment == {
        "GREETING": "hello",
        "REGISTRATION_MODE": "key",
        "ITEMS_TABLE": "ItemsTable",
    }
    assert echo.layers == (project / "layers/shared",)
    assert echo.code == project / "functions/echo"


def test_a_table_has_its_keys_its_indexes_its_stream_and_its_ttl(template):
    [table] = template.tables

    assert table.create["TableName"] == "ItemsTable"
    assert table.create["StreamSpecification"] == {
        "StreamEnabled": True,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    assert [each["IndexName"] for each in table.create["GlobalSecondaryIndexes"]] == ["by_owner"]
    assert table.ttl_attribute == "purge_at"


def test_a_secret_has_its_length(project):
    path = project / "template.yaml"
    secret = "{Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: {%s}}}"
    path.write_text(f"{path.read_text()}  One: {secret % 'PasswordLength: 8'}\n")

    assert load(path).secrets == (Secret("One", 8),)

    path.write_text(path.read_text().replace("PasswordLength: 8", "SecretStringTemplate: '{}'"))
    with pytest.raises(TemplateError, match="secret One: the local server supports only Generate"):
        load(path)


def test_a_stream_mapping_names_its_table_and_its_limits(template):
    [mapping] = template.streams

    assert (mapping.table, mapping.function) == ("ItemsTable", "CollectorFunction")
    assert (mapping.batch_size, mapping.max_retries, mapping.bisect) == (10, 2, True)
    assert mapping.max_age == 3600
    assert mapping.filters == ({"eventName": ["INSERT"]},)


def test_a_parameter_overrides_its_default(project):
    template = load(project / "template.yaml", {"Greeting": "good day", "Every": "rate(2 hours)"})

    assert template.functions["EchoFunction"].environment["GREETING"] == "good day"
    assert template.schedules[0].every == 7200


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("rate(1 minute)", 60),
        ("rate(5 minutes)", 300),
        ("rate(1 hour)", 3600),
        ("rate(2 days)", 172800),
    ],
)
def test_a_rate_is_a_number_of_seconds(expression, seconds):
    assert interval(expression) == seconds


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rate(1 hour)", "cron(0 1 1 1 1 1)", "not cron"),
        ("rate(1 hour)", "rate(0 hours)", "not a rate"),
        ("!Ref ItemsTable", "!Ref NoTable", "!Ref NoTable refers to nothing"),
        (
            "ItemsTable.StreamArn",
            "NoTable.StreamArn",
            "!GetAtt NoTable.StreamArn refers to nothing",
        ),
        ("ItemsTable.StreamArn", "ItemsTable.Colour", "does not support !GetAtt ItemsTable.Colour"),
        ("!Ref Greeting", "!Join ['', [a]]", "does not support Fn::Join"),
        ('["INSERT"]', '[{"numeric": [1]}]', "does not support the filter 'numeric'"),
        ("      CodeUri: functions/echo\n", "", "malformed near 'CodeUri'"),
        ("Resources:", "Resources: [", "template.yaml, line"),
        ("Resources:", "Sources:", "no Resources"),
    ],
)
def test_what_cannot_be_run_is_one_line_that_says_where(project, old, new, message):
    path = project / "template.yaml"
    path.write_text(path.read_text().replace(old, new))

    with pytest.raises(TemplateError) as refused:
        load(path)

    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("template.yaml")


def test_a_template_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(TemplateError, match=r"template\.yaml cannot be read"):
        load(tmp_path / "template.yaml")


def test_a_parameter_that_does_not_exist_is_refused(project):
    with pytest.raises(TemplateError, match="parameter Greetings"):
        load(project / "template.yaml", {"Greetings": "x"})
