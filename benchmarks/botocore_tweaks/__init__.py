"""Leaner ways to DynamoDB, behind the same table modules."""
