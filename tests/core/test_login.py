"""Who the client is: the metadata of its calls, and when a new login helps."""

from __future__ import annotations

import pytest

from etcd_sdk import errors
from etcd_sdk._core.login import Headers, Login
from etcd_sdk_api.errors import BY_TEXT, ServerError

BASE = (("client-api-version", "3.7"),)
OUT_OF_DATE = (
    errors.AuthOldRevisionError,
    errors.EmptyUserNameError,
    errors.InvalidAuthTokenError,
)


def anybody() -> Login:
    return Login(BASE, can_log_in=False)


def user() -> Login:
    return Login(BASE, can_log_in=True)


def bearer() -> Login:
    return Login(BASE, can_log_in=False, token="ready")


def test_who_needs_no_login_starts_with_the_metadata_of_all_calls() -> None:
    headers = anybody().headers
    assert headers is not None
    assert headers.plain == BASE
    assert headers.leader == (*BASE, ("hasleader", "true"))


def test_a_ready_token_is_carried_from_the_start() -> None:
    headers = bearer().headers
    assert headers is not None
    assert headers.plain == (*BASE, ("token", "ready"))
    assert headers.leader == (*BASE, ("token", "ready"), ("hasleader", "true"))


def test_a_user_logs_in_first() -> None:
    login = user()
    before = login.headers
    accepted = login.accept("token-1")
    assert (before, login.headers) == (None, accepted)
    assert accepted.plain == (*BASE, ("token", "token-1"))


def test_logins_are_told_apart_even_if_the_token_is_the_same() -> None:
    login = user()
    assert login.accept("same") is not login.accept("same")


def test_where_authentication_is_disabled_no_token_is_carried() -> None:
    assert user().accept("").plain == BASE


def test_no_token_shows() -> None:
    assert "secret" not in repr(Headers(BASE, "secret"))
    assert repr(Headers(BASE, "secret")) != repr(Headers(BASE, ""))


@pytest.mark.parametrize("kind", BY_TEXT.values(), ids=lambda kind: kind.__name__)
def test_a_login_helps_only_who_can_log_in_and_only_where_it_is_out_of_date(
    kind: type[ServerError],
) -> None:
    error = kind("text")
    assert user().renews(error) == (kind in OUT_OF_DATE)
    assert not anybody().renews(error)
    assert not bearer().renews(error)


@pytest.mark.parametrize("kind", BY_TEXT.values(), ids=lambda kind: kind.__name__)
def test_a_token_that_nobody_can_renew_is_refused_for_good(kind: type[ServerError]) -> None:
    refused = (errors.InvalidAuthTokenError, errors.AuthOldRevisionError)
    assert bearer().is_refused(kind("text")) == (kind in refused)


def test_without_a_token_an_old_revision_passes() -> None:
    # As of a user that the server knows by a certificate.
    assert not anybody().is_refused(errors.AuthOldRevisionError("text"))
    assert anybody().is_refused(errors.InvalidAuthTokenError("text"))
