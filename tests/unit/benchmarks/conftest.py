import boto3
import pytest


@pytest.fixture(scope="session")
def dynamodb_model():
    return boto3.client("dynamodb").meta.service_model
