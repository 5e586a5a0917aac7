# Written by codegen from protos/ and templates/etcd_sdk_api/methods.py.j2; do not edit.

"""Every RPC of the API as a constant."""

from __future__ import annotations

from typing import Final

from etcd_sdk_api import pb
from etcd_sdk_api.method import Method

RELEASE: Final = "3.7"
"""The etcd minor release whose API this is."""

KV_GET: Final = Method(
    "/etcdserverpb.KV/Range", "unary", pb.RangeRequest, pb.RangeResponse, read=True
)
KV_RANGE_STREAM: Final = Method(
    "/etcdserverpb.KV/RangeStream",
    "server_stream",
    pb.RangeRequest,
    pb.RangeStreamResponse,
    read=True,
    blocking=True,
    since="3.7",
    newer=True,
)
KV_PUT: Final = Method("/etcdserverpb.KV/Put", "unary", pb.PutRequest, pb.PutResponse)
KV_DELETE: Final = Method(
    "/etcdserverpb.KV/DeleteRange", "unary", pb.DeleteRangeRequest, pb.DeleteRangeResponse
)
KV_TRANSACT: Final = Method("/etcdserverpb.KV/Txn", "unary", pb.TxnRequest, pb.TxnResponse)
KV_COMPACT: Final = Method(
    "/etcdserverpb.KV/Compact", "unary", pb.CompactionRequest, pb.CompactionResponse
)

WATCH_WATCH: Final = Method(
    "/etcdserverpb.Watch/Watch",
    "bidi_stream",
    pb.WatchRequest,
    pb.WatchResponse,
    read=True,
    blocking=True,
)

LEASE_GRANT: Final = Method(
    "/etcdserverpb.Lease/LeaseGrant", "unary", pb.LeaseGrantRequest, pb.LeaseGrantResponse
)
LEASE_REVOKE: Final = Method(
    "/etcdserverpb.Lease/LeaseRevoke", "unary", pb.LeaseRevokeRequest, pb.LeaseRevokeResponse
)
LEASE_KEEP_ALIVE_STREAM: Final = Method(
    "/etcdserverpb.Lease/LeaseKeepAlive",
    "bidi_stream",
    pb.LeaseKeepAliveRequest,
    pb.LeaseKeepAliveResponse,
    read=True,
    blocking=True,
)
LEASE_TIME_TO_LIVE: Final = Method(
    "/etcdserverpb.Lease/LeaseTimeToLive",
    "unary",
    pb.LeaseTimeToLiveRequest,
    pb.LeaseTimeToLiveResponse,
    read=True,
    since="3.1",
)
LEASE_LEASES: Final = Method(
    "/etcdserverpb.Lease/LeaseLeases",
    "unary",
    pb.LeaseLeasesRequest,
    pb.LeaseLeasesResponse,
    read=True,
    since="3.3",
)

CLUSTER_MEMBER_ADD: Final = Method(
    "/etcdserverpb.Cluster/MemberAdd", "unary", pb.MemberAddRequest, pb.MemberAddResponse
)
CLUSTER_MEMBER_REMOVE: Final = Method(
    "/etcdserverpb.Cluster/MemberRemove", "unary", pb.MemberRemoveRequest, pb.MemberRemoveResponse
)
CLUSTER_MEMBER_UPDATE: Final = Method(
    "/etcdserverpb.Cluster/MemberUpdate", "unary", pb.MemberUpdateRequest, pb.MemberUpdateResponse
)
CLUSTER_MEMBER_LIST: Final = Method(
    "/etcdserverpb.Cluster/MemberList",
    "unary",
    pb.MemberListRequest,
    pb.MemberListResponse,
    read=True,
)
CLUSTER_MEMBER_PROMOTE: Final = Method(
    "/etcdserverpb.Cluster/MemberPromote",
    "unary",
    pb.MemberPromoteRequest,
    pb.MemberPromoteResponse,
    since="3.4",
)

