# Derived from etcd_sdk_api/_async/maintenance.py by codegen; do not edit.

"""The Maintenance service."""

from __future__ import annotations

from etcd_sdk_api import methods, pb, requests
from etcd_sdk_api._sync.transport import Responses, Transport
from etcd_sdk_api.enums import AlarmAction, AlarmType, DowngradeAction


class MaintenanceApi:
    """Care of the cluster and of its members: alarms, state, disk space, checks, backup, downgrade.

    ``maintenance.status``, ``maintenance.defragment``, ``maintenance.hash``,
    ``maintenance.hash_kv`` and ``maintenance.snapshot`` concern the one member that answers, so aim
    the call at that member.
    """

    __slots__ = ("_transport",)

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def alarm(
        self,
        action: AlarmAction,
        *,
        member_id: int = 0,
        alarm: AlarmType = AlarmType.NONE,
        timeout: float | None = None,
    ) -> pb.AlarmResponse:
        """List, raise or clear alarms, which hold for the whole cluster.

        Where auth is on, listing needs a login, the other actions need the root role.

        Args:
            action: What to do: look at alarms, raise one or clear one.
            member_id: ID of the member that the alarm is about. ``GET`` ignores it; ``DEACTIVATE``
                needs the exact member, 0 does not stand for all of them.
            alarm: Kind of the alarm. For ``GET``, ``NONE`` means all kinds; ``DEACTIVATE`` needs
                the exact kind.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Alarms that were found, raised or cleared.

        Raises:
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.alarm_request(action, member_id, alarm)
        return self._transport.unary(methods.MAINTENANCE_ALARM, request, timeout)

    def status(
        self, *, endpoint: str | None = None, timeout: float | None = None
    ) -> pb.StatusResponse:
        """Return the state of the answering member.

        Versions, database size, raft position, leader and known problems, all as this member sees
        them. It answers without a quorum. Where auth is on, a login is enough.

        Repeating it changes nothing, so it may be sent again.

        Args:
            endpoint: The endpoint of the member to ask, which need not be one of the client's.
                ``None`` asks any.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: State of the answering member.

        Raises:
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.status_request()
        return self._transport.at(endpoint).unary(methods.MAINTENANCE_STATUS, request, timeout)

    def defragment(
        self, *, endpoint: str | None = None, timeout: float | None = None
    ) -> pb.DefragmentResponse:
        """Rewrite the database file of the answering member to give free space back to the disk.

        The member serves no reads and writes meanwhile, and the call takes as long as the copying
        does. Defragment one member after another, the leader last. Needs the root role where auth
        is on.

        Args:
            endpoint: The endpoint of the member to ask, which need not be one of the client's.
                ``None`` asks any.
            timeout: Seconds the call may take. ``None`` is no limit: it may rightly take long.

        Returns:
            The response: Answer to ``maintenance.defragment``; arrives when the work is done.

        Raises:
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.defragment_request()
        return self._transport.at(endpoint).unary(methods.MAINTENANCE_DEFRAGMENT, request, timeout)

    def hash(self, *, endpoint: str | None = None, timeout: float | None = None) -> pb.HashResponse:
        """Compute a checksum over the whole database of the answering member.

        Covers leases, auth and bookkeeping besides the keys, and may include writes that arrive
        meanwhile. To compare members use ``maintenance.hash_kv``. Needs the root role where auth is
        on.

        Repeating it changes nothing, so it may be sent again.

        Args:
            endpoint: The endpoint of the member to ask, which need not be one of the client's.
                ``None`` asks any.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Checksum over the whole database of the answering member.

        Raises:
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.hash_request()
        return self._transport.at(endpoint).unary(methods.MAINTENANCE_HASH, request, timeout)

    def hash_kv(
        self, *, revision: int = 0, endpoint: str | None = None, timeout: float | None = None
    ) -> pb.HashKVResponse:
        """Compute a checksum over keys and their history up to a revision, on one member.

        Answers that agree in ``HashKVResponse.hash_revision`` and
        ``HashKVResponse.compact_revision`` must agree in ``HashKVResponse.hash``, whichever members
        gave them; anything else means corruption.

        Fails when the revision is compacted or not reached yet. Needs the root role where auth is
        on.

        etcd 3.3 and later. Repeating it changes nothing, so it may be sent again.

        Args:
            revision: Last revision to include; 0 means the member's current one. To compare
                members, give all of them the same revision. (etcd 3.3+)
            endpoint: The endpoint of the member to ask, which need not be one of the client's.
                ``None`` asks any.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Checksum over the keys and the range of revisions that it covers.

        Raises:
            CompactedError: The requested revision has been compacted away.
            FutureRevisionError: The requested revision is newer than the store's current revision.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.hash_kv_request(revision)
        return self._transport.at(endpoint).unary(methods.MAINTENANCE_HASH_KV, request, timeout)

    def snapshot(
        self, *, endpoint: str | None = None, timeout: float | None = None
    ) -> Responses[pb.SnapshotResponse]:
        """Stream a copy of the answering member's database, a backup as of the moment of the call.

        Joining ``SnapshotResponse.blob`` of all messages gives the database file followed by 32
        bytes that hold the SHA-256 of everything before them; check it before trusting the file. A
        stream that ends without them is incomplete. Needs the root role where auth is on.

        Repeating it changes nothing, so it may be sent again.

        Args:
            endpoint: The endpoint of the member to ask, which need not be one of the client's.
                ``None`` asks any.
            timeout: Seconds to wait for the first response. ``None`` is no limit; later ones may
                take any time.

        Returns:
            An iterator of responses: One piece of the database copy, in order.

        Raises:
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.snapshot_request()
        return self._transport.at(endpoint).server_stream(
            methods.MAINTENANCE_SNAPSHOT, request, timeout
        )

    def move_leader(
        self, target_id: int, *, endpoint: str | None = None, timeout: float | None = None
    ) -> pb.MoveLeaderResponse:
        """Hand leadership of the cluster to another voting member and wait until it leads.

        Must be sent to the current leader; other members refuse it. Needs the root role where auth
        is on.

        etcd 3.3 and later.

        Args:
            target_id: ID of the new leader. Unknown members and learners are refused. (etcd 3.3+)
            endpoint: The endpoint of the member to ask, which need not be one of the client's.
                ``None`` asks any.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``maintenance.move_leader``; arrives when the new leader leads.

        Raises:
            NotLeaderError: Only the leader can serve this call, and this member is not it.
            BadLeaderTransfereeError: Leadership cannot move to this member because it is unknown or
                a learner.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.move_leader_request(target_id)
        return self._transport.at(endpoint).unary(methods.MAINTENANCE_MOVE_LEADER, request, timeout)

    def downgrade(
        self, action: DowngradeAction, version: str, *, timeout: float | None = None
    ) -> pb.DowngradeResponse:
        """Check, start or cancel a downgrade of the cluster by one minor version.

        Enabling it only prepares the cluster: afterwards replace the binaries of the members one by
        one. Needs the root role where auth is on.

        etcd 3.5 and later.

        Args:
            action: What to do: check whether a downgrade is possible, begin one or call it off.
                (etcd 3.5+)
            version: Version to go down to, such as 3.6 or 3.6.0; the patch number does not matter.
                Must be exactly one minor version below the cluster's. Ignored by ``CANCEL``. (etcd
                3.5+)
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``maintenance.downgrade``.

        Raises:
            WrongDowngradeVersionFormatError: The target version of a downgrade cannot be read.
            InvalidDowngradeTargetVersionError: The cluster cannot be downgraded to this version.
            ClusterVersionUnavailableError: The cluster has not settled its version, so a downgrade
                cannot be checked.
            DowngradeInProgressError: Another downgrade is already under way.
            NoDowngradeInProgressError: There is no downgrade to cancel.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.downgrade_request(action, version)
        return self._transport.unary(methods.MAINTENANCE_DOWNGRADE, request, timeout)
