"""A bad parameter is refused before anything is deployed, with a sentence on what is wrong."""

import re

import pytest

from tests.unit.template.written import PARAMETERS

BAD = [
    ("Architecture", "mips"),
    ("PresenceLeaseSeconds", "29"),
    ("PresenceLeaseSeconds", "3601"),
    ("PresenceLeaseSeconds", "soon"),
    ("HeartbeatSeconds", "4"),
    ("HeartbeatSeconds", "31"),
    ("MessageRetentionDays", "0"),
    ("OrderRetentionDays", "0"),
    ("OrderRetentionDays", "3651"),
    ("ProtectData", "yes"),
    ("AccessLog", "on"),
    ("Canary", "yes"),
    ("RegistrationMode", "closed"),
    ("MessagesPerSender", "0"),
    ("MessagesPerSender", "5001"),
    ("MessagesPerPair", "5001"),
    ("UnitsPerMinute", "999"),
    ("RequestsPerSecond", "-1"),
    ("DomainName", "https://agents.example.com"),
    ("DomainName", "localhost"),
    ("DomainName", "Agents.example.com"),
    ("DomainName", "*.example.com"),
    ("CertificateArn", "arn:aws:iam::123456789012:server-certificate/a"),
    ("HostedZoneId", "example.com"),
    ("CorsOrigins", "example.com"),
    ("CorsOrigins", "https://example.com/"),
    ("CorsOrigins", "https://a.example, https://b.example"),
    ("CorsOrigins", "*,https://a.example"),
    ("AuthorizerConcurrency", "1001"),
    ("RequestConcurrency", "1001"),
    ("BackgroundConcurrency", "-1"),
    ("WaitConcurrency", "1001"),
    ("WebhookConcurrency", "1"),
    ("StatsSchedule", "1 minute"),
    ("StatsSchedule", "rate(1 minutes)"),
    ("StatsSchedule", "rate(0 minutes)"),
    ("StatsSchedule", "rate(5 minute)"),
    ("SweepSchedule", "cron(0 6 * * *)"),
    ("SweepSchedule", "rate(1 minute) or so"),
    ("SigningKeyArn", "alias/transcripts"),
    ("SigningKeyArn", "arn:aws:kms:eu-west-1:123456789012:alias/transcripts"),
    ("LogRetentionDays", "31"),
    ("LogLevel", "DEBUG"),
    ("LogLevel", "info"),
    ("AlarmEmail", "ops"),
    ("AlarmEmail", "ops@example"),
    ("AlarmEmail", "ops@example.com, dev@example.com"),
    ("AlarmEmail", "ops@example.com\n"),
]
GOOD = [
    ("PresenceLeaseSeconds", "3600"),
    ("HeartbeatSeconds", "5"),
    ("StatsSchedule", "rate(1 minute)"),
    ("StatsSchedule", "rate(10 minutes)"),
    ("SweepSchedule", "cron(0/5 6 * * ? *)"),
    ("SweepSchedule", "rate(1 day)"),
    ("AlarmEmail", ""),
    ("AlarmEmail", "ops+alarms@mail.example.com"),
    (
        "SigningKeyArn",
        "arn:aws:kms:eu-west-1:123456789012:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
    ),
    ("LogRetentionDays", "365"),
    ("DomainName", "agents.example.com"),
    ("CertificateArn", "arn:aws:acm:eu-west-1:123456789012:certificate/0f1e2d3c-4b5a"),
    ("CertificateArn", "arn:aws-us-gov:acm:us-gov-west-1:123456789012:certificate/0f1e"),
    ("HostedZoneId", "Z0123456789ABCDEFGHIJ"),
    ("CorsOrigins", "*"),
    ("CorsOrigins", "https://example.com,http://localhost:3000"),
]


def is_taken(name: str, value: str) -> bool:
    """What CloudFormation decides of a value."""
    parameter = PARAMETERS[name]
    if parameter["Type"] == "Number" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return False
    if value not in map(str, parameter.get("AllowedValues", [value])):
        return False
    if not re.fullmatch(parameter.get("AllowedPattern", ".*"), value):
        return False
    if parameter["Type"] == "Number" and "MinValue" in parameter:
        return bool(parameter["MinValue"] <= float(value) <= parameter["MaxValue"])
    return True


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_refused(name: str, value: str):
    assert not is_taken(name, value)


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_a_good_value_is_taken(name: str, value: str):
    assert is_taken(name, value)


@pytest.mark.parametrize("name", PARAMETERS)
def test_what_a_parameter_is_without_being_told_is_good(name: str):
    assert is_taken(name, str(PARAMETERS[name]["Default"]))


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_says_what_it_is_and_what_it_must_be(name: str):
    parameter = PARAMETERS[name]
    assert re.fullmatch(r"[A-Z].*\.", parameter["Description"], re.DOTALL)
    # CloudFormation writes "Parameter X failed to satisfy constraint: " before it.
    assert re.fullmatch(r"must be .*\.", parameter["ConstraintDescription"])
    limits = {"AllowedValues", "AllowedPattern", "MinValue"} & set(parameter)
    assert len(limits) == 1
    assert ("MinValue" in parameter) == ("MaxValue" in parameter)


def test_every_parameter_has_a_value_that_it_refuses():
    assert {name for name, _ in BAD} == set(PARAMETERS)
