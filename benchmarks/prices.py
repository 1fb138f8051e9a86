"""The price list: what AWS charges, each price with its page. This is its only place.

    python -m benchmarks.dollars --write     compute all dollars of docs/costs.md again

The prices are those of one region on one day, in US dollars, without a free tier and without taxes.
To use your own prices, change them and run the command.
"""

from typing import Self

REGION = "us-east-1"
DATE = "2026-11-30"

_DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
_GATEWAY = "https://aws.amazon.com/api-gateway/pricing/"
_LAMBDA = "https://aws.amazon.com/lambda/pricing/"
_CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/"
_SECRETS = "https://aws.amazon.com/secrets-manager/pricing/"
_KMS = "https://aws.amazon.com/kms/pricing/"
_QUEUES = "https://aws.amazon.com/sqs/pricing/"
_TRAFFIC = "https://aws.amazon.com/ec2/pricing/on-demand/"
_EVENTBRIDGE = "https://aws.amazon.com/eventbridge/pricing/"


class Price(float):
    """A price in US dollars, with what it is for, and the page that says so."""

    what: str
    source: str

    def __new__(cls, dollars: float, what: str, source: str) -> Self:
        """Return a number that knows what it is for."""
        price = super().__new__(cls, dollars)
        price.what, price.source = what, source
        return price


PER_MILLION_WRITE_UNITS = Price(0.625, "a million write units, on demand", _DYNAMODB)
PER_MILLION_READ_UNITS = Price(0.125, "a million read units, on demand", _DYNAMODB)
PER_GB_MONTH_OF_TABLES = Price(0.25, "a GB stored for a month", _DYNAMODB)
PER_GB_MONTH_OF_RECOVERY = Price(0.20, "a GB of point-in-time recovery for a month", _DYNAMODB)
PER_MILLION_STREAM_READS = Price(0.0, "reads of a stream by Lambda", _DYNAMODB)
PER_MILLION_GATEWAY_REQUESTS = Price(1.00, "a million requests to an HTTP API", _GATEWAY)
PER_MILLION_SOCKET_MESSAGES = Price(1.00, "a million WebSocket messages of 32 KB", _GATEWAY)
PER_MILLION_CONNECTION_MINUTES = Price(0.25, "a million minutes of connections", _GATEWAY)
PER_MILLION_QUEUE_REQUESTS = Price(0.40, "a million requests to a queue", _QUEUES)
PER_MILLION_INVOCATIONS = Price(0.20, "a million invocations", _LAMBDA)
PER_GB_SECOND = Price(0.0000133334, "a GB-second on arm64", _LAMBDA)
PER_GB_SECOND_X86 = Price(0.0000166667, "a GB-second on x86_64", _LAMBDA)
PER_MILLION_SCHEDULED = Price(0.0, "invocations by scheduled rules", _EVENTBRIDGE)
PER_GB_OF_LOGS = Price(0.50, "a GB of logs taken in", _CLOUDWATCH)
PER_GB_MONTH_OF_LOGS = Price(0.03, "a GB of logs stored for a month", _CLOUDWATCH)
PER_METRIC_MONTH = Price(0.30, "a custom metric for a month", _CLOUDWATCH)
PER_ALARM_MONTH = Price(0.10, "an alarm for a month", _CLOUDWATCH)
PER_DASHBOARD_MONTH = Price(3.00, "a dashboard for a month", _CLOUDWATCH)
PER_SECRET_MONTH = Price(0.40, "a secret for a month", _SECRETS)
PER_10000_KEY_REQUESTS = Price(0.03, "10,000 requests to KMS", _KMS)
PER_10000_SIGNATURES = Price(0.15, "10,000 signatures of KMS with an asymmetric key", _KMS)
PER_SIGNING_KEY_MONTH = Price(1.00, "a key of KMS for a month", _KMS)
PER_GB_OF_TRAFFIC = Price(0.09, "a GB sent to the internet", _TRAFFIC)

# What an account has free of charge in each month, all its stacks together.
FREE_METRICS = 10
FREE_ALARMS = 10
FREE_DASHBOARDS = 3
FREE_KEY_REQUESTS = 20_000


def price_list() -> dict[str, Price]:
    """Return each price by its name."""
    return {name: price for name, price in globals().items() if isinstance(price, Price)}
