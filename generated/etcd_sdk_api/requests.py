# Written by codegen from protos/ and templates/etcd_sdk_api/requests.py.j2; do not edit.

"""How each request message is made from arguments: once, for facades and builders alike.

Only what differs from the default is set. Bad arguments are refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, cast

from etcd_sdk_api import checks, pb
from etcd_sdk_api.enums import (
    AlarmAction,
    AlarmType,
    DowngradeAction,
    FilterType,
    PermissionType,
    SortOrder,
    SortTarget,
)
from etcd_sdk_api.errors import ArgumentTypeError

if TYPE_CHECKING:
    from etcd_sdk_api.ops import Compare, TxnOp


def conditions(name: str, compares: Iterable[Compare]) -> Iterator[pb.Compare]:
    """Each condition's message."""
    for compare in checks.items(name, compares, "Compare"):
        condition = compare.build() if hasattr(compare, "build") else compare
        if not isinstance(condition, pb.Compare):
            raise ArgumentTypeError(name, "made of Compare objects", compare)
        yield condition


def txn_op_messages(name: str, ops: Iterable[TxnOp]) -> Iterator[pb.RequestOp]:
    """Each builder's request, in the arm of ``RequestOp`` that carries it."""
    for op in checks.items(name, ops, "TxnOp"):
        request = op.build() if hasattr(op, "build") else op
        if isinstance(request, pb.RangeRequest):
            yield pb.RequestOp(request_range=request)
        elif isinstance(request, pb.PutRequest):
            yield pb.RequestOp(request_put=request)
        elif isinstance(request, pb.DeleteRangeRequest):
            yield pb.RequestOp(request_delete_range=request)
        elif isinstance(request, pb.TxnRequest):
            yield pb.RequestOp(request_txn=request)
        else:
            raise ArgumentTypeError(name, "made of Get, Put, Delete, Txn", op)


def range_request(
    key: str | bytes,
    prefix: bool = False,
    from_key: bool = False,
    range_end: str | bytes | None = None,
    limit: int = 0,
    revision: int = 0,
    sort_order: SortOrder = SortOrder.NONE,
    sort_target: SortTarget = SortTarget.KEY,
    serializable: bool = False,
    keys_only: bool = False,
    count_only: bool = False,
    min_mod_revision: int = 0,
    max_mod_revision: int = 0,
    min_create_revision: int = 0,
    max_create_revision: int = 0,
) -> pb.RangeRequest:
    """The arguments of ``kv.get`` as a message."""
    request = pb.RangeRequest()
    checks.set_key_range(request, key, prefix, from_key, range_end)
    if limit != 0:
        request.limit = checks.integer("limit", limit, checks.NATURAL)
    if revision != 0:
        request.revision = checks.integer("revision", revision, checks.NATURAL)
    if sort_order != 0:
        request.sort_order = cast(
            "pb.RangeRequest.SortOrder.ValueType", checks.enum("sort_order", sort_order, SortOrder)
        )
    if sort_target != 0:
        request.sort_target = cast(
            "pb.RangeRequest.SortTarget.ValueType",
            checks.enum("sort_target", sort_target, SortTarget),
        )
    if serializable is not False:
        request.serializable = checks.flag("serializable", serializable)
    if keys_only is not False:
        request.keys_only = checks.flag("keys_only", keys_only)
    if count_only is not False:
        request.count_only = checks.flag("count_only", count_only)
    if min_mod_revision != 0:
        request.min_mod_revision = checks.integer(
            "min_mod_revision", min_mod_revision, checks.NATURAL
        )
    if max_mod_revision != 0:
        request.max_mod_revision = checks.integer(
            "max_mod_revision", max_mod_revision, checks.NATURAL
        )
    if min_create_revision != 0:
        request.min_create_revision = checks.integer(
            "min_create_revision", min_create_revision, checks.NATURAL
        )
    if max_create_revision != 0:
        request.max_create_revision = checks.integer(
            "max_create_revision", max_create_revision, checks.NATURAL
        )
    return request


def put_request(
    key: str | bytes,
    value: str | bytes,
    lease: int = 0,
    prev_kv: bool = False,
    ignore_value: bool = False,
    ignore_lease: bool = False,
) -> pb.PutRequest:
    """The arguments of ``kv.put`` as a message."""
    request = pb.PutRequest()
    request.key = checks.key("key", key)
    request.value = checks.to_bytes("value", value)
    if lease != 0:
        request.lease = checks.integer("lease", lease, checks.INT64)
    if prev_kv is not False:
        request.prev_kv = checks.flag("prev_kv", prev_kv)
    if ignore_value is not False:
        request.ignore_value = checks.flag("ignore_value", ignore_value)
    if ignore_lease is not False:
        request.ignore_lease = checks.flag("ignore_lease", ignore_lease)
    return request


