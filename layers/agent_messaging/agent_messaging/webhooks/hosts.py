"""Check the host name of a webhook as text, without a look-up.

A host is a name with a dot in the public DNS. It is no address in any notation, and no name that
only a private network resolves. The sender also checks the address that a name resolves to.

A name with other letters than ASCII becomes its A-label (RFC 5890), by the rules of IDNA 2003 that
Python has. Characters that IDNA 2008 maps to another name are refused, because the two would lead
to different hosts.
"""

import re
import unicodedata
from encodings import idna
from typing import NamedTuple

MAX_HOST = 253
MAX_LABEL = 63

# https://www.iana.org/assignments/special-use-domain-names, the names that ICANN never delegates,
# and names that are usual in private networks.
PRIVATE = frozenset(
    [
        "alt",
        "arpa",
        "corp",
        "home",
        "internal",
        "intranet",
        "invalid",
        "lan",
        "local",
        "localdomain",
        "localhost",
        "mail",
        "onion",
        "private",
        "test",
    ]
)
# Their letters look like those of another script, so a label has letters of one of them only.
SCRIPTS = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC"})
# The sharp s, the final sigma and the joiners: IDNA 2003 and 2008 encode them differently.
DEVIATIONS = frozenset("\u00df\u1e9e\u03c2\u200c\u200d")

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_USE_A_NAME = "Use a host name in the public DNS."


class HostProblem(NamedTuple):
    """What is wrong with a host, and what to do about it."""

    detail: str
    fix: str


class HostError(ValueError):
    """The host of a URL is not allowed."""

    def __init__(self, problem: HostProblem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def canonical(host: str) -> str:
    """Return a host in lower case, with A-labels.

    Raises:
        HostError: webhooks are not sent to this host.
    """
    if host.startswith("[") or ":" in host:
        raise _error("has an IP address as its host", _USE_A_NAME)
    if "%" in host:
        raise _error("has percent-encoded characters in its host", "Write the host without `%`.")
    if host.endswith("."):
        raise _error("has a host that ends with a dot", "Remove the last dot of the host.")
    labels = [_a_label(label) for label in host.split(".")]
    name = ".".join(labels)
    if _NUMBER.fullmatch(labels[-1]):
        raise _error("has an IP address as its host", _USE_A_NAME)
    if len(labels) == 1:
        raise _error("has a host without a dot", _USE_A_NAME)
    if labels[-1] in PRIVATE:
        detail = f"has a host in `.{labels[-1]}`, which is not in the public DNS"
        raise _error(detail, _USE_A_NAME)
    if len(name) > MAX_HOST:
        raise _error("has a host that is too long", f"Use a host of at most {MAX_HOST} characters.")
    return name


def _a_label(label: str) -> str:
    """Return one label of a host in lower case, as ASCII."""
    if not label:
        raise _error("has a host with an empty part", "Write one dot between the parts of a host.")
    if not label.isascii():
        label = _encoded(label)
    label = label.lower()
    if not _LABEL.fullmatch(label) or len(label) > MAX_LABEL:
        raise _error(
            "has a host with characters that host names do not have",
            f"Use only letters, digits and `-` between the dots, at most {MAX_LABEL} characters, "
            "with a letter or digit at both ends.",
        )
    if label.startswith("xn--"):
        _require_sound(label)
    elif label[2:4] == "--":
        raise _undecodable()
    return label


def _encoded(label: str) -> str:
    """Return the A-label of a label with other letters than ASCII."""
    if label[:4].lower() == "xn--" or DEVIATIONS & set(label):
        raise _undecodable()
    try:
        _require_letters(idna.nameprep(label))
        return idna.ToASCII(label).decode("ascii")
    except UnicodeError:
        raise _undecodable() from None


def _require_sound(label: str) -> None:
    """Check that an A-label stands for a name, and that the name has this A-label."""
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
        is_sound = not decoded.isascii() and idna.ToASCII(decoded).decode("ascii") == label
    except UnicodeError:
        raise _undecodable() from None
    if not is_sound or DEVIATIONS & set(decoded):
        raise _undecodable()
    _require_letters(decoded)


def _require_letters(label: str) -> None:
    """Check that a label has only letters, marks, digits and `-`, and letters of one script."""
    if not all(each == "-" or unicodedata.category(each)[0] in "LMN" for each in label):
        raise _undecodable()
    letters = (each for each in label if each.isalpha())
    scripts = {unicodedata.name(each, "?").split()[0] for each in letters}
    if len(scripts & SCRIPTS) > 1:
        raise _error(
            "has a host that mixes letters of several scripts",
            "Use letters of one script between two dots of the host.",
        )


def _undecodable() -> HostError:
    return _error(
        "has a host whose international name cannot be decoded",
        "Use a host of ASCII letters, or the A-label (`xn--...`) that your registrar shows.",
    )


def _error(detail: str, fix: str) -> HostError:
    return HostError(HostProblem(detail, fix))
