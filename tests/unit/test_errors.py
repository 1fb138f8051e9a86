import pytest

from agent_messaging import errors
from agent_messaging.errors import AgentMessagingError, Fault, InvalidError


def tree(kind: type[AgentMessagingError]) -> list[type[AgentMessagingError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in tree(child))]


ALL = [
    kind
    for kind in tree(AgentMessagingError)[1:]
    if kind.__module__.startswith(f"{errors.__name__}.")
]


@pytest.mark.parametrize("kind", ALL)
def test_every_refusal_knows_its_status_and_how_to_put_it_right(kind: type[AgentMessagingError]):
    assert kind.status in {400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503}
    assert kind.code == kind.code.lower().replace("-", "_")
    assert kind.title
    assert not kind.title.endswith(".")
    assert kind.default_fix.endswith(".")
    assert kind.__name__.endswith("Error")
    assert kind.__doc__


def test_codes_are_unique():
    codes = [kind.code for kind in ALL]
    assert len(set(codes)) == len(codes)


def test_below_a_status_is_the_same_status():
    for kind in ALL:
        assert {child.status for child in tree(kind) if child in ALL} == {kind.status}


def test_the_tree_in_the_docstring_is_the_tree():
    for kind in ALL:
        (line,) = [row for row in errors.__doc__.splitlines() if f" {kind.__name__}" in row]
        if kind.__base__ is AgentMessagingError:
            assert str(kind.status) in line.split()


def test_a_refusal_takes_what_it_is_given():
    error = InvalidError("Wrong.", fix="Do this.", faults=(Fault("#/a", "is wrong"),))
    assert (error.detail, error.fix, str(error)) == ("Wrong.", "Do this.", "Wrong.")
    assert error.faults == (Fault("#/a", "is wrong"),)
    assert InvalidError("Wrong.").fix == InvalidError.default_fix
    assert InvalidError.at("#/a", "is wrong").detail == "#/a: is wrong"


def test_contention_says_when_to_come_back():
    assert errors.ContentionError("Busy.").headers == {"Retry-After": "1"}
