# Written by codegen from protos/ and templates/etcd_sdk_api/_async/%service%.py.j2; do not edit.

"""The Election service."""

from __future__ import annotations

from etcd_sdk_api import methods, pb, requests
from etcd_sdk_api._async.transport import AsyncResponses, AsyncTransport


class AsyncElectionApi:
    """Elections whose waiting happens on the server, in one call, on the usual client port.

    They share their key layout with client-side elections, so candidates of both kinds compete in
    the same election. Errors of this service arrive with the status code UNKNOWN and are told apart
    by their text. Where auth is on, the caller's token must allow reading, and for candidates
    writing, under the name of the election.
    """

    __slots__ = ("_transport",)

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def campaign(
        self,
        name: str | bytes,
        *,
        lease: int = 0,
        value: str | bytes = b"",
        timeout: float | None = None,
    ) -> pb.CampaignResponse:
        """Wait to become the leader of the election ``name``.

        Blocks until elected, until the deadline passes or until the call is cancelled; in the last
        two cases, and when the connection breaks, the candidacy is withdrawn. Candidates are
        elected in the order in which they arrived.

        Leadership lasts as long as the lease does. The server does not keep the lease alive: that
        is the caller's part. Campaigning again with the same ``name`` and ``lease`` keeps the place
        and, if ``value`` differs, announces the new value.

        etcd 3.2 and later.

        Args:
            name: Name of the election, which is also the prefix of its keys: each candidate's key
                is the name, a slash, and the ID of its lease in lower-case hex.
            lease: ID of the lease that backs the candidacy; keep it alive, leadership is lost when
                it ends. 0 makes the server grant a lease of 60 seconds that nobody renews; its ID
                is in the response.
            value: Value that observers see once elected, commonly an address or a name. May be
                empty.
            timeout: Seconds the call may take. ``None`` is no limit: it may rightly take long.

        Returns:
            The response: Proof that the election is won.

        Raises:
            LeaseNotFoundError: The lease does not exist: it expired, was revoked or was never
                granted.
            NoSpaceError: The database has reached its quota and a NOSPACE alarm may be raised.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.campaign_request(name, lease, value)
        return await self._transport.unary(methods.ELECTION_CAMPAIGN, request, timeout)

    async def proclaim(
        self, leader: pb.LeaderKey, *, value: str | bytes = b"", timeout: float | None = None
    ) -> pb.ProclaimResponse:
        """Announce a new value as the current leader.

        Fails when the leadership described by ``leader`` has ended. Does not start a new election.

        etcd 3.2 and later.

        Args:
            leader: Leadership as ``election.campaign`` returned it. A request without it is
                refused.
            value: Value that replaces the one announced before. May be empty.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``election.proclaim``.

        Raises:
            ElectionNotLeaderError: The given leader key no longer holds the leadership of its
                election.
            MissingLeaderKeyError: The request lacks the leader key that a campaign returned.
            LeaseNotFoundError: The lease does not exist: it expired, was revoked or was never
                granted.
            NoSpaceError: The database has reached its quota and a NOSPACE alarm may be raised.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.proclaim_request(leader, value)
        return await self._transport.unary(methods.ELECTION_PROCLAIM, request, timeout)

    async def leader(self, name: str | bytes, *, timeout: float | None = None) -> pb.LeaderResponse:
        """Return the current leader of the election ``name`` without waiting.

        Fails when nobody leads.

        etcd 3.2 and later. Repeating it changes nothing, so it may be sent again.

        Args:
            name: Name of the election.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: The leader at one moment.

        Raises:
            ElectionNoLeaderError: Nobody holds the leadership of this election at the moment.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.leader_request(name)
        return await self._transport.unary(methods.ELECTION_LEADER, request, timeout)

    def observe(
        self, name: str | bytes, *, timeout: float | None = None
    ) -> AsyncResponses[pb.LeaderResponse]:
        """Stream the leader of an election: the current one first, then every announcement.

        Waits without sending anything while nobody leads, and runs until cancelled. Leaderships
        that follow each other quickly may be skipped. The server ends the stream without an error
        when its own watch fails, so an unexpected end calls for a new stream.

        etcd 3.2 and later. Repeating it changes nothing, so it may be sent again.

        Args:
            name: Name of the election.
            timeout: Seconds to wait for the first response. ``None`` is no limit; later ones may
                take any time.

        Returns:
            An iterator of responses: The leader at one moment.

        Raises:
            NoLeaderError: The cluster has no leader, and the call needs one.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.leader_request(name)
        return self._transport.server_stream(methods.ELECTION_OBSERVE, request, timeout)

    async def resign(
        self, leader: pb.LeaderKey, *, timeout: float | None = None
    ) -> pb.ResignResponse:
        """Give up leadership, so that the next candidate is elected.

        Succeeds without any effect when the leadership described by ``leader`` has already ended.

        etcd 3.2 and later.

        Args:
            leader: Leadership as ``election.campaign`` returned it. A request without it is
                refused.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``election.resign``.

        Raises:
            MissingLeaderKeyError: The request lacks the leader key that a campaign returned.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.resign_request(leader)
        return await self._transport.unary(methods.ELECTION_RESIGN, request, timeout)
