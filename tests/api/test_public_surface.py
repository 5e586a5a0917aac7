"""What is public stays: names are frozen, documented, and fully typed.

When a name is added on purpose: ``python -m pytest tests/api --update-public-names``.
"""

from __future__ import annotations

import enum
import inspect
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

import etcd_sdk
from etcd_sdk import errors, opentelemetry, pb, prometheus

MODULES = (etcd_sdk, errors, pb, prometheus, opentelemetry)
FROZEN = Path(__file__).with_name("public_names.txt")


def public() -> Iterator[tuple[str, object]]:
    """Every public name with what it means; members of classes by ``Class.member``."""
    for module in MODULES:
        for name in module.__all__:
            thing = getattr(module, name)
            path = f"{module.__name__}.{name}"
            yield path, thing
            if inspect.isclass(thing) and module is not pb:
                yield from members(path, thing)


def members(path: str, kind: type[object]) -> Iterator[tuple[str, object]]:
    if issubclass(kind, enum.Enum):
        yield from ((f"{path}.{name}", member) for name, member in kind.__members__.items())
        return
    ours = {
        name: member
        for base in reversed(kind.__mro__)
        if base.__module__.startswith("etcd_sdk")
        for name, member in vars(base).items()
        if not name.startswith("_")
    }
    yield from ((f"{path}.{name}", member) for name, member in ours.items())


def test_public_names_are_frozen(pytestconfig: pytest.Config) -> None:
    names = "".join(f"{name}\n" for name in sorted({name for name, _ in public()}))
    if pytestconfig.getoption("--update-public-names"):
        FROZEN.write_text(names)
    assert names == FROZEN.read_text()


def test_no_any_and_no_foreign_types_in_public_signatures() -> None:
    for name, thing in public():
        function = thing.__func__ if isinstance(thing, staticmethod) else thing
        if inspect.isclass(function) and "pb." not in name:
            function = function.__init__
        if isinstance(function, types.FunctionType):
            signature = str(inspect.signature(function))
            for word in ("Any", "grpc", "ValueType"):
                assert word not in signature, f"{name}{signature}"


def test_everything_public_is_documented() -> None:
    for name, thing in public():
        if (inspect.isclass(thing) and "pb." not in name) or isinstance(thing, types.FunctionType):
            assert inspect.getdoc(thing), name


def test_star_import_gives_just_the_public_names() -> None:
    namespace: dict[str, object] = {}
    exec("from etcd_sdk import *", namespace)
    assert set(namespace) - {"__builtins__"} == set(etcd_sdk.__all__)
    assert len(etcd_sdk.__all__) == len(set(etcd_sdk.__all__))
