"""Patch moto's KMS: it signs a digest as what it is, and here with a key that stays the same.

moto takes a digest for a message, and hashes it again. Its keys are random, so a transcript of
yesterday could not be verified today.
"""

from __future__ import annotations

import functools
import hashlib
from contextvars import ContextVar
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from moto.kms.responses import KmsResponse
from moto.kms.utils import ECDSAPrivateKey, KeySpec

from local.moto_replace import Method, replace

# Everybody knows this key. It opens nothing, and signs only what a server on this machine made.
LOCAL_ONLY = int.from_bytes(hashlib.sha256(b"LocalOnlySigningKey").digest(), "big")

_is_digest: ContextVar[bool] = ContextVar("is_digest", default=False)


def sign_digests() -> None:
    """Let `MessageType=DIGEST` mean that the message is a digest."""
    replace(KmsResponse, "sign", _noting_the_type(KmsResponse.sign))
    replace(ECDSAPrivateKey, "sign", _signing(ECDSAPrivateKey.sign))


def keep_the_key() -> None:
    """Let each new key of P-256 be the key of this machine."""
    replace(ECDSAPrivateKey, "__init__", _always_the_same(ECDSAPrivateKey.__init__))


def _noting_the_type(sign: Method) -> Method:
    @functools.wraps(sign)
    def noting(self: Any) -> Any:
        token = _is_digest.set(self._get_param("MessageType") == "DIGEST")
        try:
            return sign(self)
        finally:
            _is_digest.reset(token)

    return noting


def _signing(sign: Method) -> Method:
    @functools.wraps(sign)
    def signing(self: Any, message: bytes, signing_algorithm: str) -> Any:
        if _is_digest.get() and signing_algorithm == "ECDSA_SHA_256":
            return self.private_key.sign(message, ec.ECDSA(Prehashed(SHA256())))
        return sign(self, message, signing_algorithm)

    return signing


def _always_the_same(create: Method) -> Method:
    @functools.wraps(create)
    def same(self: Any, key_spec: str) -> None:
        create(self, key_spec)
        if key_spec == KeySpec.ECC_NIST_P256:
            self.private_key = ec.derive_private_key(LOCAL_ONLY, ec.SECP256R1())

    return same