def delete_range_request(
    key: str | bytes,
    prefix: bool = False,
    from_key: bool = False,
    range_end: str | bytes | None = None,
    prev_kv: bool = False,
) -> pb.DeleteRangeRequest:
    """The arguments of ``kv.delete`` as a message."""
    request = pb.DeleteRangeRequest()
    checks.set_key_range(request, key, prefix, from_key, range_end)
    if prev_kv is not False:
        request.prev_kv = checks.flag("prev_kv", prev_kv)
    return request


def txn_request(
    when: Iterable[Compare] = (), then: Iterable[TxnOp] = (), otherwise: Iterable[TxnOp] = ()
) -> pb.TxnRequest:
    """The arguments of ``kv.transact`` as a message."""
    request = pb.TxnRequest()
    request.compare.extend(conditions("when", when))
    request.success.extend(txn_op_messages("then", then))
    request.failure.extend(txn_op_messages("otherwise", otherwise))
    return request


def compaction_request(revision: int, physical: bool = False) -> pb.CompactionRequest:
    """The arguments of ``kv.compact`` as a message."""
    request = pb.CompactionRequest()
    request.revision = checks.integer("revision", revision, checks.NATURAL)
    if physical is not False:
        request.physical = checks.flag("physical", physical)
    return request


def watch_create_request(
    key: str | bytes,
    prefix: bool = False,
    from_key: bool = False,
    range_end: str | bytes | None = None,
    start_revision: int = 0,
    progress_notify: bool = False,
    filters: Iterable[FilterType] = (),
    prev_kv: bool = False,
    watch_id: int = 0,
    fragment: bool = False,
) -> pb.WatchCreateRequest:
    """The arguments of the builder as a message."""
    request = pb.WatchCreateRequest()
    checks.set_key_range(request, key, prefix, from_key, range_end)
    if start_revision != 0:
        request.start_revision = checks.integer("start_revision", start_revision, checks.NATURAL)
    if progress_notify is not False:
        request.progress_notify = checks.flag("progress_notify", progress_notify)
    request.filters.extend(
        cast("pb.WatchCreateRequest.FilterType.ValueType", checks.enum("filters", item, FilterType))
        for item in checks.items("filters", filters, "FilterType")
    )
    if prev_kv is not False:
        request.prev_kv = checks.flag("prev_kv", prev_kv)
    if watch_id != 0:
        request.watch_id = checks.integer("watch_id", watch_id, checks.NATURAL)
    if fragment is not False:
        request.fragment = checks.flag("fragment", fragment)
    return request


def lease_grant_request(ttl: int, id: int = 0) -> pb.LeaseGrantRequest:
    """The arguments of ``lease.grant`` as a message."""
    request = pb.LeaseGrantRequest()
    request.TTL = checks.integer("ttl", ttl, checks.NATURAL)
    if id != 0:
        request.ID = checks.integer("id", id, checks.INT64)
    return request


def lease_revoke_request(id: int) -> pb.LeaseRevokeRequest:
    """The arguments of ``lease.revoke`` as a message."""
    request = pb.LeaseRevokeRequest()
    request.ID = checks.integer("id", id, checks.INT64)
    return request


def lease_time_to_live_request(id: int, keys: bool = False) -> pb.LeaseTimeToLiveRequest:
    """The arguments of ``lease.time_to_live`` as a message."""
    request = pb.LeaseTimeToLiveRequest()
    request.ID = checks.integer("id", id, checks.INT64)
    if keys is not False:
        request.keys = checks.flag("keys", keys)
    return request


def lease_leases_request() -> pb.LeaseLeasesRequest:
    """The arguments of ``lease.leases`` as a message."""
    return pb.LeaseLeasesRequest()


def member_add_request(peer_urls: Iterable[str], is_learner: bool = False) -> pb.MemberAddRequest:
    """The arguments of ``cluster.member_add`` as a message."""
    request = pb.MemberAddRequest()
    request.peerURLs.extend(
        checks.text("peer_urls", item) for item in checks.items("peer_urls", peer_urls, "str")
    )
    if is_learner is not False:
        request.isLearner = checks.flag("is_learner", is_learner)
    return request


def member_remove_request(id: int) -> pb.MemberRemoveRequest:
    """The arguments of ``cluster.member_remove`` as a message."""
    request = pb.MemberRemoveRequest()
    request.ID = checks.integer("id", id, checks.UINT64)
    return request


def member_update_request(id: int, peer_urls: Iterable[str]) -> pb.MemberUpdateRequest:
    """The arguments of ``cluster.member_update`` as a message."""
    request = pb.MemberUpdateRequest()
    request.ID = checks.integer("id", id, checks.UINT64)
    request.peerURLs.extend(
        checks.text("peer_urls", item) for item in checks.items("peer_urls", peer_urls, "str")
    )
    return request


