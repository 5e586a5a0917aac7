# Written by codegen from protos/ and templates/etcd_sdk_api/_async/%service%.py.j2; do not edit.

"""The Lock service."""

from __future__ import annotations

from etcd_sdk_api import methods, pb, requests
from etcd_sdk_api._async.transport import AsyncTransport


class AsyncLockApi:
    """Locks whose waiting happens on the server, in one call, on the usual client port.

    They share their key layout with client-side mutexes, so both kinds exclude each other. Errors
    of this service arrive with the status code UNKNOWN and are told apart by their text.
    """

    __slots__ = ("_transport",)

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def lock(
        self, name: str | bytes, *, lease: int = 0, timeout: float | None = None
    ) -> pb.LockResponse:
        """Wait for the lock ``name`` and return the key that owns it.

        Blocks until the lock is owned, the deadline passes or the call is cancelled; in the last
        two cases, and when the connection breaks, the place in the queue is given up. Waiters are
        served in the order in which they arrived.

        The lock lasts as long as its lease does. The server does not keep the lease alive: that is
        the caller's part. Calling again with the same ``name`` and ``lease`` returns the same key
        at once. A lease that ends while waiting fails the call.

        Where auth is on, the caller's token must allow reading and writing under ``name``.

        etcd 3.2 and later.

        Args:
            name: Name of the lock, which is also the prefix of its keys: each contender's key is
                the name, a slash, and the ID of its lease in lower-case hex.
            lease: ID of the lease that holds the lock; keep it alive, the lock is lost when it
                ends. 0 makes the server grant a lease of 60 seconds that nobody renews and whose ID
                shows only in the key that is returned.
            timeout: Seconds the call may take. ``None`` is no limit: it may rightly take long.

        Returns:
            The response: Proof that the lock is owned.

        Raises:
            LeaseNotFoundError: The lease does not exist: it expired, was revoked or was never
                granted.
            SessionExpiredError: The lease of a lock request ended while the request was waiting.
            NoSpaceError: The database has reached its quota and a NOSPACE alarm may be raised.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.lock_request(name, lease)
        return await self._transport.unary(methods.LOCK_LOCK, request, timeout)

    async def unlock(self, key: str | bytes, *, timeout: float | None = None) -> pb.UnlockResponse:
        """Give up a lock by deleting its key.

        A plain delete without any check of ownership: the call succeeds for a key that is already
        gone and works on any key at all, so pass only the key that ``lock.lock`` returned.

        etcd 3.2 and later.

        Args:
            key: Key from ``LockResponse``. Empty is refused.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``lock.unlock``.

        Raises:
            EmptyKeyError: The request names no key.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.unlock_request(key)
        return await self._transport.unary(methods.LOCK_UNLOCK, request, timeout)
