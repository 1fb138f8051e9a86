"""The checker on histories written by hand: a good one, and each way in which one can be bad."""

from dataclasses import replace

import pytest

from tests.faults.injection.checker import KINDS, check, counted, succeeded
from tests.faults.injection.examples import (
    BAD,
    END,
    FAILED,
    GOOD,
    MESSAGES,
    READ,
    SENT,
    TOO_LATE,
    VIEWS,
    instead,
    without,
)


def test_a_good_history_holds():
    assert check(GOOD, END) == []


def test_what_had_no_answer_may_have_happened_or_not():
    unknown = instead(GOOD, SENT, tries=(FAILED,))
    assert check(unknown, END) == []
    nothing = replace(END, messages=MESSAGES[1:], views={"msg_2": VIEWS["msg_2"]})
    assert check(without(unknown, READ), nothing) == []


@pytest.mark.parametrize("name", BAD)
def test_a_bad_history_is_found(name):
    kind, history, changes = BAD[name]
    assert counted(check(history, replace(END, **changes)))[kind] > 0


def test_every_kind_of_finding_is_tried():
    assert {kind for kind, _, _ in BAD.values()} == set(KINDS)


def test_a_refusal_is_an_answer_and_what_cannot_be_repeated_does_not_count():
    alone = replace(SENT, tries=(FAILED,), is_repeatable=False)
    assert succeeded((SENT, TOO_LATE, alone, replace(SENT, tries=(FAILED,)))) == (2, 3)
