"""What a million calls cost, from their budgets in units and the prices below.

    python -m benchmarks.prices

The units are the most that an operation may take (`budgets`), and what it takes to project it. The
prices are those of us-east-1 in November 2026, without a free tier. To use your own prices, change
them and run this again.
"""

from benchmarks.budgets import PROJECTION_WRITE_UNITS, UNITS

# US dollars.
PER_MILLION_WRITE_UNITS = 0.625
PER_MILLION_READ_UNITS = 0.125
PER_MILLION_GATEWAY_REQUESTS = 1.00
PER_MILLION_INVOCATIONS = 0.20
PER_GB_SECOND = 0.0000133334  # arm64
PER_GB_OF_LOGS = 0.50
PER_GB_OF_TRAFFIC = 0.09  # to the internet
# What a call needs in addition to DynamoDB.
MEMORY_GB = 0.5
SECONDS = 0.03
LOG_BYTES = 800  # the three lines of Lambda
ACCESS_LOG_BYTES = 400  # the line of the gateway, with AccessLog=true
# The authorizer runs once a minute for each key. Here it runs for every fifth call.
AUTHORIZED_EACH = 5
AUTHORIZER_READ_UNITS = 0.5
# The operations of an agent, and how many stream records each makes.
OPERATIONS = {
    "heartbeat": 0,
    "inbox page of 20 × 400 B": 0,
    "mark-read": 0,
    "send": 1,
    "send, with a key": 1,
    "send, 16 KB": 1,
    "mark-read, 16 KB": 0,
    "create order": 2,
    "create order, with a deadline": 2,
    "accept": 2,
    "complete": 2,
}


def units_of(name: str) -> tuple[float, float]:
    """Return the write and read units of an operation and of its projection."""
    writes, reads = UNITS[name]
    return writes + OPERATIONS[name] * PROJECTION_WRITE_UNITS, reads


def of_units(writes: float, reads: float) -> float:
    """Return the US dollars of these units, a million times."""
    return writes * PER_MILLION_WRITE_UNITS + reads * PER_MILLION_READ_UNITS


def around_it() -> float:
    """Return the US dollars of a million calls: gateway, functions, authorizer, logs."""
    return sum(parts_around_it().values())


def access_log() -> float:
    """Return the US dollars of a million lines in the access log."""
    return ACCESS_LOG_BYTES * 1e6 / 1e9 * PER_GB_OF_LOGS


def parts_around_it() -> dict[str, float]:
    """Return the same by what you pay for."""
    invocation = PER_MILLION_INVOCATIONS + MEMORY_GB * SECONDS * PER_GB_SECOND * 1e6
    authorizer = (invocation + AUTHORIZER_READ_UNITS * PER_MILLION_READ_UNITS) / AUTHORIZED_EACH
    return {
        "API Gateway": PER_MILLION_GATEWAY_REQUESTS,
        "Lambda": invocation,
        "authorizer, one call in five": authorizer,
        "logs": LOG_BYTES * 1e6 / 1e9 * PER_GB_OF_LOGS,
    }


def table() -> str:
    """Return the table of docs/costs.md."""
    lines = [
        "| a million of | write units | read units | tables, $ | all, $ |",
        "|---|---:|---:|---:|---:|",
    ]
    for name in OPERATIONS:
        writes, reads = units_of(name)
        tables = of_units(writes, reads)
        units = f"{writes:g} | {reads:g}"
        lines.append(f"| {name} | {units} | {tables:.2f} | {tables + around_it():.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
