"""Who the client is to the server: the metadata that its calls carry, and when that is out of date.

The token goes as plain metadata, since gRPC's call credentials refuse to work without TLS. Which
token a call carried is told by the identity of the metadata, so of many calls that fail with an
old token only the first causes a login.
"""

from __future__ import annotations

from typing import TypeAlias

from etcd_sdk_api.errors import (
    AuthOldRevisionError,
    EmptyUserNameError,
    EtcdError,
    InvalidAuthTokenError,
)

Metadata: TypeAlias = tuple[tuple[str, str], ...]

_LEADER: Metadata = (("hasleader", "true"),)


class Headers:
    """The metadata of calls that belong to one login."""

    __slots__ = ("plain", "leader", "token")

    def __init__(self, base: Metadata, token: str) -> None:
        self.token: str = token
        self.plain: Metadata = (*base, ("token", token)) if token else base
        """Of most calls."""
        self.leader: Metadata = (*self.plain, *_LEADER)
        """Of calls that a server without a leader is to refuse."""

    def __repr__(self) -> str:
        return f"Headers({'with a token' if self.token else 'without a token'})"


class Login:
    """What the client knows about its identity.

    Args:
        base: Metadata that all calls carry.
        can_log_in: Whether there are a user name and a password.
        token: A ready token; empty for none.
    """

    def __init__(self, base: Metadata, *, can_log_in: bool, token: str = "") -> None:
        self.can_log_in = can_log_in
        self.headers: Headers | None = None if can_log_in else Headers(base, token)
        """What calls carry; ``None`` if a login has to come first."""
        self.refusal: EtcdError | None = None
        """What the last login that the server refused ended with."""
        self._base = base

    def accept(self, token: str) -> Headers:
        """Use a new token; an empty one where authentication is disabled."""
        self.headers = headers = Headers(self._base, token)
        return headers

    def renews(self, error: EtcdError) -> bool:
        """Whether a call that failed so may succeed after a new login."""
        return self.can_log_in and isinstance(error, OUT_OF_DATE)

    def is_refused(self, error: EtcdError) -> bool:
        """Whether the server does not accept who the client is, and no login can change that."""
        fixed = self.headers is not None and self.headers.token != ""
        return isinstance(error, InvalidAuthTokenError) or (
            fixed and isinstance(error, AuthOldRevisionError)
        )


# The last is the answer to a call without a token, as when authentication was enabled meanwhile.
OUT_OF_DATE = (InvalidAuthTokenError, AuthOldRevisionError, EmptyUserNameError)
