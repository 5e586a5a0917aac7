"""Statuses into errors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etcd_sdk import errors
from etcd_sdk._core.status import NEVER_SENT, error_from
from etcd_sdk_api import methods
from etcd_sdk_api.errors import BY_TEXT, ServerError, StatusCode

CODES = st.sampled_from([code for code in StatusCode if code is not StatusCode.OK])


@pytest.mark.parametrize("kind", BY_TEXT.values())
@given(code=CODES)
def test_a_known_text_decides_whatever_the_code(kind: type[ServerError], code: StatusCode) -> None:
    error = error_from(code, kind.text, methods.KV_PUT, "here:1")
    assert type(error) is kind
    assert (error.code, error.message, error.endpoint) == (kind.code, kind.text, "here:1")
    assert error.in_doubt == kind.may_have_applied


@given(code=CODES, text=st.text())
def test_any_status_has_an_error_that_says_where(code: StatusCode, text: str) -> None:
    error = error_from(code, text, methods.KV_PUT, "here:1")
    assert "KV.Put at here:1" in str(error)
    assert error.message


@given(code=CODES, text=st.text())
def test_reads_are_never_in_doubt(code: StatusCode, text: str) -> None:
    assert not error_from(code, text, methods.KV_GET, "").in_doubt


@given(code=CODES, tail=st.text())
@pytest.mark.parametrize("prefix", NEVER_SENT)
def test_only_unavailable_with_a_known_prefix_is_provably_unsent(
    prefix: str, code: StatusCode, tail: str
) -> None:
    error = error_from(code, prefix + tail, methods.KV_PUT, "")
    unsent = code in {StatusCode.UNAVAILABLE, StatusCode.UNIMPLEMENTED}
    assert error.in_doubt != unsent


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (StatusCode.UNAVAILABLE, errors.UnavailableError),
        (StatusCode.DEADLINE_EXCEEDED, errors.DeadlineExceededError),
        (StatusCode.UNIMPLEMENTED, errors.UnimplementedError),
        (StatusCode.INTERNAL, errors.StatusError),
        (StatusCode.CANCELLED, errors.StatusError),
    ],
)
def test_an_unknown_text_falls_to_its_code(code: StatusCode, kind: type[errors.EtcdError]) -> None:
    error = error_from(code, "never heard of", methods.KV_PUT, "")
    assert (type(error), error.code) == (kind, code)


def test_what_grpc_does_not_tell_is_said_plainly() -> None:
    error = error_from(StatusCode.INTERNAL, "Internal error from Core", methods.WATCH_WATCH, "")
    assert (type(error), error.code) == (errors.StatusError, StatusCode.INTERNAL)
    assert "does not say why" in error.message


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("auth: invalid auth token", errors.InvalidAuthTokenError),
        ("auth: permission denied", errors.PermissionDeniedError),
        ("auth: revision in header is old", errors.AuthOldRevisionError),
        ("auth: user name is empty", errors.EmptyUserNameError),
    ],
)
def test_what_old_servers_do_not_translate(text: str, kind: type[errors.EtcdError]) -> None:
    error = error_from(StatusCode.UNKNOWN, text, methods.MAINTENANCE_DEFRAGMENT, "")
    assert (type(error), error.code, error.message) == (kind, kind.code, text)
    assert not error.in_doubt


def test_the_deadline_seen_by_the_server_first_is_a_deadline() -> None:
    reset = error_from(StatusCode.CANCELLED, "RST_STREAM", methods.LOCK_LOCK, "", late=True)
    assert isinstance(reset, errors.DeadlineExceededError)
    assert reset.in_doubt
    said = error_from(StatusCode.UNKNOWN, "context deadline exceeded", methods.LOCK_LOCK, "")
    assert isinstance(said, errors.DeadlineExceededError)
    assert said.code is StatusCode.DEADLINE_EXCEEDED


def test_a_peer_that_is_no_etcd_is_not_taken_for_an_old_one() -> None:
    text = "Received http2 header with status: 404"
    error = error_from(StatusCode.UNIMPLEMENTED, text, methods.KV_PUT, "")
    assert isinstance(error, errors.UnavailableError)


@pytest.mark.parametrize(
    "text",
    [
        "grpc: received message larger than max (3145747 vs. 2097152)",
        "CLIENT: Sent message larger than max (9 vs. 4)",
    ],
)
def test_a_message_too_large_for_either_side(text: str) -> None:
    error = error_from(StatusCode.RESOURCE_EXHAUSTED, text, methods.KV_PUT, "")
    assert isinstance(error, errors.RequestTooLargeError)
    assert not error.in_doubt
