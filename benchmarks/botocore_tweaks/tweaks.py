"""Clients with tweaks of botocore, each alone and together.

user agent        use a string that is rendered once, instead of twice for each call (Config,
                  documented)
no validation     do not compare parameters with the service's model (Config, documented)
no rules          take the endpoint from the client and not from rules, as if botocore had none for
                  the service
JSON as it is     do not convert the answer's JSON by its shapes, because it has no binary values
                  and no times (a session's component)
own transport     use transport.py instead of urllib3
own signer        use a Signature Version 4 for DynamoDB's requests only, and cache its key for the
                  day
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.auth
import botocore.session
from botocore.config import Config

from agent_messaging.storage import connection
from benchmarks.botocore_tweaks import unit
from benchmarks.botocore_tweaks.transport import Session as Transport
from benchmarks.recorded import Case

PRODUCT = "the product's own"
CONFIGURED = ("user agent", "no validation")
SUPPORTED = (*CONFIGURED, "JSON as it is")
ALL = (*SUPPORTED, "no rules", "own transport", "own signer")
VARIANTS: dict[str, Sequence[str]] = {
    "boto3 again": (),  # how much two measurements of the same differ
    PRODUCT: (PRODUCT,),
    **{tweak: (tweak,) for tweak in ALL},
    "configuration alone": CONFIGURED,
    "configuration, JSON as it is": SUPPORTED,
    "the same and own transport": (*SUPPORTED, "own transport"),
    "the same and no rules": (*SUPPORTED, "no rules", "own transport"),
    "all of these": ALL,
}
# The product's timeouts, without its other settings.
CONFIG = Config(
    connect_timeout=connection.CONFIG.connect_timeout,
    read_timeout=connection.CONFIG.read_timeout,
    retries=connection.CONFIG.retries,
    tcp_keepalive=True,
)
SIGNER = "v4-dynamodb"


class Signer(botocore.auth.SigV4Auth):
    """Signs requests of DynamoDB: a POST to `/` with a body."""

    _kept: tuple[tuple[str, str], bytes] = (("", ""), b"")

    def add_auth(self, request: Any) -> None:
        """Sign a request."""
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers, credentials = request.headers, self.credentials
        for name in ("Authorization", "X-Amz-Date", "X-Amz-Security-Token"):
            del headers[name]
        headers["X-Amz-Date"] = now
        signed = {
            "host": urlsplit(request.url).netloc,
            "x-amz-date": now,
            "x-amz-target": _text(headers["X-Amz-Target"]),
        }
        if credentials.token:
            headers["X-Amz-Security-Token"] = signed["x-amz-security-token"] = credentials.token
        request.context["timestamp"] = now
        names = ";".join(sorted(signed))
        lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
        body = request.body if isinstance(request.body, bytes) else request.body.encode()
        canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{now[:8]}/{self._region_name}/{self._service_name}/aws4_request"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{digest}"
        signature = hmac.digest(self._key(now[:8]), text.encode(), "sha256").hex()
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )

    def _key(self, day: str) -> bytes:
        secret = self.credentials.secret_key
        if Signer._kept[0] != (secret, day):
            key = f"AWS4{secret}".encode()
            for part in (day, self._region_name, self._service_name, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            Signer._kept = ((secret, day), key)
        return Signer._kept[1]


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def client(tweaks: Sequence[str]) -> Any:
    """Return a client with these tweaks."""
    if PRODUCT in tweaks:
        return connection.connect()
    session = botocore.session.Session()
    if "JSON as it is" in tweaks:
        session.register_component("response_parser_factory", connection.Parsers())
    made = boto3.Session(botocore_session=session)
    options: dict[str, Any] = {}
    if "user agent" in tweaks:
        options["user_agent"] = made.client("dynamodb", config=CONFIG).meta.config.user_agent
    if "no validation" in tweaks:
        options["parameter_validation"] = False
    found: Any = made.client("dynamodb", config=CONFIG.merge(Config(**options)))
    if "no rules" in tweaks:
        found._ruleset_resolver = None
    if "own transport" in tweaks:
        found._endpoint.http_session = Transport(found.meta.config)
    if "own signer" in tweaks:
        botocore.auth.AUTH_TYPE_MAPS[SIGNER] = Signer
        found.meta.events.register("choose-signer.dynamodb", lambda **_: SIGNER)
    return found


def make(settings: dict[str, Any]) -> Callable[[], Any]:
    """Return the candidate: the `case` through a client with tweaks."""
    return unit.work(Case.from_json(settings["case"]), client(settings["tweaks"]))