MAINTENANCE_ALARM: Final = Method(
    "/etcdserverpb.Maintenance/Alarm", "unary", pb.AlarmRequest, pb.AlarmResponse
)
MAINTENANCE_STATUS: Final = Method(
    "/etcdserverpb.Maintenance/Status",
    "unary",
    pb.StatusRequest,
    pb.StatusResponse,
    read=True,
    member=True,
)
MAINTENANCE_DEFRAGMENT: Final = Method(
    "/etcdserverpb.Maintenance/Defragment",
    "unary",
    pb.DefragmentRequest,
    pb.DefragmentResponse,
    blocking=True,
    member=True,
)
MAINTENANCE_HASH: Final = Method(
    "/etcdserverpb.Maintenance/Hash",
    "unary",
    pb.HashRequest,
    pb.HashResponse,
    read=True,
    member=True,
)
MAINTENANCE_HASH_KV: Final = Method(
    "/etcdserverpb.Maintenance/HashKV",
    "unary",
    pb.HashKVRequest,
    pb.HashKVResponse,
    read=True,
    member=True,
    since="3.3",
)
MAINTENANCE_SNAPSHOT: Final = Method(
    "/etcdserverpb.Maintenance/Snapshot",
    "server_stream",
    pb.SnapshotRequest,
    pb.SnapshotResponse,
    read=True,
    blocking=True,
    member=True,
)
MAINTENANCE_MOVE_LEADER: Final = Method(
    "/etcdserverpb.Maintenance/MoveLeader",
    "unary",
    pb.MoveLeaderRequest,
    pb.MoveLeaderResponse,
    member=True,
    since="3.3",
)
MAINTENANCE_DOWNGRADE: Final = Method(
    "/etcdserverpb.Maintenance/Downgrade",
    "unary",
    pb.DowngradeRequest,
    pb.DowngradeResponse,
    since="3.5",
    newer=True,
)

AUTH_ENABLE: Final = Method(
    "/etcdserverpb.Auth/AuthEnable", "unary", pb.AuthEnableRequest, pb.AuthEnableResponse
)
AUTH_DISABLE: Final = Method(
    "/etcdserverpb.Auth/AuthDisable", "unary", pb.AuthDisableRequest, pb.AuthDisableResponse
)
AUTH_STATUS: Final = Method(
    "/etcdserverpb.Auth/AuthStatus",
    "unary",
    pb.AuthStatusRequest,
    pb.AuthStatusResponse,
    read=True,
    since="3.5",
    newer=True,
)
AUTH_AUTHENTICATE: Final = Method(
    "/etcdserverpb.Auth/Authenticate",
    "unary",
    pb.AuthenticateRequest,
    pb.AuthenticateResponse,
    read=True,
)
AUTH_USER_ADD: Final = Method(
    "/etcdserverpb.Auth/UserAdd",
    "unary",
    pb.AuthUserAddRequest,
    pb.AuthUserAddResponse,
    newer_fields={"hashedPassword": "3.5"},
    newer=True,
)
AUTH_USER_GET: Final = Method(
    "/etcdserverpb.Auth/UserGet", "unary", pb.AuthUserGetRequest, pb.AuthUserGetResponse, read=True
)
AUTH_USER_LIST: Final = Method(
    "/etcdserverpb.Auth/UserList",
    "unary",
    pb.AuthUserListRequest,
    pb.AuthUserListResponse,
    read=True,
)
AUTH_USER_DELETE: Final = Method(
    "/etcdserverpb.Auth/UserDelete", "unary", pb.AuthUserDeleteRequest, pb.AuthUserDeleteResponse
)
AUTH_USER_CHANGE_PASSWORD: Final = Method(
    "/etcdserverpb.Auth/UserChangePassword",
    "unary",
    pb.AuthUserChangePasswordRequest,
    pb.AuthUserChangePasswordResponse,
    newer_fields={"hashedPassword": "3.5"},
    newer=True,
)
AUTH_USER_GRANT_ROLE: Final = Method(
    "/etcdserverpb.Auth/UserGrantRole",
    "unary",
    pb.AuthUserGrantRoleRequest,
    pb.AuthUserGrantRoleResponse,
)
AUTH_USER_REVOKE_ROLE: Final = Method(
    "/etcdserverpb.Auth/UserRevokeRole",
    "unary",
    pb.AuthUserRevokeRoleRequest,
    pb.AuthUserRevokeRoleResponse,
)
AUTH_ROLE_ADD: Final = Method(
    "/etcdserverpb.Auth/RoleAdd", "unary", pb.AuthRoleAddRequest, pb.AuthRoleAddResponse
)
AUTH_ROLE_GET: Final = Method(
    "/etcdserverpb.Auth/RoleGet", "unary", pb.AuthRoleGetRequest, pb.AuthRoleGetResponse, read=True
)
AUTH_ROLE_LIST: Final = Method(
    "/etcdserverpb.Auth/RoleList",
    "unary",
    pb.AuthRoleListRequest,
    pb.AuthRoleListResponse,
    read=True,
)
AUTH_ROLE_DELETE: Final = Method(
    "/etcdserverpb.Auth/RoleDelete", "unary", pb.AuthRoleDeleteRequest, pb.AuthRoleDeleteResponse
)
AUTH_ROLE_GRANT_PERMISSION: Final = Method(
    "/etcdserverpb.Auth/RoleGrantPermission",
    "unary",
    pb.AuthRoleGrantPermissionRequest,
    pb.AuthRoleGrantPermissionResponse,
)
AUTH_ROLE_REVOKE_PERMISSION: Final = Method(
    "/etcdserverpb.Auth/RoleRevokePermission",
    "unary",
    pb.AuthRoleRevokePermissionRequest,
    pb.AuthRoleRevokePermissionResponse,
)

