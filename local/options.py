"""What the user may choose, from the command line or the environment (`make run PORT=9000`)."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.template import TEMPLATE

HIGHEST_PORT = 65535


class OptionError(Exception):
    """A choice that cannot be had; the message is one line that says what can."""


@dataclass(frozen=True)
class Options:
    """The choices, checked."""

    port: int
    """0 lets the system choose a free one."""
    engine: str | None
    """The URL of a DynamoDB; None starts one in memory."""
    is_open_mode: bool
    """Whether a request may come without a key."""
    registration: str
    """`open`, or `key`: a registration has to show the registration key."""
    template: Path

    @property
    def parameters(self) -> dict[str, str]:
        """What the choices make of the template's parameters."""
        return {"RegistrationMode": self.registration}


def parse(arguments: Sequence[str], environment: Mapping[str, str]) -> Options:
    """Raises OptionError. An empty variable counts as one that is not set."""
    chosen = _parser(environment).parse_args(arguments)
    return Options(
        port=_port(chosen.port),
        engine=chosen.engine or None,
        is_open_mode=_one_of("AUTH", chosen.auth, ("open", "required")) == "open",
        registration=_one_of("REGISTRATION", chosen.registration, ("open", "key")),
        template=Path(chosen.template).absolute(),
    )


def _one_of(name: str, value: str, known: tuple[str, str]) -> str:
    if value not in known:
        first, second = known
        raise OptionError(f"{name}={value} is not known. Use {name}={first} or {name}={second}.")
    return value


def _port(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", value) or int(value) > HIGHEST_PORT:
        raise OptionError(f"PORT={value} is not a port: a number from 0 (any free one) to 65535")
    return int(value)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise OptionError(f"{message} (see python -m local --help)")


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m local",
        description="Runs the API of template.yaml on this machine: its functions in processes of"
        " their own, its tables in memory.",
        epilog="What stands in capitals is a variable, too: make run PORT=9000",
    )

    def option(name: str, default: str, text: str) -> None:
        value = environment.get(name.upper()) or default
        parser.add_argument(f"--{name}", default=value, metavar=name.upper(), help=text)

    option("port", "8080", "port on 127.0.0.1; 0 chooses a free one (default: 8080)")
    option("engine", "", "URL of a DynamoDB to use, with its data (default: moto, in memory)")
    option(
        "auth",
        "open",
        "open: without a key, the identity parameters are believed (default); required: every call"
        " sends its key, as it does when deployed",
    )
    option(
        "registration",
        "open",
        "open: anybody may register an agent (default); key: whoever sends X-Registration-Key,"
        " which is printed",
    )
    text = "the template to run (default: this repository's)"
    parser.add_argument("--template", default=TEMPLATE, metavar="FILE", help=text)
    return parser
