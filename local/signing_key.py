"""Create the key that signs transcripts, in the KMS of a storage process."""

from __future__ import annotations

from typing import Any

from local import engine


def create(url: str) -> str:
    """Create the key at this URL, and return its ARN."""
    client: Any = engine.keys(url)
    key = client.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    return str(key["Arn"])
