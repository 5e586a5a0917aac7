"""Both flavours of everything public are the same, but for ``async``."""

from __future__ import annotations

import inspect
import re

import pytest

import etcd_sdk
from etcd_sdk_api import _async, _sync, methods

PAIRS = [
    (getattr(etcd_sdk, name), getattr(etcd_sdk, name.removeprefix("Async")))
    for name in etcd_sdk.__all__
    if name.startswith("Async")
]
STREAMS = {"server_stream", "bidi_stream"}
DUNDERS = {"__aenter__": "__enter__", "__aexit__": "__exit__"}
DUNDERS |= {"__aiter__": "__iter__", "__anext__": "__next__"}


def members(kind: type[object]) -> dict[str, object]:
    """What a class has of its own that a user may call."""
    return {
        DUNDERS.get(name, name): member
        for name, member in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_") or name in DUNDERS or name in DUNDERS.values()
    }


def without_async(text: str) -> str:
    return re.sub(r"\bAsync(?=[A-Z])", "", text)


def test_there_are_pairs() -> None:
    assert {flavour[0].__name__ for flavour in PAIRS} >= {"AsyncClient", "AsyncKV", "AsyncKVApi"}
    assert len(PAIRS) == 10 + 9 + 3


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_pair_has_equal_members_signatures_and_docs(
    one: type[object], other: type[object]
) -> None:
    assert without_async(one.__name__) == other.__name__
    for what in (inspect.signature, inspect.getdoc):
        assert without_async(str(what(one))).split() == str(what(other)).split()
    left, right = members(one), members(other)
    assert left.keys() == right.keys()
    for name, member in left.items():
        twin = right[name]
        assert callable(member)
        assert callable(twin)
        signature, expected = str(inspect.signature(member)), str(inspect.signature(twin))
        assert without_async(signature) == expected, f"{one.__name__}.{name}"
        assert not inspect.iscoroutinefunction(twin)
        doc, expected = inspect.getdoc(member) or "", inspect.getdoc(twin) or ""
        assert without_async(doc).split() == expected.split(), f"{one.__name__}.{name}"


def test_all_rpcs_are_there_documented_and_of_their_kind() -> None:
    assert len(methods.ALL) == 49
    found = 0
    for facade in vars(_async).values():
        if not inspect.isclass(facade) or not facade.__name__.endswith("Api"):
            continue
        for name, member in inspect.getmembers(facade, inspect.isfunction):
            constant = f"{facade.__name__[5:-3]}_{name}".upper()
            method = getattr(methods, constant, None)
            if method is None:
                continue
            found += 1
            assert inspect.iscoroutinefunction(member) == (method.kind not in STREAMS), constant
            twin = getattr(getattr(_sync, facade.__name__[5:]), name)
            for documented in (member, twin):
                doc = inspect.getdoc(documented) or ""
                for section in ("Args:", "timeout:", "Returns:", "Raises:"):
                    assert section in doc, f"{constant}: {section}"
                for parameter in inspect.signature(documented).parameters:
                    assert parameter == "self" or f"    {parameter}: " in doc, constant
    assert found == 49
