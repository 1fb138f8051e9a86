"""The package behind the functions: one sub-package per noun, and what they all stand on.

    functions/*  ->  http, auth            the door: HTTP or event in, answer out
                 ->  <noun>.table          DynamoDB; knows its model
                 ->  <noun>.model          pure: no boto3, no Powertools, `now` is an argument

Arrows point inward only; `tests/unit/test_architecture.py` holds them.
"""
