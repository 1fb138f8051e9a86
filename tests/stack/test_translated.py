"""What parameters turn on and off, in the template that CloudFormation gets."""

from typing import Any

from tests.stack.translated import translated

CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/0f1e"
DOMAIN = ("DomainName=agents.example.com", f"CertificateArn={CERTIFICATE}")
EXECUTE_API = "https://${MessagingApi}.execute-api."


def api(*parameters: str) -> dict[str, Any]:
    """The OpenAPI document that API Gateway reads."""
    return dict(translated(*parameters)["Resources"]["MessagingApi"]["Properties"]["Body"])


def test_by_default_the_api_has_the_name_of_the_gateway_and_no_cors():
    left = translated()
    assert not [name for name in left["Resources"] if name.startswith("ApiDomain")]
    assert "x-amazon-apigateway-cors" not in api()
    assert left["Outputs"]["ApiUrl"]["Value"]["Fn::Sub"].startswith(EXECUTE_API)
    assert not {"DomainTarget", "AlarmAddress"} & set(left["Outputs"])


def test_a_domain_leads_to_the_api_and_the_outputs_follow():
    left = translated(*DOMAIN)
    domain = left["Resources"]["ApiDomain"]["Properties"]
    assert domain["DomainNameConfigurations"][0]["EndpointType"] == "REGIONAL"
    mapping = left["Resources"]["ApiDomainMapping"]["Properties"]
    assert mapping["ApiId"] == {"Ref": "MessagingApi"}
    assert left["Resources"][mapping["Stage"]["Ref"]]["Type"] == "AWS::ApiGatewayV2::Stage"
    assert left["Outputs"]["ApiUrl"]["Value"] == {"Fn::Sub": "https://${DomainName}/api/v1"}
    assert left["Outputs"]["DomainTarget"]["Value"]["Fn::GetAtt"][0] == "ApiDomain"
    # Without a hosted zone, the record is the operator's.
    assert "ApiDomainRecord" not in left["Resources"]
    # The name that the gateway gave stays in use.
    assert "x-amazon-apigateway-endpoint-configuration" not in api(*DOMAIN)


def test_a_hosted_zone_gets_the_record_of_the_domain():
    record = translated(*DOMAIN, "HostedZoneId=Z1")["Resources"]["ApiDomainRecord"]["Properties"]
    assert record["AliasTarget"]["DNSName"] == {"Fn::GetAtt": ["ApiDomain", "RegionalDomainName"]}


def test_cors_allows_the_origins_of_the_parameter_and_opens_no_route():
    cors = api("CorsOrigins=https://a.example,http://localhost:3000")["x-amazon-apigateway-cors"]
    assert cors["allowOrigins"]["Fn::Split"] == [",", "https://a.example,http://localhost:3000"]
    assert set(cors) == {"allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders", "maxAge"}
    assert api("CorsOrigins=*")["paths"] == api()["paths"]


def test_an_address_of_alarms_gets_a_subscription_and_a_command_that_shows_it():
    left = translated("AlarmEmail=ops@example.com")
    assert "AlarmsSubscription" in left["Resources"]
    assert "AlarmAddress" in left["Outputs"]
