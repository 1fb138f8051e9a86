r"""Say what to do about each wrong place of a request: sentences for people and for programs.

A place is written in backticks: `name` or `name/0` in the body, `?name` in the query, `{name}` in
the path. A value is written as it is sent: JSON in the body, plain text elsewhere. A character
that is invisible is written as `\u200b`. These are the sentences that a program can apply:

    Rename `?page_size` to `?limit`.
    Remove `cc`.
    Move `?subject` to the body, as `subject`.
    Add `title`, a text of 1 to 500 characters that is not blank, for example `"Estimates"`.
    Set `priority` to a whole number from 0 to 10 instead of a string, for example `5`.
    Set `action` to one of `"accept"`, `"reject"`.
    Set `to_agent_id` to the `agent_id` from GET /api/v1/agents?q=Boots.
    Shorten `subject` to 500 characters.
    Leave out `?status` to list all.
    Remove every field that is not in this list: `to_agent_id`, `body`.

Other sentences explain. Only a request that is refused imports this module.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any

from agent_messaging.door import values
from agent_messaging.door.form import MAX_NAME, NEAR, Form, visible
from agent_messaging.door.usual_words import SORT, WORDS
from agent_messaging.door.wanted import shown

LEAST_PREFIX = 4  # characters of a name that stands for a field that it begins
MAX_FIX = 1500  # characters of all sentences together
REMOVE_OTHERS = "Remove every"


def of_errors(errors: Iterable[Any], form: Form) -> list[str]:
    """Return one fix for each of pydantic's errors about a part of a request."""
    errors = list(errors)
    unknown = {str(e["loc"][0]): e for e in errors if _is_unknown(e)}
    missing = [str(e["loc"][0]) for e in errors if e["type"] == "missing" and len(e["loc"]) == 1]
    literal = [name for name in unknown if visible(name) == name]
    named = {name: _target(name, form, missing) for name in literal}
    chosen = _chosen(literal, missing, form)
    renamed = {target: name for name, target in reversed(named.items()) if target}
    found = []
    for error in errors:
        name = str(error["loc"][0]) if error["loc"] else ""
        if error["type"] == "missing" and name in renamed and len(error["loc"]) == 1:
            found.append(_rename(renamed[name], name, form))
        elif name in chosen:
            found.append(chosen[name])
        elif _is_unknown(error) and name not in named:
            found.append(_of_unwritable(form))
        elif _is_unknown(error):
            target = named[name] if renamed.get(named[name] or "") == name else None
            found.append(_of_unknown(name, target, form))
        else:
            found.append(values.of_error(error, form))
    return found


def together(fixes: Iterable[str], form: Form | None = None) -> str:
    """Return all fixes as one text, with the fields of a part in which a name is unknown."""
    kept: list[str] = []
    for fix in dict.fromkeys(fixes):
        if sum(map(len, kept)) + len(fix) > MAX_FIX:
            kept.append("Do the same for the other places in `errors`.")
            break
        kept.append(fix)
    if form is not None and not any(each.startswith(REMOVE_OTHERS) for each in kept):
        kept.append(_list_of(form))
    return " ".join(kept)


def of_repeated(name: str) -> str:
    """Return the fix for a query parameter that was sent more than once."""
    return f"Send `?{visible(name)}` only once."


def _is_unknown(error: Any) -> bool:
    return error["type"] == "extra_forbidden" and len(error["loc"]) == 1


