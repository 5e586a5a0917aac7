"""What a server is too old for."""

from __future__ import annotations

import pytest

from etcd_sdk import pb
from etcd_sdk._core.versions import lacks, too_old
from etcd_sdk_api import methods
from etcd_sdk_api.methods import RELEASE

HERE = "here:1"


@pytest.mark.parametrize("version", ["3.4.0", "3.5.1", "3.6.14", "3.6.99-rc.1"])
def test_a_method_that_the_server_does_not_have(version: str) -> None:
    refusal = lacks(methods.KV_RANGE_STREAM, pb.RangeRequest(), version, HERE)
    assert refusal is not None
    assert (refusal.feature, refusal.needs) == ("KV.RangeStream", "3.7")
    assert (refusal.server_version, refusal.endpoint) == (version, HERE)
    for part in ("KV.RangeStream", "3.7", version, HERE):
        assert part in str(refusal)


@pytest.mark.parametrize("version", ["3.7.0", "3.7.1", "3.8.0-alpha.0", "3.10.0", "4.0.0"])
def test_a_method_that_the_server_has(version: str) -> None:
    assert lacks(methods.KV_RANGE_STREAM, pb.RangeRequest(), version, HERE) is None


def test_a_field_that_the_server_does_not_know_is_refused_only_where_it_is_given() -> None:
    plain = pb.AuthUserAddRequest(name="me", password="x")
    hashed = pb.AuthUserAddRequest(name="me", hashedPassword="x")
    assert lacks(methods.AUTH_USER_ADD, plain, "3.4.20", HERE) is None
    refusal = lacks(methods.AUTH_USER_ADD, hashed, "3.4.20", HERE)
    assert refusal is not None
    assert "hashedPassword" in refusal.feature
    assert refusal.needs == "3.5"
    assert lacks(methods.AUTH_USER_ADD, hashed, "3.5.0", HERE) is None


def test_a_field_with_its_default_is_not_given() -> None:
    request = pb.AuthUserAddRequest(name="me", hashedPassword="")
    assert lacks(methods.AUTH_USER_ADD, request, "3.4.20", HERE) is None


def test_a_stream_has_no_request_to_look_into() -> None:
    assert lacks(methods.WATCH_WATCH, None, "3.4.20", HERE) is None


@pytest.mark.parametrize("version", ["", "not a version", "3"])
def test_what_is_no_version_is_older_than_all(version: str) -> None:
    assert lacks(methods.KV_RANGE_STREAM, None, version, HERE) is not None
    assert too_old(version, HERE) is not None


def test_only_methods_that_may_be_missing_say_so() -> None:
    oldest = "3.4.0"
    for method in methods.ALL:
        missing = lacks(method, None, oldest, HERE) is not None
        assert missing <= method.newer, method.name
        assert method.newer == (missing or bool(method.newer_fields)), method.name


def test_one_minor_release_behind_is_not_too_old() -> None:
    major, minor = map(int, RELEASE.split("."))
    for near in (minor - 1, minor, minor + 1):
        assert too_old(f"{major}.{near}.9", HERE) is None
    assert too_old(f"{major + 1}.0.0", HERE) is None
    error = too_old(f"{major}.{minor - 2}.33", HERE)
    assert error is not None
    assert error.endpoint == HERE
    assert f"{major}.{minor - 2}.33" in str(error)
    assert f"{major}.{minor - 1}" in str(error)
