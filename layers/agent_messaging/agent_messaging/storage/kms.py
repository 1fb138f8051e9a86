"""A key pair of KMS that signs: ECC_NIST_P256, SIGN_VERIFY.

The client is created at the first call, because most stacks have no such key.
"""

from typing import Any

import boto3

from agent_messaging.storage.connection import CONFIG


class SigningKey:
    """A key of KMS, by its ARN."""

    def __init__(self, arn: str) -> None:
        self.arn = arn
        self._client: Any = None

    @property
    def client(self) -> Any:
        """The client of KMS."""
        if self._client is None:
            self._client = boto3.Session().client("kms", config=CONFIG)
        return self._client

    def public_key(self) -> bytes:
        """Return the public key as a SubjectPublicKeyInfo in DER."""
        return bytes(self.client.get_public_key(KeyId=self.arn)["PublicKey"])

    def sign(self, digest: bytes) -> bytes:
        """Return the signature of a SHA-256 digest, in DER."""
        answer = self.client.sign(
            KeyId=self.arn,
            Message=digest,
            MessageType="DIGEST",
            SigningAlgorithm="ECDSA_SHA_256",
        )
        return bytes(answer["Signature"])
