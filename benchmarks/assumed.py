"""Times, sizes and shares that are assumed, because no benchmark counts them. Each has its reason.

The meter of the functions charges a request for what is around its tables (`storage.units`). These
assumptions are higher than what `benchmarks.dollars` computes from counts, and `benchmarks.scale`
uses them too.
"""

from benchmarks import prices

# A function with this memory has one core. With less it has a share of one.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
MEGABYTES_OF_A_CORE = 1769
# Instructions that a core executes in a second. An import of 1,185 million takes a third of one.
INSTRUCTIONS_PER_SECOND = 3.0e9
# DynamoDB answers within single-digit milliseconds: https://aws.amazon.com/dynamodb/features/
DYNAMODB_SECONDS = 0.005
# A transaction takes longer, because DynamoDB prepares its items and then commits. AWS publishes no
# time.
TRANSACTION_SECONDS = 0.020
# A post to a connection, a call of SQS, and a request to the receiver of a webhook. AWS publishes
# no times of the first two. A receiver's time is its own.
POST_SECONDS = 0.010
QUEUE_SECONDS = 0.010
RECEIVER_SECONDS = 0.3
# Lambda's two lines for an invocation, in JSON.
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
START_LINE = (
    '{"time":"2026-11-30T00:00:00.000Z","type":"platform.start","record":'
    '{"requestId":"79b4f56e-95b1-4643-9700-2807f4e68189","version":"$LATEST"}}'
)
REPORT_LINE = (
    '{"time":"2026-11-30T00:00:00.000Z","type":"platform.report","record":'
    '{"requestId":"79b4f56e-95b1-4643-9700-2807f4e68189","metrics":{"durationMs":23.456,'
    '"billedDurationMs":24,"memorySizeMB":512,"maxMemoryUsedMB":100},"status":"success"}}'
)
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutLogEvents.html
LINE_OVERHEAD = 26  # bytes that CloudWatch adds to each line
GATEWAY_HEADERS = 200  # bytes that the gateway adds to an answer: date, length, request id
GATEWAY_BYTES = 512 * 1024  # the step in which the gateway meters requests and answers

# What the meter charges at most for a call.
MEMORY_GB = 0.5
SECONDS = 0.03
LOG_BYTES = 800  # the lines of Lambda and of the function
ACCESS_LOG_BYTES = 400  # the line of the gateway, with AccessLog=true
# The authorizer runs once a minute for each key. Here it runs for every fifth call.
AUTHORIZED_EACH = 5
AUTHORIZER_READ_UNITS = 0.5


def around_it() -> float:
    """Return the US dollars of a million calls: gateway, functions, authorizer, logs."""
    invocation = prices.PER_MILLION_INVOCATIONS + MEMORY_GB * SECONDS * prices.PER_GB_SECOND * 1e6
    read = AUTHORIZER_READ_UNITS * prices.PER_MILLION_READ_UNITS
    logs = LOG_BYTES * 1e6 / 1e9 * prices.PER_GB_OF_LOGS
    authorizer = (invocation + read) / AUTHORIZED_EACH
    return prices.PER_MILLION_GATEWAY_REQUESTS + invocation + authorizer + logs


def access_log() -> float:
    """Return the US dollars of a million lines in the access log."""
    return ACCESS_LOG_BYTES * 1e6 / 1e9 * prices.PER_GB_OF_LOGS
