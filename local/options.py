"""The options of the server, from the command line or the environment (`make run PORT=9000`)."""

from __future__ import annotations

import argparse
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.template import TEMPLATE

HIGHEST_PORT = 65535


class OptionError(Exception):
    """An option has an invalid value. The message is one line that names the valid ones."""


@dataclass(frozen=True)
class Options:
    """The options, checked."""

    port: int
    """0 chooses a free port."""
    engine: str | None
    """The URL of a DynamoDB. None starts one in memory."""
    data: Path | None
    """The folder in which the DynamoDB in memory keeps its tables. None keeps nothing."""
    tables_host: str
    """The address of this machine on which the DynamoDB in memory listens."""
    is_open_mode: bool
    """Whether a request may have no key."""
    registration: str
    """`open`, or `key`: registration needs the registration key."""
    template: Path

    @property
    def parameters(self) -> dict[str, str]:
        """The template's parameters that the options set."""
        return {"RegistrationMode": self.registration}


def parse(arguments: Sequence[str], environment: Mapping[str, str]) -> Options:
    """Parse the options. An empty variable means the default. Raises OptionError."""
    chosen = _parser(environment).parse_args(arguments)
    return Options(
        port=_port(chosen.port),
        engine=chosen.engine or None,
        data=_folder(chosen.data, chosen.engine),
        tables_host=_address(chosen.tables_host),
        is_open_mode=_one_of("AUTH", chosen.auth, ("open", "required")) == "open",
        registration=_one_of("REGISTRATION", chosen.registration, ("open", "key")),
        template=Path(chosen.template).absolute(),
    )


def _one_of(name: str, value: str, known: tuple[str, str]) -> str:
    if value not in known:
        first, second = known
        raise OptionError(f"{name}={value} is unknown. Use {name}={first} or {name}={second}.")
    return value


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

    option("port", "8080", "port on 127.0.0.1; 0 chooses a free port (default: 8080)")
    option("engine", "", "URL of a DynamoDB to use (default: one in memory, by moto)")
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
    text = "the template to run (default: this repository's)"
    parser.add_argument("--template", default=TEMPLATE, metavar="FILE", help=text)
    return parser
