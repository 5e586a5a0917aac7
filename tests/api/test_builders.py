"""Builders and facades are two faces of one list of options."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etcd_sdk import AsyncKV, Compact, Compare, Delete, Get, Put, SortOrder, SortTarget, Txn, Watch
from etcd_sdk_api import requests
from etcd_sdk_api._async import AsyncKVApi
from etcd_sdk_api.builder import Builder

FACES = [
    (Get, AsyncKVApi.get, requests.range_request),
    (Put, AsyncKVApi.put, requests.put_request),
    (Delete, AsyncKVApi.delete, requests.delete_range_request),
    (Compact, AsyncKVApi.compact, requests.compaction_request),
    (Txn, AsyncKVApi.transact, requests.txn_request),
]
# Options that set two parameters at once.
GROUPS = {"sort": ("sort_target", "sort_order")}


def options(builder: type[object]) -> set[str]:
    """What a builder can be told, by the names of the facade's arguments."""
    found = set(inspect.signature(builder).parameters)
    for name, member in vars(builder).items():
        if inspect.isfunction(member) and not name.startswith("_") and name != "build":
            found.update(GROUPS.get(name, (name,)))
    return found


@pytest.mark.parametrize(("builder", "call", "function"), FACES)
def test_one_list_of_options(builder: type[object], call: object, function: object) -> None:
    assert callable(call)
    assert callable(function)
    arguments = set(inspect.signature(call).parameters) - {"self", "timeout"}
    assert options(builder) == arguments == set(inspect.signature(function).parameters)


def test_the_raw_request_of_a_watch_has_the_same_options() -> None:
    assert options(Watch) == set(inspect.signature(requests.watch_create_request).parameters)


@given(
    key=st.text(min_size=1),
    limit=st.integers(0, 2**63 - 1),
    revision=st.integers(0, 2**63 - 1),
    order=st.sampled_from(SortOrder),
    target=st.sampled_from(SortTarget),
    flags=st.tuples(*[st.booleans()] * 4),
)
def test_both_faces_make_the_same_request(
    key: str,
    limit: int,
    revision: int,
    order: SortOrder,
    target: SortTarget,
    flags: tuple[bool, bool, bool, bool],
) -> None:
    prefix, serializable, keys_only, count_only = flags
    built = (
        Get(key)
        .prefix(prefix)
        .limit(limit)
        .revision(revision)
        .sort(target, order)
        .serializable(serializable)
        .keys_only(keys_only)
        .count_only(count_only)
    )
    assert built.build() == requests.range_request(
        key,
        prefix=prefix,
        limit=limit,
        revision=revision,
        sort_order=order,
        sort_target=target,
        serializable=serializable,
        keys_only=keys_only,
        count_only=count_only,
    )


def test_a_builder_is_a_value() -> None:
    base = Get("a")
    first, second = base.limit(1), base.limit(2)
    assert base.build() == requests.range_request("a")
    assert (first.build().limit, second.build().limit) == (1, 2)
    assert first == Get("a").limit(1)
    assert first != second
    assert base != Delete("a")
    assert {first, Get("a").limit(1), second} == {first, second}
    assert first.build() is not first.build()
    with pytest.raises(AttributeError):
        first.limti = 3  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def test_a_builder_shows_its_options() -> None:
    shown = repr(Get("/app/").prefix().limit(3))
    assert shown == "Get(key='/app/', prefix=True, limit=3)"
    assert repr(Txn().then(Get("a"))) == "Txn(then=(Get(key='a'),))"
    assert "version: 0" in repr(Compare.version("a") == 0)


def test_repeated_options_are_given_once() -> None:
    for repeat in (
        lambda: Txn().when().when(),
        lambda: Txn().then(Get("a")).then(),
        lambda: Txn().otherwise().otherwise(Get("a")),
        lambda: Watch("a").filters().filters(),
    ):
        with pytest.raises(ValueError, match="was given before"):
            repeat()


def test_compares_are_values_and_so_are_transactions() -> None:
    one, same = Compare.version("a") == 0, Compare.version("a") == 0
    assert one == same
    assert one != (Compare.version("a") == 1)
    assert len({one, same}) == 1
    assert Txn().when(one).then(Get("a")) == Txn().when(same).then(Get("a"))
    assert hash(Txn().when(one)) == hash(Txn().when(same))


def test_compares_are_built_anew_each_time() -> None:
    condition = Compare.value("a") == b"1"
    first = condition.build()
    first.key = b"changed"
    assert condition.build().key == b"a"


def test_an_operand_makes_many_conditions() -> None:
    version = Compare.version("a")
    assert [
        (version == 1).build(),
        (version != 1).build(),
        (version < 1).build(),
        (version > 1).build(),
    ] == [
        version.equal(1).build(),
        version.not_equal(1).build(),
        version.less(1).build(),
        version.greater(1).build(),
    ]
    assert (version == 0).build().HasField("version"), "an arm set to its default is sent"


def test_transactions_are_builders_too() -> None:
    shared = AsyncKV.txn(AsyncKVApi(None))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert isinstance(shared, Builder)
    nested = Txn().then(shared.then(Put("a", "1")))
    assert nested.build().success[0].request_txn.success[0].request_put.key == b"a"
