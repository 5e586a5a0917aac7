"""The few human facts that protos do not carry: ``overlay.toml``, checked as it is read.

Every entry names a proto element by its full name. An entry that no longer names anything is an
error for ``protos/`` and a line on stderr for a foreign tree, which may be of an older release.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Generic, TypeVar

from codegen.problems import CodegenError, Report

OVERLAY = Path(__file__).with_name("overlay.toml")

# The texts of [docs], which the generator puts beside those of the protos.
_DOCS = (
    "prefix",
    "from_key",
    "timeout",
    "timeout_blocking",
    "timeout_stream",
    "endpoint",
    "raises_argument",
    "raises_any",
)


@dataclass(frozen=True, slots=True)
class MethodFacts:
    """Of an RPC: ``[methods."etcdserverpb.KV".Range]``."""

    name: str = ""
    retry: str = "write"
    blocking: bool = False
    member: bool = False
    since: str = ""
    raises: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """Parameters that one builder option sets together."""

    parameters: tuple[str, ...]
    doc: str


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """Of a request message: ``[messages."etcdserverpb.RangeRequest"]``."""

    positional: tuple[str, ...] = ()
    builder: str | bool = True
    """The name of its builder; ``false`` where none is wanted."""
    groups: dict[str, GroupFacts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """Of a field: ``[fields."etcdserverpb.TxnRequest".compare]``."""

    name: str = ""
    doc: str = ""
    signed: bool = False
    hidden: bool = False
    secret: bool = False
    flatten: bool = False
    ignorable: bool = False
    """Whether a server too old to know it still does what was asked, or the closest it can."""
    default: bool = False
    """What a bool is if the caller does not say, where that is not what the wire's default is."""


@dataclass(frozen=True, slots=True)
class NameFacts:
    """Of an enum or a wrapper message: only its Python name and, for a wrapper, what it is."""

    name: str
    doc: str = ""


@dataclass(frozen=True, slots=True)
class ErrorFacts:
    """One ``[[errors]]`` entry: an error of the server, told by its text."""

    name: str
    text: str
    code: str
    doc: str
    since: str = ""
    in_doubt: bool = False
    resend: bool = False


Facts = TypeVar("Facts")


class Table(Generic[Facts]):
    """Facts by full name, which remembers what was asked for."""

    def __init__(self, title: str, nothing: Facts, entries: dict[str, dict[str, Any]]) -> None:
        self._title = title
        self._nothing = nothing
        self._facts: dict[str, Facts] = {
            name: _make(type(nothing), f"{title}.{name}", entry) for name, entry in entries.items()
        }
        self._used: set[str] = set()

    def get(self, full_name: str) -> Facts:
        """The facts about a proto element, be it that there are none."""
        self._used.add(full_name)
        return self._facts.get(full_name, self._nothing)

    def unused(self) -> Iterator[str]:
        """Entries that nothing in the tree asked for."""
        return (f'{self._title}."{name}"' for name in self._facts if name not in self._used)


class Overlay:
    """All of ``overlay.toml``."""

    def __init__(self, path: Path = OVERLAY) -> None:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        self.ignored_packages: tuple[str, ...] = tuple(data.pop("ignored_packages"))
        self.comparison: str = data.pop("comparison")
        self.docs: dict[str, str] = data.pop("docs", {})
        _check_keys("docs", self.docs, _DOCS, _DOCS)
        self.errors = tuple(_make(ErrorFacts, "errors", e) for e in data.pop("errors", []))
        _refuse_contradictions(self.errors)
        self.methods = Table("methods", MethodFacts(), _joined(data.pop("methods", {})))
        self.messages = Table("messages", MessageFacts(), data.pop("messages", {}))
        self.fields = Table("fields", FieldFacts(), _joined(data.pop("fields", {})))
        self.enums = Table("enums", NameFacts(""), data.pop("enums", {}))
        self.wrappers = Table("wrappers", NameFacts(""), data.pop("wrappers", {}))
        for unknown in data:
            raise _unknown_key(unknown, "the overlay has no such table")

    def report_unused(self, report: Report) -> None:
        """Note every entry that names nothing in the tree."""
        for table in (self.methods, self.messages, self.fields, self.enums, self.wrappers):
            for name in table.unused():
                report_unused(report, name)


def report_unused(report: Report, entry: str) -> None:
    """Note an entry that names nothing in the tree."""
    remedy = "remove the entry, or give it the element's full proto name"
    report.add(f"overlay: {entry}", "names nothing in the protos", remedy)


def _refuse_contradictions(errors: Iterable[ErrorFacts]) -> None:
    for error in errors:
        if error.in_doubt and error.resend:
            raise CodegenError(
                f"overlay: errors: {error.name}",
                "is both `in_doubt` and `resend`",
                "a write that may have been applied must not be sent again: keep one of them",
            )


def _joined(tables: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """``[fields."some.Message"]`` holds a table a field; here they go by full name."""
    return {
        f"{outer}.{name}": entry for outer, inner in tables.items() for name, entry in inner.items()
    }


def _make(kind: type[Any], where: str, entry: dict[str, Any]) -> Any:
    known = {f.name: f.default is MISSING is f.default_factory for f in fields(kind)}
    _check_keys(where, entry, known, (name for name, required in known.items() if required))
    values: dict[str, Any] = {
        key: tuple(v) if isinstance(v, list) else v for key, v in entry.items()
    }
    if "groups" in values:
        groups = {
            name: _make(GroupFacts, f"{where}.groups.{name}", g)
            for name, g in values["groups"].items()
        }
        values["groups"] = groups
    return kind(**values)


def _check_keys(
    where: str, entry: Collection[str], known: Collection[str], required: Iterable[str]
) -> None:
    for key in entry:
        if key not in known:
            raise _unknown_key(f"{where}: {key}", f"known keys here: {', '.join(sorted(known))}")
    for key in required:
        if key not in entry:
            raise CodegenError(f"overlay: {where}: {key}", "is missing", "write it in overlay.toml")


def _unknown_key(element: str, why: str) -> CodegenError:
    return CodegenError(
        f"overlay: {element}", f"unknown overlay key ({why})", "mend the spelling in overlay.toml"
    )
