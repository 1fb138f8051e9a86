"""The key of this machine stays the same, and signs a digest as what it is."""

import hashlib
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from moto import mock_aws
from moto.kms.responses import KmsResponse
from moto.kms.utils import ECDSAPrivateKey

from local.moto_keys import keep_the_key, sign_digests


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(ECDSAPrivateKey, "__init__", ECDSAPrivateKey.__init__)
    monkeypatch.setattr(ECDSAPrivateKey, "sign", ECDSAPrivateKey.sign)
    monkeypatch.setattr(KmsResponse, "sign", KmsResponse.sign)
    sign_digests()
    keep_the_key()
    with mock_aws():
        yield boto3.client("kms", region_name="us-east-1")


def new(kms: Any) -> str:
    created = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    return str(created["KeyMetadata"]["KeyId"])


def test_each_new_key_is_the_key_of_this_machine(kms: Any):
    first, second = (kms.get_public_key(KeyId=new(kms))["PublicKey"] for _ in range(2))
    assert first == second


def test_a_digest_and_a_message_have_signatures_of_the_same_message(kms: Any):
    key, message = new(kms), b"what was agreed"
    public: Any = load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    for kind, sent in (("RAW", message), ("DIGEST", hashlib.sha256(message).digest())):
        answer = kms.sign(
            KeyId=key, Message=sent, MessageType=kind, SigningAlgorithm="ECDSA_SHA_256"
        )
        public.verify(answer["Signature"], message, ec.ECDSA(SHA256()))
