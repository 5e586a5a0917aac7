# Written by codegen from protos/ and templates/etcd_sdk_api/_async/%service%.py.j2; do not edit.

"""The Lease service."""

from __future__ import annotations

from etcd_sdk_api import methods, pb, requests
from etcd_sdk_api._async.transport import AsyncStream, AsyncTransport


class AsyncLeaseApi:
    """Leases: limited lifetimes for keys, kept up by whoever needs the keys."""

    __slots__ = ("_transport",)

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def grant(
        self, ttl: int, *, id: int = 0, timeout: float | None = None
    ) -> pb.LeaseGrantResponse:
        """Grant a lease to which keys can be attached.

        The lease ends when it is revoked or not kept alive for its time to live; all keys attached
        to it are deleted then. Refused while the database is over its quota. Where auth is on, a
        login is enough.

        Args:
            ttl: Time to live in seconds. The server raises small values, 0 included, to its minimum
                of one and a half election timeouts, 2 seconds by default. Above 9,000,000,000 is
                refused. ``LeaseGrantResponse.TTL`` tells the value in force.
            id: ID for the lease, chosen by the client; one in use is refused. 0 lets the server
                choose.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: The lease that was granted.

        Raises:
            LeaseAlreadyExistsError: A lease with the requested id exists already.
            LeaseTTLTooLargeError: The requested time to live is above the server's limit of
                9,000,000,000 seconds.
            NoSpaceError: The database has reached its quota and a NOSPACE alarm may be raised.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.lease_grant_request(ttl, id)
        return await self._transport.unary(methods.LEASE_GRANT, request, timeout)

    async def revoke(self, id: int, *, timeout: float | None = None) -> pb.LeaseRevokeResponse:
        """End a lease now and delete all keys attached to it.

        The keys go in one revision, with one event for each. Fails when the lease does not exist.
        Where auth is on, the caller needs write permission for every attached key.

        Args:
            id: ID of the lease.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``lease.revoke``.

        Raises:
            LeaseNotFoundError: The lease does not exist: it expired, was revoked or was never
                granted.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.lease_revoke_request(id)
        return await self._transport.unary(methods.LEASE_REVOKE, request, timeout)

    def keep_alive_stream(
        self, *, timeout: float | None = None
    ) -> AsyncStream[pb.LeaseKeepAliveRequest, pb.LeaseKeepAliveResponse]:
        """Keep leases alive over one stream; each request resets a lease to its full time.

        Requests for different leases can share the stream; each is answered in turn. About one
        request every third of the time to live is customary. A lease that is gone is answered with
        a time to live of 0, other failures end the stream.

        Where auth is on, the caller needs write permission for every key attached to the lease.

        Repeating it changes nothing, so it may be sent again.

        Args:
            timeout: Seconds to wait for the first response. ``None`` is no limit; later ones may
                take any time.

        Returns:
            A stream that sends ``pb.LeaseKeepAliveRequest`` and iterates responses: Answer to one
                keep-alive request.

        Raises:
            NotPrimaryLessorError: The member that was to renew the lease is no longer the leader.
            AppliedIndexTimeoutError: The member took too long to apply what the cluster has
                committed.
            NoLeaderError: The cluster has no leader, and the call needs one.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        return self._transport.bidi_stream(methods.LEASE_KEEP_ALIVE_STREAM, timeout)

    async def time_to_live(
        self, id: int, *, keys: bool = False, timeout: float | None = None
    ) -> pb.LeaseTimeToLiveResponse:
        """Return the remaining time of a lease and, if asked, the keys attached to it.

        Does not renew the lease. An unknown lease is no error: its remaining time is -1. Where auth
        is on, a login is enough without ``keys``; with it, the caller needs read permission for
        every attached key.

        etcd 3.1 and later. Repeating it changes nothing, so it may be sent again.

        Args:
            id: ID of the lease. (etcd 3.1+)
            keys: Whether to return the attached keys too. (etcd 3.1+)
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Remaining time and keys of a lease.

        Raises:
            AppliedIndexTimeoutError: The member took too long to apply what the cluster has
                committed.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.lease_time_to_live_request(id, keys)
        return await self._transport.unary(methods.LEASE_TIME_TO_LIVE, request, timeout)

    async def leases(self, *, timeout: float | None = None) -> pb.LeaseLeasesResponse:
        """List all leases of the cluster.

        Answered by one member from its own state, so a lease granted a moment ago may be missing.
        Where auth is on, the caller needs read permission for the keys of all leases.

        etcd 3.3 and later. Repeating it changes nothing, so it may be sent again.

        Args:
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: All leases that the answering member knows.

        Raises:
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.lease_leases_request()
        return await self._transport.unary(methods.LEASE_LEASES, request, timeout)
