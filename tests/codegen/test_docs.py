"""Comments to docstrings: nothing may be lost, and every result must be Python."""

from __future__ import annotations

import ast
import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import docs

PROSE = st.text(st.sampled_from("ab .\\\"'`{}%\n"), max_size=300)


def evaluated(literal: str) -> str:
    """The text of a docstring, as ``help`` shows it."""
    value = ast.literal_eval(literal)
    assert isinstance(value, str)
    return inspect.cleandoc(value).rstrip()


def test_clean_joins_the_lines_of_a_paragraph() -> None:
    assert docs.clean(" One sentence\n on two   lines.\n") == "One sentence on two lines."


def test_clean_keeps_paragraphs_apart() -> None:
    assert docs.clean(" One.\n \n\n  Two.\n") == "One.\n\nTwo."


@pytest.mark.parametrize("comment", ["", "\n", " \n \n\n "])
def test_clean_of_nothing_is_nothing(comment: str) -> None:
    assert docs.clean(comment) == ""


def test_link_puts_names_in_python_terms_and_double_backticks() -> None:
    names = {"KV.Range": "kv.get", "sort_target": "sort_target"}
    linked = docs.link("See `KV.Range` about `sort_target`, and `etcdctl`.", names)
    assert linked == "See ``kv.get`` about ``sort_target``, and ``etcdctl``."


def test_link_leaves_double_backticks_alone() -> None:
    assert docs.link("``Range`` stays", {"Range": "kv.get"}) == "``Range`` stays"


def test_summary_is_the_first_sentence() -> None:
    assert docs.summary("Version 3.5 or later? Then yes. Or no.") == "Version 3.5 or later?"


def test_since_is_silent_about_what_was_always_there() -> None:
    assert docs.since("") == ""
    assert docs.since("3.5") == " (etcd 3.5+)"


def test_a_short_text_is_one_line() -> None:
    assert docs.plain("Short.", 4) == '"""Short."""'


def test_a_text_that_would_not_fit_closes_on_a_line_of_its_own() -> None:
    fits = "x" * (docs.WIDTH - 4 - 6)
    assert docs.plain(fits, 4) == f'"""{fits}"""'
    assert docs.plain(fits + "x", 4) == f'"""{fits}x\n    """'


def test_the_summary_keeps_a_line_of_its_own() -> None:
    assert docs.plain("One. Two.\n\nThree.", 4) == '"""One.\n\n    Two.\n\n    Three.\n    """'


def test_lines_wrap_behind_the_indent() -> None:
    lines = docs.plain("Head. " + "word " * 60, 8).splitlines()
    assert len(lines) > 3
    assert all(len(line) <= docs.WIDTH for line in lines)
    assert all(line.startswith("        ") for line in lines[2:])


def test_long_names_and_hyphens_are_not_broken() -> None:
    name = "a-" * docs.WIDTH
    assert docs.wrapped(f"see {name} there", 4) == ["see", name, "there"]


@pytest.mark.parametrize(
    "text",
    [
        r"A key such as \xff or C:\new.",
        r"Ends with a backslash \ ".strip(),
        'Holds """three quotes""" inside.',
        'Ends with a "quote"',
        'Ends with four """"',
    ],
)
def test_backslashes_and_quotes_come_through(text: str) -> None:
    assert evaluated(docs.plain(text, 4)) == text


@given(PROSE, st.sampled_from([0, 4, 8]))
def test_any_prose_comes_through_but_for_its_spacing(prose: str, indent: int) -> None:
    cleaned = docs.clean(prose)
    assert evaluated(docs.plain(cleaned, indent)).split() == cleaned.split()


@given(PROSE)
def test_clean_is_done_after_once(prose: str) -> None:
    assert docs.clean(docs.clean(prose)) == docs.clean(prose)
