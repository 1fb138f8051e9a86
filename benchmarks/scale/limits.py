"""The limits of AWS, as of November 2026. To use other limits, change them and run this again."""

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
PARTITION_WRITE_UNITS = 1_000
PARTITION_READ_UNITS = 3_000
# A new on-demand table takes 4,000 write and 12,000 read units a second. Each table takes twice its
# previous peak. More than that within 30 minutes may be throttled.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
NEW_TABLE_WRITE_UNITS = 4_000
HEADROOM = 2
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
TABLE_UNITS = 40_000
QUERY_BYTES = 1024 * 1024
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
TRANSACTION_FACTOR = 2

# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
GATEWAY_REQUESTS = 10_000
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
NEW_CONNECTIONS = 500  # a second, of an account

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
CONCURRENCY = 1_000
NEW_ACCOUNT_CONCURRENCY = 10  # the page says "reduced". New accounts have ten
# An instance handles at most ten requests a second, even if they are short.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
REQUESTS_PER_INSTANCE = 10
# https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html
INSTANCES_PER_SECOND = 100  # of each function: 1,000 in ten seconds
