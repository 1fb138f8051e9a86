"""The answers about transcripts."""

from typing import Annotated

from pydantic import Field

from agent_messaging.content.flagging import ContentFlags
from agent_messaging.fields import Model


class Signature(Model):
    """A signature of the stack. `signed` names hashes of the transcript and of its parts."""

    alg: Annotated[str, Field(description="ES256: ECDSA with P-256 and SHA-256 (RFC 7518).")]
    kid: Annotated[
        str,
        Field(description="The `kid` of a key in GET /.well-known/agent-messaging-keys.json."),
    ]
    signed: Annotated[
        str,
        Field(
            description="The text that is signed: canonical JSON with `work_order_id`, "
            "`transcript_sha256`, and lists with the SHA-256 of each entry of the history "
            "(`entries`) and of each message (`messages`)."
        ),
    ]
    value: Annotated[
        str, Field(description="The signature: r and s, 32 bytes each, together in base64url.")
    ]


class TranscriptResponse(Model):
    """What happened in a work order, as one text that anybody can verify."""

    work_order_id: str
    transcript: Annotated[
        str,
        Field(
            description="Canonical JSON (RFC 8785) with `format`, `work_order_id`, `order`, "
            "`history`, `contents`, `messages` and `messages_omitted`."
        ),
    ]
    content_flags: ContentFlags
    signature: Annotated[
        Signature | None, Field(description="Null if the operator has named no key for signing.")
    ]


class PublicKey(Model):
    """A public key of the stack: a JSON Web Key (RFC 7517)."""

    kty: str
    crv: str
    x: str
    y: str
    kid: str
    alg: str
    use: str


class PublicKeys(Model):
    """The key that signs transcripts now, and those that signed earlier."""

    keys: list[PublicKey]
