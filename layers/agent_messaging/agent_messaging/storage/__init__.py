"""Storage: DynamoDB as the tables of the other packages use it."""
