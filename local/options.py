"""The options of the server, from the command line or the environment (`make run PORT=9000`)."""

from __future__ import annotations

import argparse
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.origin import HOST, ORIGIN, Trusted
from local.template import TEMPLATE

DEFAULT_PORT = "8080"
HIGHEST_PORT = 65535
ISOLATED = "isolated"
# How many requests may wait for events at the same time. An instance starts when it is needed.
WAITING = "20"
HOST_OF_RECEIVERS = "127.0.0.1"


class OptionError(Exception):
    """An option has an invalid value. The message is one line that names the valid ones."""


@dataclass(frozen=True)
class Options:
    """The options, checked."""

    port: int
    """0 chooses a free port."""
    engine: str | None
    """The URL of a DynamoDB. None starts one in memory."""
    is_isolated: bool
    """Whether the DynamoDB in memory keeps concurrent requests apart, as AWS does."""
    data: Path | None
    """The folder in which the DynamoDB in memory keeps its tables. None keeps nothing."""
    tables_host: str
    """The address of this machine on which the DynamoDB in memory listens."""
    is_open_mode: bool
    """Whether a request may have no key."""
    trusted: Trusted
    """The host names and the origins of web pages that the API also answers."""
    webhooks: str | None
    """The one address of this machine that webhooks may call over http, `127.0.0.1:<port>`."""
    registration: str
    """`open`, or `key`: registration needs the registration key."""
    template: Path

    @property
    def parameters(self) -> dict[str, str]:
        """The template's parameters that the server sets."""
        return {"RegistrationMode": self.registration, "WaitConcurrency": WAITING}


def parse(arguments: Sequence[str], environment: Mapping[str, str]) -> Options:
    """Parse the options. An empty variable means the default. Raises OptionError."""
    chosen = _parser(environment).parse_args(arguments)
    return Options(
        port=_port(chosen.port),
        engine=None if chosen.engine in ("", ISOLATED) else chosen.engine,
        is_isolated=chosen.engine == ISOLATED,
        data=_folder(chosen.data, chosen.engine),
        tables_host=_address(chosen.tables_host),
        is_open_mode=_one_of("AUTH", chosen.auth, ("open", "required")) == "open",
        trusted=Trusted(_hosts(chosen.allow_host), _origins(chosen.allow_origin)),
        webhooks=_webhooks(chosen.webhooks),
        registration=_one_of("REGISTRATION", chosen.registration, ("open", "key")),
        template=Path(chosen.template).absolute(),
    )


def _one_of(name: str, value: str, known: tuple[str, str]) -> str:
    if value not in known:
        first, second = known
        raise OptionError(f"{name}={value} is unknown. Use {name}={first} or {name}={second}.")
    return value


def _hosts(value: str) -> frozenset[str]:
    names = [name.lower().removesuffix(".") for name in _listed(value)]
    for name in names:
        if not HOST.fullmatch(name):
            raise OptionError(
                f"ALLOW_HOST={name} is not a host name. Use names without a port, such as"
                " ALLOW_HOST=host.docker.internal."
            )
    return frozenset(names)


def _origins(value: str) -> frozenset[str]:
    origins = [origin.lower().removesuffix("/") for origin in _listed(value)]
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            raise OptionError(
                f"ALLOW_ORIGIN={origin} is not an origin. Use scheme, host and port of the page,"
                " such as ALLOW_ORIGIN=http://localhost:3000."
            )
    return frozenset(origins)


def _listed(value: str) -> list[str]:
    return [each.strip() for each in value.split(",") if each.strip()]


def _folder(value: str, engine: str) -> Path | None:
    if value and engine:
        raise OptionError(
            f"DATA={value} keeps the tables of the default engine, so it cannot be used with"
            f" ENGINE={engine}. Leave out one of them."
        )
    return Path(value).expanduser().absolute() if value else None


def _port(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", value) or int(value) > HIGHEST_PORT:
        raise OptionError(
            f"PORT={value} is not a port. Use a number from 1 to 65535, or 0 for a free port."
        )
    return int(value)


def _address(value: str) -> str:
    try:
        is_usable = not ipaddress.IPv4Address(value).is_unspecified
    except ValueError:
        is_usable = False
    if not is_usable:
        raise OptionError(
            f"TABLES_HOST={value} is invalid."
            " Use one IPv4 address of this machine, such as 127.0.0.1."
        )
    return value


def _webhooks(value: str) -> str | None:
    if not value:
        return None
    host, _, port = value.partition(":")
    is_port = re.fullmatch(r"[1-9][0-9]{0,4}", port) and int(port) <= HIGHEST_PORT
    if host != HOST_OF_RECEIVERS or not is_port:
        raise OptionError(
            f"WEBHOOKS={value} is not an address of a receiver. Use {HOST_OF_RECEIVERS} and its"
            f" port, such as WEBHOOKS={HOST_OF_RECEIVERS}:9000."
        )
    return value


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise OptionError(f"{message}. See python -m local --help.")


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m local",
        description="Run the API of template.yaml on this machine. Each function has its own"
        " processes. The tables are in memory, and kept in a folder if you name one.",
        epilog="You can also set these as variables: make run PORT=9000",
    )

    def option(name: str, default: str, text: str) -> None:
        value = environment.get(name.upper()) or default
        flag = f"--{name.replace('_', '-')}"
        parser.add_argument(flag, default=value, metavar=name.upper(), help=text)

    option("port", DEFAULT_PORT, "port on 127.0.0.1; 0 chooses a free port (default: 8080)")
    option(
        "engine",
        "",
        "URL of a DynamoDB to use, or isolated: one in memory for races and load, by ministack"
        " (default: one in memory, by moto)",
    )
    option(
        "data",
        "",
        "folder that keeps the agents, keys, messages and orders when the server ends, also after"
        " kill -9; created if missing (default: nothing is kept)",
    )
    option(
        "tables_host",
        "127.0.0.1",
        "address on which the DynamoDB in memory listens; containers need another than the default"
        " (127.0.0.1)",
    )
    option(
        "allow_host",
        "",
        "host names by which clients may also call the API, separated by commas, such as"
        " host.docker.internal (default: only names and addresses of this machine)",
    )
    option(
        "allow_origin",
        "",
        "origins of web pages that may call the API, separated by commas, such as"
        " http://localhost:3000 (default: only the API's own pages)",
    )
    option(
        "auth",
        "open",
        "open: callers need no key, and the server believes the agent id in a request (default);"
        " required: callers need a key, as on AWS",
    )
    option(
        "registration",
        "open",
        "open: anybody may register an agent (default); key: registration needs the key that the"
        " server prints",
    )
    option(
        "webhooks",
        "",
        "address of a receiver on this machine that webhooks may call over http, such as"
        " 127.0.0.1:9000 (default: webhooks call only https URLs of the public internet)",
    )
    text = "the template to run (default: this repository's)"
    parser.add_argument("--template", default=TEMPLATE, metavar="FILE", help=text)
    return parser
