import pytest

from local import engine
from local.model import Secret
from local.secrets_manager import create_secrets


@pytest.fixture
def secrets_manager(moto_url):
    client = engine.secrets_manager(moto_url)
    yield client
    for each in client.list_secrets()["SecretList"]:
        client.delete_secret(SecretId=each["Name"], ForceDeleteWithoutRecovery=True)
    client.close()


def test_a_secret_is_made_by_its_logical_id_and_length(secrets_manager):
    made = create_secrets(secrets_manager, [Secret("OneSecret", 40), Secret("OtherSecret", 8)])

    assert [(name, len(value)) for name, value in made.items()] == [
        ("OneSecret", 40),
        ("OtherSecret", 8),
    ]
    assert made["OneSecret"].isalnum()
    read = secrets_manager.get_secret_value(SecretId="OneSecret")
    assert read["SecretString"] == made["OneSecret"]


def test_a_secret_that_is_there_keeps_its_value(secrets_manager):
    first = create_secrets(secrets_manager, [Secret("OneSecret", 40)])

    assert create_secrets(secrets_manager, [Secret("OneSecret", 40)]) == first
