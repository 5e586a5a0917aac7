"""Async sources to their sync twins: one token pass for all code that exists twice.

``async`` and ``await`` go, names that say so lose their asynchrony, everything else stays as it
was written. Comments and docstrings get the same treatment where they hold code. What can't be
derived like this (``gather``, task groups) does not belong in a file that has a twin.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

_NAMES = {
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "StopAsyncIteration": "StopIteration",
    "_async": "_sync",
    "anext": "next",
    "async_eventually": "eventually",
    "aclosing": "closing",
    "asynccontextmanager": "contextmanager",
}
_NAME = re.compile(rf"\b(?:{'|'.join(_NAMES)})\b|\b(_?)Async(?=[A-Z])")
_IN_TEXT = re.compile(r"\basync (?=def |with |for )|\bawait (?=[\w.]+\()")
# What starts an event loop only calls in the sync twin; the unused import goes with the linter.
_LOOP = re.compile(r"\basyncio\.run\((\w+\([^()]*\))\)")
# Up to Python 3.11 an f-string is one token; from 3.12 on the text between its braces is.
_TEXTS = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


def desync(source: str) -> str:
    """The sync twin of ``source``."""
    return "".join(_converted(_LOOP.sub(r"\1", source)))


def _converted(source: str) -> Iterator[str]:
    lines = source.splitlines(keepends=True)
    row, column = 1, 0
    dropped = False
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        between = _between(lines, (row, column), token.start)
        yield between.lstrip(" ") if dropped else between
        dropped = token.type == tokenize.NAME and token.string in {"async", "await"}
        if not dropped:
            yield _convert(token)
        row, column = token.end


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    (row, column), (last, stop) = start, end
    if row > len(lines):
        return ""
    if row == last:
        return lines[row - 1][column:stop]
    tail = lines[last - 1][:stop] if last <= len(lines) else ""
    return lines[row - 1][column:] + "".join(lines[row : last - 1]) + tail


def _convert(token: tokenize.TokenInfo) -> str:
    text = token.string
    if token.type in _TEXTS:
        text = _IN_TEXT.sub("", text)
    if token.type in {tokenize.NAME, *_TEXTS}:
        text = _NAME.sub(lambda m: _NAMES.get(m[0], m[1] or ""), text)
    return text