def member_list_request(linearizable: bool = True) -> pb.MemberListRequest:
    """The arguments of ``cluster.member_list`` as a message."""
    request = pb.MemberListRequest()
    if linearizable is not False:
        request.linearizable = checks.flag("linearizable", linearizable)
    return request


def member_promote_request(id: int) -> pb.MemberPromoteRequest:
    """The arguments of ``cluster.member_promote`` as a message."""
    request = pb.MemberPromoteRequest()
    request.ID = checks.integer("id", id, checks.UINT64)
    return request


def alarm_request(
    action: AlarmAction, member_id: int = 0, alarm: AlarmType = AlarmType.NONE
) -> pb.AlarmRequest:
    """The arguments of ``maintenance.alarm`` as a message."""
    request = pb.AlarmRequest()
    request.action = cast(
        "pb.AlarmRequest.AlarmAction.ValueType", checks.enum("action", action, AlarmAction)
    )
    if member_id != 0:
        request.memberID = checks.integer("member_id", member_id, checks.UINT64)
    if alarm != 0:
        request.alarm = cast("pb.AlarmType.ValueType", checks.enum("alarm", alarm, AlarmType))
    return request


def status_request() -> pb.StatusRequest:
    """The arguments of ``maintenance.status`` as a message."""
    return pb.StatusRequest()


def defragment_request() -> pb.DefragmentRequest:
    """The arguments of ``maintenance.defragment`` as a message."""
    return pb.DefragmentRequest()


def hash_request() -> pb.HashRequest:
    """The arguments of ``maintenance.hash`` as a message."""
    return pb.HashRequest()


def hash_kv_request(revision: int = 0) -> pb.HashKVRequest:
    """The arguments of ``maintenance.hash_kv`` as a message."""
    request = pb.HashKVRequest()
    if revision != 0:
        request.revision = checks.integer("revision", revision, checks.NATURAL)
    return request


def snapshot_request() -> pb.SnapshotRequest:
    """The arguments of the builder as a message."""
    return pb.SnapshotRequest()


def move_leader_request(target_id: int) -> pb.MoveLeaderRequest:
    """The arguments of ``maintenance.move_leader`` as a message."""
    request = pb.MoveLeaderRequest()
    request.targetID = checks.integer("target_id", target_id, checks.UINT64)
    return request


def downgrade_request(action: DowngradeAction, version: str) -> pb.DowngradeRequest:
    """The arguments of ``maintenance.downgrade`` as a message."""
    request = pb.DowngradeRequest()
    request.action = cast(
        "pb.DowngradeRequest.DowngradeAction.ValueType",
        checks.enum("action", action, DowngradeAction),
    )
    request.version = checks.text("version", version)
    return request


def auth_enable_request() -> pb.AuthEnableRequest:
    """The arguments of ``auth.enable`` as a message."""
    return pb.AuthEnableRequest()


def auth_disable_request() -> pb.AuthDisableRequest:
    """The arguments of ``auth.disable`` as a message."""
    return pb.AuthDisableRequest()


def auth_status_request() -> pb.AuthStatusRequest:
    """The arguments of ``auth.status`` as a message."""
    return pb.AuthStatusRequest()


def authenticate_request(name: str, password: str) -> pb.AuthenticateRequest:
    """The arguments of ``auth.authenticate`` as a message."""
    request = pb.AuthenticateRequest()
    request.name = checks.text("name", name)
    request.password = checks.text("password", password)
    return request


def auth_user_add_request(
    name: str, password: str = "", no_password: bool = False
) -> pb.AuthUserAddRequest:
    """The arguments of ``auth.user_add`` as a message."""
    request = pb.AuthUserAddRequest()
    request.name = checks.text("name", name)
    request.password = checks.text("password", password)
    if no_password is not False:
        request.options.no_password = checks.flag("no_password", no_password)
    return request


def auth_user_get_request(name: str) -> pb.AuthUserGetRequest:
    """The arguments of ``auth.user_get`` as a message."""
    request = pb.AuthUserGetRequest()
    request.name = checks.text("name", name)
    return request


def auth_user_list_request() -> pb.AuthUserListRequest:
    """The arguments of ``auth.user_list`` as a message."""
    return pb.AuthUserListRequest()


def auth_user_delete_request(name: str) -> pb.AuthUserDeleteRequest:
    """The arguments of ``auth.user_delete`` as a message."""
    request = pb.AuthUserDeleteRequest()
    request.name = checks.text("name", name)
    return request


