# Written by codegen from protos/ and templates/etcd_sdk_api/_async/%service%.py.j2; do not edit.

"""The Cluster service."""

from __future__ import annotations

from collections.abc import Iterable

from etcd_sdk_api import methods, pb, requests
from etcd_sdk_api._async.transport import AsyncTransport


class AsyncClusterApi:
    """Members of the cluster: list, add, change, promote and remove them.

    Everything but listing needs the root role where auth is on.
    """

    __slots__ = ("_transport",)

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def member_add(
        self, peer_urls: Iterable[str], *, is_learner: bool = False, timeout: float | None = None
    ) -> pb.MemberAddResponse:
        """Add a member to the cluster before its process is started.

        A voting member counts towards the quorum at once, running or not; adding it as a learner
        and promoting it later is the safer way. By default the server refuses a change that puts
        the quorum at risk: too few started members, or peers that are not connected.

        Needs the root role where auth is on.

        Args:
            peer_urls: URLs at which the other members will reach the new one, such as
                http://10.0.0.4:2380. At least one is needed; those of another member are refused.
            is_learner: Whether the member starts as a learner, without a vote. The cluster takes
                one learner at a time by default. (etcd 3.4+)
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: The new member and the cluster with it.

        Raises:
            InvalidMemberURLsError: The peer URLs of a new member are malformed.
            PeerURLAlreadyExistsError: Another member already uses one of the given peer URLs.
            TooManyLearnersError: The cluster has as many learners as it allows.
            NotEnoughStartedMembersError: The membership change would leave too few started members
                for a quorum.
            UnhealthyClusterError: A membership change was refused because too few members are
                connected.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.member_add_request(peer_urls, is_learner)
        return await self._transport.unary(methods.CLUSTER_MEMBER_ADD, request, timeout)

    async def member_remove(
        self, id: int, *, timeout: float | None = None
    ) -> pb.MemberRemoveResponse:
        """Remove a member from the cluster for good.

        The process of a removed member stops, and its ID is never accepted again. By default the
        server refuses a removal that puts the quorum at risk. Needs the root role where auth is on.

        Args:
            id: ID of the member. Fails when there is no such member.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: The cluster without the removed member.

        Raises:
            MemberNotFoundError: No member of the cluster has this id, or it has been removed.
            NotEnoughStartedMembersError: The membership change would leave too few started members
                for a quorum.
            UnhealthyClusterError: A membership change was refused because too few members are
                connected.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.member_remove_request(id)
        return await self._transport.unary(methods.CLUSTER_MEMBER_REMOVE, request, timeout)

    async def member_update(
        self, id: int, peer_urls: Iterable[str], *, timeout: float | None = None
    ) -> pb.MemberUpdateResponse:
        """Replace the peer URLs of a member.

        Name and client URLs belong to the member's own configuration and do not change here. Needs
        the root role where auth is on.

        Args:
            id: ID of the member. Fails when there is no such member.
            peer_urls: URLs that replace all peer URLs of the member. Those of another member are
                refused.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: The cluster with the changed member.

        Raises:
            MemberNotFoundError: No member of the cluster has this id, or it has been removed.
            PeerURLAlreadyExistsError: Another member already uses one of the given peer URLs.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.member_update_request(id, peer_urls)
        return await self._transport.unary(methods.CLUSTER_MEMBER_UPDATE, request, timeout)

    async def member_list(
        self, *, linearizable: bool = True, timeout: float | None = None
    ) -> pb.MemberListResponse:
        """List the members of the cluster.

        Where auth is on, a login is enough.

        Repeating it changes nothing, so it may be sent again.

        Args:
            linearizable: Whether the answer must include every finished change, which needs a
                quorum. False takes what the answering member knows, which may be stale. Servers
                before 3.5 ignore it and answer from what they know. (etcd 3.5+)
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Members of the cluster.

        Raises:
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.member_list_request(linearizable)
        return await self._transport.unary(methods.CLUSTER_MEMBER_LIST, request, timeout)

    async def member_promote(
        self, id: int, *, timeout: float | None = None
    ) -> pb.MemberPromoteResponse:
        """Make a learner a voting member.

        Fails when the member already votes, and when the learner has not caught up with the leader,
        in which case trying again later helps. Needs the root role where auth is on.

        etcd 3.4 and later.

        Args:
            id: ID of the learner. (etcd 3.4+)
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: The cluster with the promoted member.

        Raises:
            MemberNotFoundError: No member of the cluster has this id, or it has been removed.
            MemberNotLearnerError: Only a learner can be promoted, and this member votes already.
            LearnerNotReadyError: The learner has not caught up with the leader yet.
            NotEnoughStartedMembersError: The membership change would leave too few started members
                for a quorum.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.member_promote_request(id)
        return await self._transport.unary(methods.CLUSTER_MEMBER_PROMOTE, request, timeout)
