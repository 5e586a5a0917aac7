"""Bad arguments are refused by name, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.message import Message

from etcd_sdk import (
    AlarmAction,
    Compare,
    Delete,
    FilterType,
    Get,
    PermissionType,
    Put,
    SortOrder,
    SortTarget,
    Txn,
    Watch,
    errors,
    pb,
)
from etcd_sdk_api import requests

VALUE = errors.ArgumentValueError
TYPE = errors.ArgumentTypeError
# The typing tests hold that a checker refuses these; here is what happens where none is used.
anything: Any = object()
number: Any = 7
other_enum: Any = FilterType.NODELETE
nothing: Any = None


@pytest.mark.parametrize(
    ("make", "kind", "said"),
    [
        (Get(nothing).build, TYPE, "key: must be str or bytes, not NoneType"),
        (Get(number).build, TYPE, "key: must be str or bytes, not int"),
        (Get("\ud800").build, VALUE, "key: is not encodable as UTF-8"),
        (Get("a").range_end(number).build, TYPE, "range_end: must be str or bytes"),
        (Get("a").prefix(number).build, TYPE, "prefix: must be bool, not int"),
        (Get("a").limit(-1).build, VALUE, "limit: must be from 0 to 9223372036854775807, not -1"),
        (Get("a").limit(2**63).build, VALUE, "limit: must be from"),
        (
            Get("a").sort(SortTarget.KEY, other_enum).build,
            TYPE,
            "sort_order: must be SortOrder, not FilterType",
        ),
        (Get("a").limit(anything).build, TYPE, "limit: must be int, not object"),
        (Get("a").limit(nothing).build, TYPE, "limit: must be int, not NoneType"),
        (Get("a").limit(True).build, TYPE, "limit: must be int, not bool"),
        (Get("a").revision(-1).build, VALUE, "revision: must be"),
        (Get("a").keys_only(nothing).build, TYPE, "keys_only: must be bool"),
        (Get("a").sort(anything, SortOrder.ASCEND).build, TYPE, "sort_target: must be SortTarget"),
        (
            Get("a").sort(SortTarget.KEY, number).build,
            VALUE,
            r"sort_order: must be a SortOrder \(NONE, ASCEND, DESCEND\), not 7",
        ),
        (Put("", "v").build, VALUE, "key: must not be empty"),
        (Put("a", number).build, TYPE, "value: must be str or bytes, not int"),
        (Put("a", "v").lease(2**63).build, VALUE, "lease: must be from -9223372036854775808"),
        (Watch("a").start_revision(-1).build, VALUE, "start_revision: must be"),
        (Watch("a").filters(number).build, VALUE, "filters: must be a FilterType"),
        (Txn().when(anything).build, TYPE, "when: must be made of Compare objects, not object"),
        (Txn().when(Get("a")).build, TYPE, "when: must be made of Compare"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        (Txn().then(anything).build, TYPE, "then: must be made of Get, Put, Delete, Txn"),
        (Txn().then(Watch("a")).build, TYPE, "then: must be made of"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        (Txn().otherwise(Delete("")).build, VALUE, "key: must not be empty"),
    ],
)
def test_builders(make: Callable[[], Message], kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        make()


@pytest.mark.parametrize(
    ("make", "kind", "said"),
    [
        (lambda: requests.member_add_request("http://a:1", False), TYPE, "peer_urls: must be an"),
        (
            lambda: requests.member_add_request(number, False),
            TYPE,
            "peer_urls: must be an iterable",
        ),
        (lambda: requests.member_add_request([number], False), TYPE, "peer_urls: must be str"),
        (lambda: requests.member_remove_request(-1), VALUE, "id: must be from 0 to 1844674407370"),
        (lambda: requests.proclaim_request(anything, ""), TYPE, "leader: must be pb.LeaderKey"),
        (lambda: requests.alarm_request(anything), TYPE, "action: must be"),
        (lambda: requests.auth_user_get_request(number), TYPE, "name: must be str, not int"),
        (lambda: requests.lease_grant_request(-1, 0), VALUE, "ttl: must be from 0"),
    ],
)
def test_calls(make: Callable[[], Message], kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        make()


def test_a_refusal_is_an_etcd_error_with_the_arguments_name() -> None:
    with pytest.raises(errors.EtcdError) as caught:
        Get("a").limit(-1).build()
    error = caught.value
    assert isinstance(error, errors.ArgumentValueError)
    assert (error.argument, error.code) == ("limit", errors.StatusCode.INVALID_ARGUMENT)


def test_only_what_is_not_default_is_sent() -> None:
    sent = requests.range_request("a", sort_order=SortOrder.NONE, limit=0, serializable=False)
    assert sent.ListFields() == pb.RangeRequest(key=b"a").ListFields()


def test_every_kind_of_field_arrives() -> None:
    granted = requests.auth_role_grant_permission_request(
        "role", PermissionType.READWRITE, "/a/", prefix=True
    )
    assert granted.perm.permType == PermissionType.READWRITE
    assert (granted.name, granted.perm.key, granted.perm.range_end) == ("role", b"/a/", b"/a0")
    assert requests.member_add_request(iter(["http://a:1"]), True).peerURLs == ["http://a:1"]
    assert Watch("a").filters(FilterType.NOPUT, FilterType.NODELETE).build().filters == [0, 1]
    assert requests.alarm_request(AlarmAction.ACTIVATE, 2**64 - 1).memberID == 2**64 - 1
    leader = pb.LeaderKey(name=b"n", rev=1)
    assert requests.resign_request(leader).leader == leader


def test_compare_with_the_wrong_type_is_a_type_error() -> None:
    for operand in (Compare.version("a"), Compare.lease("a")):
        with pytest.raises(TypeError, match="value: must be int, not str"):
            _ = operand == "1"
    with pytest.raises(TypeError, match="value: must be str or bytes, not int"):
        _ = Compare.value("a") > 1  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    with pytest.raises(errors.ArgumentValueError, match="value: must be from 0"):
        _ = Compare.version("a") == -1
    with pytest.raises(errors.ArgumentValueError, match="key: must not be empty"):
        Compare.version("")


def test_a_compare_is_no_bool() -> None:
    condition = Compare.version("a") == 0
    with pytest.raises(TypeError, match="no truth value"):
        bool(condition)
    with pytest.raises(TypeError, match="no truth value"):
        _ = not condition  # pyright: ignore[reportGeneralTypeIssues]
