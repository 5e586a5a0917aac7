"""Proto comments to Python docstrings.

A comment's first sentence is the summary, its paragraphs stay paragraphs, and names in single
backticks become the Python names of what they mean: a parameter, a method, an enum.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import Protocol

from codegen import model

WIDTH = 100
UNDOCUMENTED = "(Not documented in the proto.)"


def clean(comment: str) -> str:
    """A raw proto comment as text: one line a paragraph, paragraphs parted by an empty line."""
    lines = [line.strip() for line in comment.strip().splitlines()]
    paragraphs = "\n".join(lines).split("\n\n")
    return "\n\n".join(" ".join(p.split()) for p in paragraphs if p.strip())


def link(doc: str, names: Mapping[str, str]) -> str:
    """``doc`` with every name in single backticks put in Python terms and double backticks."""
    return re.sub(r"(?<!`)`([^`]+)`(?!`)", lambda m: f"``{names.get(m[1], m[1])}``", doc)


def summary(doc: str) -> str:
    """The first sentence."""
    return re.split(r"(?<=[.!?])\s", doc, maxsplit=1)[0]


def since(release: str) -> str:
    """`` (etcd 3.5+)``, or nothing for what was always there."""
    return f" (etcd {release}+)" if release else ""


def wrapped(text: str, indent: int, hanging: int = 0) -> list[str]:
    """``text`` in lines that fit behind ``indent``."""
    return textwrap.wrap(
        text,
        WIDTH - indent,
        subsequent_indent=" " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _entry(name: str, doc: str, indent: int) -> list[str]:
    flat = " ".join(doc.split())
    return wrapped(f"    {name}: {flat}", indent, hanging=8)


def _entries(title: str, entries: Iterable[tuple[str, str]], indent: int) -> list[str]:
    lines = [line for name, doc in entries for line in _entry(name, doc, indent)]
    return ["", f"{title}:", *lines] if lines else []


def _render(lines: list[str], indent: int) -> str:
    text = (
        "\n".join(line.rstrip() for line in lines).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    )
    text = textwrap.indent(text, " " * indent).lstrip()
    single = "\n" not in text and len(text) + indent + 6 <= WIDTH and not text.endswith('"')
    return f'"""{text}"""' if single else f'"""{text}\n{" " * indent}"""'


def plain(doc: str, indent: int) -> str:
    """A docstring that is only prose. The summary keeps a line of its own."""
    return _render(_head(doc, indent), indent)


def arguments(
    parameters: Iterable[model.Parameter], indent: int, *more: tuple[str, str]
) -> list[str]:
    """The ``Args:`` section; ``more`` are what stands behind the parameters."""
    described = ((p.name, p.doc + since(p.since)) for p in parameters)
    return _entries("Args", (*described, *more), indent)


def of_method(method: model.Method, shared: Mapping[str, str], indent: int) -> str:
    """The docstring of a facade's method; ``shared`` documents what every method takes."""
    lines = _head(method.doc, indent)
    repeatable = "Repeating it changes nothing, so it may be sent again."
    facts = [_note(method.since), repeatable * method.read]
    note = " ".join(fact for fact in facts if fact)
    lines += ["", note] if note else []
    timeout = shared["timeout_stream"] if method.kind != "unary" else shared["timeout"]
    timeout = shared["timeout_blocking"] if method.blocking and method.kind == "unary" else timeout
    aimed = [("endpoint", shared["endpoint"])] if method.member else []
    lines += arguments(method.parameters, indent, *aimed, ("timeout", timeout))
    returned = "The response" if method.kind == "unary" else "An iterator of responses"
    if method.kind == "bidi_stream":
        returned = f"A stream that sends ``pb.{method.request.pb_name}`` and iterates responses"
    about = summary(method.response.doc)
    lines += ["", "Returns:", *wrapped(f"    {returned}: {about}", indent, hanging=8)]
    raised = [(error.name, summary(error.doc)) for error in method.raises]
    if method.parameters or method.member:
        raised.append(("ArgumentError", shared["raises_argument"]))
    raised.append(("EtcdError", shared["raises_any"]))
    lines += _entries("Raises", raised, indent)
    return _render(lines, indent)


def of_do(builders: str, shared: Mapping[str, str], indent: int) -> str:
    """The docstring of a facade's ``do``."""
    lines = ["Do what a builder describes."]
    taken = [("op", f"{builders}, with its options."), ("timeout", shared["timeout"])]
    lines += _entries("Args", taken, indent)
    lines += ["", "Returns:", "    The response that belongs to the builder."]
    raised = [("ArgumentError", shared["raises_argument"]), ("EtcdError", shared["raises_any"])]
    return _render(lines + _entries("Raises", raised, indent), indent)


def of_builder(request: model.Request, purpose: str, indent: int) -> str:
    """The docstring of a builder: what it is for, and the arguments it is made from."""
    lines = _head(f"{purpose}\n\n{request.message.doc}", indent)
    return _render(lines + arguments(request.required, indent), indent)


class Documented(Protocol):
    """Anything of the model that has a doc and came with some release."""

    @property
    def doc(self) -> str:
        """What it is."""
        ...

    @property
    def since(self) -> str:
        """The release that brought it."""
        ...


def of(thing: Documented, indent: int) -> str:
    """The docstring of an enum, an error, an option: its doc, and the release it came with."""
    return plain("\n\n".join(filter(None, [thing.doc, _note(thing.since)])), indent)


def _note(release: str) -> str:
    return f"etcd {release} and later." if release else ""


def _head(doc: str, indent: int) -> list[str]:
    head = summary(doc)
    rest = doc[len(head) :].strip()
    lines = wrapped(head, indent + 3)
    for paragraph in rest.split("\n\n") if rest else []:
        lines += ["", *wrapped(paragraph, indent)]
    return lines
