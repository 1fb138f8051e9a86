"""Bugs to plant in what comes in and goes out: requests, fixes, characters and pages."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "half a character passes",
        "door/payload.py",
        ' or b"\\\\u" in raw',
        "",
        ("tests/unit/test_payload.py::test_half_a_surrogate_pair_is_invalid",),
    ),
    Mutant(
        "a page is sent compressed to a client that refuses gzip",
        "docs/negotiation.py",
        "return gzip > 0 and gzip >= (identity or 0)",
        "return bool(accept_encoding)",
        ("tests/unit/docs/test_pages.py::test_a_page_is_compressed_for_who_takes_gzip",),
    ),
    Mutant(
        "a redirect leads to another host",
        "docs/unrouted.py",
        """return f"/{quote(path).lstrip('/')}{query}\"""",
        """return f"/{quote(path)}{query}\"""",
        (
            "tests/unit/docs/test_unrouted.py"
            "::test_a_path_in_another_form_is_redirected_to_the_route",
        ),
    ),
    Mutant(
        "Swagger UI is sent without compression",
        "docs/pages.py",
        "return page.make_plain() if page.make_plain else page.make()",
        "return page.make()",
        (
            "tests/unit/docs/test_pages.py"
            "::test_without_gzip_swagger_ui_is_a_short_page_that_says_where_to_read",
        ),
    ),
    Mutant(
        "variation selectors are ordinary behind letters",
        "content/hidden.py",
        '(f"[{unicode_data.SELECTABLE}]", "")',
        '(r"\\w", "")',
        (
            "tests/unit/content/test_hidden.py"
            "::test_what_a_method_hides_is_flagged_wherever_it_is_hidden",
        ),
    ),
    Mutant(
        "any two emoji may be joined",
        "content/hidden.py",
        "return right in _RIGHTS_OF.get(base, ())",
        "return not base.isascii() and not right.isascii()",
        (
            "tests/unit/content/test_hidden.py"
            "::test_a_joiner_between_emoji_that_make_no_other_is_flagged",
        ),
    ),
    Mutant(
        "a wrong name is to be renamed to a field that is there already",
        "door/fixes.py",
        "if target is not None and target not in form.sent:",
        "if target is not None:",
        ("tests/unit/test_fixes.py::test_a_fix_of_a_body_names_what_to_send",),
    ),
    Mutant(
        "a fix repeats a key as a search word",
        "ids.py",
        "or not value.isprintable() or has_key(value):",
        "or not value.isprintable():",
        ("tests/unit/test_fixes.py::test_no_key_is_repeated",),
    ),
    Mutant(
        "every unknown parameter is told of",
        "door/parsing.py",
        "names = islice(parameters, MAX_FAULTS)",
        "names = iter(parameters)",
        (
            "tests/unit/test_parsing.py"
            "::test_a_refusal_of_a_query_is_bounded_in_number_and_in_length",
        ),
    ),
)