def auth_user_change_password_request(name: str, password: str) -> pb.AuthUserChangePasswordRequest:
    """The arguments of ``auth.user_change_password`` as a message."""
    request = pb.AuthUserChangePasswordRequest()
    request.name = checks.text("name", name)
    request.password = checks.text("password", password)
    return request


def auth_user_grant_role_request(user: str, role: str) -> pb.AuthUserGrantRoleRequest:
    """The arguments of ``auth.user_grant_role`` as a message."""
    request = pb.AuthUserGrantRoleRequest()
    request.user = checks.text("user", user)
    request.role = checks.text("role", role)
    return request


def auth_user_revoke_role_request(name: str, role: str) -> pb.AuthUserRevokeRoleRequest:
    """The arguments of ``auth.user_revoke_role`` as a message."""
    request = pb.AuthUserRevokeRoleRequest()
    request.name = checks.text("name", name)
    request.role = checks.text("role", role)
    return request


def auth_role_add_request(name: str) -> pb.AuthRoleAddRequest:
    """The arguments of ``auth.role_add`` as a message."""
    request = pb.AuthRoleAddRequest()
    request.name = checks.text("name", name)
    return request


def auth_role_get_request(role: str) -> pb.AuthRoleGetRequest:
    """The arguments of ``auth.role_get`` as a message."""
    request = pb.AuthRoleGetRequest()
    request.role = checks.text("role", role)
    return request


def auth_role_list_request() -> pb.AuthRoleListRequest:
    """The arguments of ``auth.role_list`` as a message."""
    return pb.AuthRoleListRequest()


def auth_role_delete_request(role: str) -> pb.AuthRoleDeleteRequest:
    """The arguments of ``auth.role_delete`` as a message."""
    request = pb.AuthRoleDeleteRequest()
    request.role = checks.text("role", role)
    return request


def auth_role_grant_permission_request(
    name: str,
    perm_type: PermissionType,
    key: str | bytes,
    prefix: bool = False,
    from_key: bool = False,
    range_end: str | bytes | None = None,
) -> pb.AuthRoleGrantPermissionRequest:
    """The arguments of ``auth.role_grant_permission`` as a message."""
    request = pb.AuthRoleGrantPermissionRequest()
    request.name = checks.text("name", name)
    request.perm.permType = cast(
        "pb.Permission.Type.ValueType", checks.enum("perm_type", perm_type, PermissionType)
    )
    checks.set_key_range(request.perm, key, prefix, from_key, range_end)
    return request


def auth_role_revoke_permission_request(
    role: str,
    key: str | bytes,
    prefix: bool = False,
    from_key: bool = False,
    range_end: str | bytes | None = None,
) -> pb.AuthRoleRevokePermissionRequest:
    """The arguments of ``auth.role_revoke_permission`` as a message."""
    request = pb.AuthRoleRevokePermissionRequest()
    request.role = checks.text("role", role)
    checks.set_key_range(request, key, prefix, from_key, range_end)
    return request


def campaign_request(
    name: str | bytes, lease: int = 0, value: str | bytes = b""
) -> pb.CampaignRequest:
    """The arguments of ``election.campaign`` as a message."""
    request = pb.CampaignRequest()
    request.name = checks.to_bytes("name", name)
    if lease != 0:
        request.lease = checks.integer("lease", lease, checks.INT64)
    request.value = checks.to_bytes("value", value)
    return request


def proclaim_request(leader: pb.LeaderKey, value: str | bytes = b"") -> pb.ProclaimRequest:
    """The arguments of ``election.proclaim`` as a message."""
    request = pb.ProclaimRequest()
    request.leader.SetInParent()
    request.leader.CopyFrom(checks.message("leader", leader, pb.LeaderKey))
    request.value = checks.to_bytes("value", value)
    return request


def leader_request(name: str | bytes) -> pb.LeaderRequest:
    """The arguments of ``election.leader`` as a message."""
    request = pb.LeaderRequest()
    request.name = checks.to_bytes("name", name)
    return request


def resign_request(leader: pb.LeaderKey) -> pb.ResignRequest:
    """The arguments of ``election.resign`` as a message."""
    request = pb.ResignRequest()
    request.leader.SetInParent()
    request.leader.CopyFrom(checks.message("leader", leader, pb.LeaderKey))
    return request


def lock_request(name: str | bytes, lease: int = 0) -> pb.LockRequest:
    """The arguments of ``lock.lock`` as a message."""
    request = pb.LockRequest()
    request.name = checks.to_bytes("name", name)
    if lease != 0:
        request.lease = checks.integer("lease", lease, checks.INT64)
    return request


def unlock_request(key: str | bytes) -> pb.UnlockRequest:
    """The arguments of ``lock.unlock`` as a message."""
    request = pb.UnlockRequest()
    request.key = checks.key("key", key)
    return request
