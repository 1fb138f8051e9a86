"""Sign transcripts with a key of KMS (ES256), and publish the public keys as a JWKS.

    ES256    ECDSA with P-256 and SHA-256, as in RFC 7518: `value` is r and s, 32 bytes each
    kid      the thumbprint of the public key (RFC 7638)

KMS keeps the private key, and signs a digest. The operator names the key. Without one, nothing is
signed, and nothing calls KMS.

An instance stores the public key in the orders' table before it signs anything with it. Nothing
removes it there. So each key that ever signed is published, and old transcripts can be verified
after the operator changed the key and deleted the old one.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agent_messaging import canonical
from agent_messaging.storage import units
from agent_messaging.storage.kms import SigningKey
from agent_messaging.storage.table import Table
from agent_messaging.storage.tally import TALLY
from agent_messaging.work_orders.transcript_schemas import PublicKey, Signature

ALGORITHM = "ES256"
NUMBER_BYTES = 32  # of a coordinate, of r and of s

# What stands before a point in the SubjectPublicKeyInfo of each key of P-256: RFC 5480.
_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + b"\x04"
_SEQUENCE, _INTEGER = 0x30, 0x02


# The partition of the public keys in the orders' table. Their sort key is the `kid`.
KEYS = "signing-keys"


class Signer:
    """The key that signs now, and all keys that ever signed.

    Args:
        key: the key of KMS. None: nothing is signed.
        table: the orders' table, which keeps the public keys.
    """

    def __init__(self, key: SigningKey | None, table: Table) -> None:
        self._key = key
        self._table = table
        self._current: PublicKey | None = None

    def public_keys(self) -> Sequence[PublicKey]:
        """Return the key that signs now, if there is one, and then those that signed earlier."""
        current = [] if self._key is None else [self._current_key(self._key)]
        found = self._table.query("work_order_id = :keys", keys=KEYS)
        kept = [public_key(item["x"], item["y"]) for item in found.items]
        return [*current, *(key for key in kept if key not in current)]

    def sign(self, payload: Mapping[str, Any]) -> Signature | None:
        """Return the signature of a JSON object, or None if this stack signs nothing."""
        if self._key is None:
            return None
        kid, signed = self._current_key(self._key).kid, canonical.canonical(payload)
        TALLY.add(units.SIGNATURE)
        der = self._key.sign(hashlib.sha256(signed.encode()).digest())
        return Signature(
            alg=ALGORITHM,
            kid=kid,
            signed=signed,
            value=_base64url(_r_and_s(der)),
        )

    def _current_key(self, key: SigningKey) -> PublicKey:
        if self._current is None:
            spki = key.public_key()
            if not spki.startswith(_SPKI):
                raise ValueError("SIGNING_KEY_ARN is no key of P-256")
            point = spki[len(_SPKI) :]
            x, y = point[:NUMBER_BYTES], point[NUMBER_BYTES:]
            current = public_key(_base64url(x), _base64url(y))
            self._table.put(
                {"work_order_id": KEYS, "part": current.kid, "x": current.x, "y": current.y}
            )
            self._current = current
        return self._current


def public_key(x: str, y: str) -> PublicKey:
    """Return the JSON Web Key of a point of P-256."""
    members = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    thumbprint = hashlib.sha256(canonical.canonical(members).encode()).digest()
    return PublicKey(**members, kid=_base64url(thumbprint), alg=ALGORITHM, use="sig")


def _r_and_s(der: bytes) -> bytes:
    """Return r and s of a signature in DER (RFC 3279), each as 32 bytes.

    Raises:
        ValueError: it is not such a signature.
    """
    if der[:1] != bytes([_SEQUENCE]) or len(der) != der[1] + 2:
        raise ValueError("KMS returned no ECDSA signature")
    return b"".join(_integers(der[2:]))


def _integers(der: bytes) -> Iterable[bytes]:
    while der:
        if der[0] != _INTEGER:
            raise ValueError("KMS returned no ECDSA signature")
        number, der = der[2 : 2 + der[1]], der[2 + der[1] :]
        yield int.from_bytes(number, "big").to_bytes(NUMBER_BYTES, "big")


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