ELECTION_CAMPAIGN: Final = Method(
    "/v3electionpb.Election/Campaign",
    "unary",
    pb.CampaignRequest,
    pb.CampaignResponse,
    blocking=True,
    since="3.2",
)
ELECTION_PROCLAIM: Final = Method(
    "/v3electionpb.Election/Proclaim", "unary", pb.ProclaimRequest, pb.ProclaimResponse, since="3.2"
)
ELECTION_LEADER: Final = Method(
    "/v3electionpb.Election/Leader",
    "unary",
    pb.LeaderRequest,
    pb.LeaderResponse,
    read=True,
    since="3.2",
)
ELECTION_OBSERVE: Final = Method(
    "/v3electionpb.Election/Observe",
    "server_stream",
    pb.LeaderRequest,
    pb.LeaderResponse,
    read=True,
    blocking=True,
    since="3.2",
)
ELECTION_RESIGN: Final = Method(
    "/v3electionpb.Election/Resign", "unary", pb.ResignRequest, pb.ResignResponse, since="3.2"
)

LOCK_LOCK: Final = Method(
    "/v3lockpb.Lock/Lock", "unary", pb.LockRequest, pb.LockResponse, blocking=True, since="3.2"
)
LOCK_UNLOCK: Final = Method(
    "/v3lockpb.Lock/Unlock", "unary", pb.UnlockRequest, pb.UnlockResponse, since="3.2"
)

ALL: Final = (
    KV_GET,
    KV_RANGE_STREAM,
    KV_PUT,
    KV_DELETE,
    KV_TRANSACT,
    KV_COMPACT,
    WATCH_WATCH,
    LEASE_GRANT,
    LEASE_REVOKE,
    LEASE_KEEP_ALIVE_STREAM,
    LEASE_TIME_TO_LIVE,
    LEASE_LEASES,
    CLUSTER_MEMBER_ADD,
    CLUSTER_MEMBER_REMOVE,
    CLUSTER_MEMBER_UPDATE,
    CLUSTER_MEMBER_LIST,
    CLUSTER_MEMBER_PROMOTE,
    MAINTENANCE_ALARM,
    MAINTENANCE_STATUS,
    MAINTENANCE_DEFRAGMENT,
    MAINTENANCE_HASH,
    MAINTENANCE_HASH_KV,
    MAINTENANCE_SNAPSHOT,
    MAINTENANCE_MOVE_LEADER,
    MAINTENANCE_DOWNGRADE,
    AUTH_ENABLE,
    AUTH_DISABLE,
    AUTH_STATUS,
    AUTH_AUTHENTICATE,
    AUTH_USER_ADD,
    AUTH_USER_GET,
    AUTH_USER_LIST,
    AUTH_USER_DELETE,
    AUTH_USER_CHANGE_PASSWORD,
    AUTH_USER_GRANT_ROLE,
    AUTH_USER_REVOKE_ROLE,
    AUTH_ROLE_ADD,
    AUTH_ROLE_GET,
    AUTH_ROLE_LIST,
    AUTH_ROLE_DELETE,
    AUTH_ROLE_GRANT_PERMISSION,
    AUTH_ROLE_REVOKE_PERMISSION,
    ELECTION_CAMPAIGN,
    ELECTION_PROCLAIM,
    ELECTION_LEADER,
    ELECTION_OBSERVE,
    ELECTION_RESIGN,
    LOCK_LOCK,
    LOCK_UNLOCK,
)
