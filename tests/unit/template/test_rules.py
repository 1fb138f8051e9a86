"""The rules of the template permit the pairs that the functions take, and no others."""

from collections.abc import Callable
from itertools import product

import pytest

from agent_messaging import settings
from local.cloudformation import TemplateError, scope_of
from local.rules import check
from tests.unit.template.written import DOCUMENT, PARAMETERS

# By rule: its parameters, the variables that take them, and what reads them.
RULES: dict[str, tuple[dict[str, str], Callable[[], object]]] = {
    "HeartbeatWithinLease": (
        {
            "HeartbeatSeconds": "HEARTBEAT_SECONDS",
            "PresenceLeaseSeconds": "PRESENCE_LEASE_SECONDS",
        },
        settings.presence_lease,
    ),
    "PairWithinSender": (
        {"MessagesPerSender": "MESSAGES_PER_SENDER", "MessagesPerPair": "MESSAGES_PER_PAIR"},
        settings.message_limits,
    ),
    "OrdersOutliveMessages": (
        {
            "MessageRetentionDays": "MESSAGE_RETENTION_DAYS",
            "OrderRetentionDays": "ORDER_RETENTION_DAYS",
        },
        settings.order_retention,
    ),
}


def refusal(**parameters: str) -> str | None:
    """What CloudFormation says of these parameters, None if it takes them."""
    try:
        check(DOCUMENT, scope_of(DOCUMENT, parameters).values)
    except TemplateError as error:
        return str(error)
    return None


def test_the_defaults_are_taken():
    assert refusal() is None


def test_a_heartbeat_of_a_minute_needs_a_lease_of_two():
    assert refusal(HeartbeatSeconds="60", PresenceLeaseSeconds="120") is None
    assert refusal(HeartbeatSeconds="60", PresenceLeaseSeconds="90") == (
        "HeartbeatSeconds=60 needs PresenceLeaseSeconds=120 or more: "
        "the lease is at least twice the heartbeat."
    )


def test_every_rule_is_compared_with_the_code():
    assert {*RULES, "DomainHasCertificate"} == set(DOCUMENT["Rules"])


CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/0f1e"


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"DomainName": "a.example.com", "CertificateArn": CERTIFICATE}, None),
        (
            {"DomainName": "a.example.com", "CertificateArn": CERTIFICATE, "HostedZoneId": "Z1"},
            None,
        ),
        ({"DomainName": "a.example.com"}, "DomainName needs CertificateArn: "),
        ({"CertificateArn": CERTIFICATE}, "CertificateArn needs DomainName: "),
        ({"HostedZoneId": "Z1"}, "HostedZoneId needs DomainName: "),
    ],
)
def test_a_domain_and_its_certificate_come_together(parameters: dict[str, str], said: str | None):
    assert (refusal(**parameters) or "").startswith(said or "")
    assert (refusal(**parameters) is None) == (said is None)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_permits_what_the_functions_take(rule: str, monkeypatch: pytest.MonkeyPatch):
    variables, read = RULES[rule]
    verdicts = set()
    for values in product(*(PARAMETERS[name]["AllowedValues"] for name in variables)):
        parameters = dict(zip(variables, map(str, values), strict=True))
        for name, value in parameters.items():
            monkeypatch.setenv(variables[name], value)
        said = refusal(**parameters)
        assert (said is None) == is_taken(read), parameters
        verdicts.add(said is None)
    assert verdicts == {True, False}


def is_taken(read: Callable[[], object]) -> bool:
    try:
        read()
    except settings.SettingError:
        return False
    return True


@pytest.mark.parametrize("rule", RULES)
def test_a_refusal_names_both_parameters_and_the_nearest_permitted_value(rule: str):
    (first, second), _ = RULES[rule]
    allowed = PARAMETERS[second]["AllowedValues"]
    for assertion in DOCUMENT["Rules"][rule]["Assertions"]:
        [is_other, is_permitted] = assertion["Assert"]["Fn::Or"]
        value = is_other["Fn::Not"][0]["Fn::Equals"][1]
        permitted = [int(each) for each in is_permitted["Fn::Contains"][0]]
        assert permitted == [each for each in allowed if each in permitted]
        nearest = permitted[0] if permitted[-1] == allowed[-1] else permitted[-1]
        said = f"{first}={value} needs {second}={nearest}"
        assert assertion["AssertDescription"].startswith(said)


@pytest.mark.parametrize("name", sorted({name for names, _ in RULES.values() for name in names}))
def test_a_parameter_lists_the_values_that_it_may_have(name: str):
    *others, last = PARAMETERS[name]["AllowedValues"]
    listed = f"{', '.join(map(str, others))} or {last}."
    assert PARAMETERS[name]["ConstraintDescription"].endswith(f": {listed}")