def _plain(name: str) -> str:
    """Return a name as this API would spell it: `toAgentId` is `to_agent_id`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name[:MAX_NAME].strip())
    return re.sub(r"[- ]", "_", spaced).lower()


def _target(name: str, form: Form, missing: Sequence[str]) -> str | None:
    """Return the field that an unknown name probably means. A `missing` field comes first."""
    word = _plain(name)
    if word in form.fields:
        return word
    if word == form.identity or word in form.of_body:
        return None
    if within := _within(word, missing):
        return within
    usual, candidates = WORDS.get(word), [*missing, *form.fields]
    if usual and (usual is not SORT or "limit" in form.fields):
        return next((each for each in usual.fields if each in form.fields), None)
    if begun := [each for each in candidates if each.startswith(word)]:
        return begun[0] if len(word) >= LEAST_PREFIX else None
    near = difflib.get_close_matches(word, candidates, n=1, cutoff=NEAR)
    return _within(word, form.fields) or (near[0] if near else None)


def _within(word: str, names: Iterable[str]) -> str | None:
    """Return the first name that a longer name has in it: `agent_name` has `name`."""
    words = {*word.split("_")}
    return next((each for each in names if {*each.split("_")} <= words), None)


def _chosen(unknown: Iterable[str], missing: Iterable[str], form: Form) -> dict[str, str]:
    """Return the fixes for a choice that was sent as a name, such as `"accept": true`."""
    fixes = {}
    for field in missing:
        choices = form.schema((field,)).get("enum", ())
        for name in unknown:
            if _plain(name) in choices:
                no = (each for each in choices if each != _plain(name))
                choice = next(no, None) if form.sent[name] is False else _plain(name)
                fixes[field] = f"Set `{form.at(field)}` to `{shown(choice, form.at(field))}`."
                fixes[name] = f"Remove `{form.at(name)}`."
    return fixes


def _rename(name: str, target: str, form: Form) -> str:
    place, value, schema = form.at(target), form.sent.get(name), form.schema((target,))
    renamed = f"Did you mean `{place}`? Rename `{form.at(name)}` to `{place}`."
    is_right_kind = schema.get("type") != "array" or isinstance(value, list)
    if is_right_kind and value in (None, *schema.get("enum", [value])):
        return renamed
    error = {"type": "enum" if is_right_kind else "list_type", "loc": (target,), "input": value}
    return f"{renamed} {values.of_error(error, form)}"


def _of_unknown(name: str, target: str | None, form: Form) -> str:
    place, word = form.at(name), _plain(name)
    if word == form.identity or (target == form.identity and target is not None):
        caller = "in `?{}`" if form.place == "?{}" else "in the query, as `?{}`,"
        return f"Remove `{place}`. The caller stands {caller.format(form.identity)} or in the key."
    if target is not None and target not in form.sent:
        return _rename(name, target, form)
    if target is not None:
        return f"Remove `{place}`, because `{form.at(target)}` is there already."
    if word in form.of_body:
        return f"Move `{place}` to the body, as `{word}`."
    return " ".join(filter(None, (f"Remove `{place}`.", _advice(word, form))))


def _of_unwritable(form: Form) -> str:
    """Return the fix for a name that is not repeated: too long, not visible, or with a key."""
    names, part = _names(form)
    if not names:
        return f"{REMOVE_OTHERS} {part[:-1]}."
    return f"{REMOVE_OTHERS} {part[:-1]} that is not in this list: {names}."


def _advice(word: str, form: Form) -> str:
    """Return what to do in place of a usual word that is no field. Empty for any other word."""
    usual = WORDS.get(word)
    if usual is None:
        return ""
    if usual.inbox and {"type", "limit"} <= form.fields.keys():
        return usual.inbox
    if usual.feed and {"after", "limit"} <= form.fields.keys():
        return usual.feed
    is_apt = usual.advice and (not usual.needs or {*usual.needs} & form.fields.keys())
    return usual.advice if is_apt else "This call has nothing like it."


def _list_of(form: Form) -> str:
    names, part = _names(form)
    if len(form.fields) == 1:
        return f"The only {part[:-1]} is {names}."
    return f"The {part} are {names}." if names else f"This route takes no {part}."


def _names(form: Form) -> tuple[str, str]:
    """Return the names of all fields of a part, and what they are called."""
    names = ", ".join(f"`{form.at(name)}`" for name in form.fields)
    return names, "parameters" if form.place == "?{}" else "fields"
