"""Faster clients for DynamoDB, behind the same table modules."""
