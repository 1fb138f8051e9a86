"""The base of all errors, and one wrong place in a request."""

from typing import Any, ClassVar, NamedTuple


def page_of(code: str) -> str:
    """Return the path of the page that explains a code. It is the `type` of the problem."""
    return f"/docs/errors/{code}"


class Fault(NamedTuple):
    """One wrong place in a request, and what is wrong with it.

    `pointer` is a JSON Pointer into the body as a fragment (`#/priority`), `?name` for a query
    parameter, `{name}` for a part of the path, or the name of a header. `fix` says what to do about
    this place. If it is empty, the whole error's `fix` says it.
    """

    pointer: str
    detail: str
    fix: str = ""


class AgentMessagingError(Exception):
    """Base of all errors that the API answers on purpose. `fix` tells the caller what to do."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]
    default_fix: ClassVar[str]

    def __init__(
        self,
        detail: str,
        *,
        fix: str | None = None,
        faults: tuple[Fault, ...] = (),
        members: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fix = fix or self.default_fix
        self.faults = faults
        self.members = members or {}
        self.headers = headers or {}
