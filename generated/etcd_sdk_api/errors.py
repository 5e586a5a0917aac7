# Written by codegen from protos/ and templates/etcd_sdk_api/errors.py.j2; do not edit.

"""Everything that can go wrong, as classes.

The server's errors are told by their texts, never by their status codes, which changed between
etcd releases. Each has a class of its own below; what no text tells falls to the classes named
after the trouble: a connection, a deadline, a closed client, a bad argument.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Any, ClassVar


class StatusCode(IntEnum):
    """gRPC's status codes."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16

    def __str__(self) -> str:
        return self.name


class EtcdError(Exception):
    """The base of every error that the SDK raises.

    A task's own cancellation is no error of etcd: it stays ``asyncio.CancelledError``.

    Attributes:
        message: What happened, in the server's own words where they are the server's.
        code: The status. For an error told by its text it is the same on every etcd release.
        endpoint: The endpoint that was asked; empty where none was.
        method: The RPC (``KV.Put``); empty where nothing was called.
        in_doubt: Whether a write that failed like this may have been applied all the same.
    """

    code: StatusCode = StatusCode.UNKNOWN

    def __init__(
        self,
        message: str,
        *,
        code: StatusCode | None = None,
        endpoint: str = "",
        method: str = "",
        in_doubt: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code
        self.endpoint = endpoint
        self.method = method
        self.in_doubt = in_doubt

    def __str__(self) -> str:
        where = f"{self.method} at {self.endpoint}" if self.endpoint else self.method
        facts = [where, self.code.name, "in doubt: the write may have been applied" * self.in_doubt]
        return f"{self.message} [{'; '.join(filter(None, facts))}]"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self.__dict__)


def _restore(
    kind: type[EtcdError], args: tuple[object, ...], state: dict[str, object]
) -> EtcdError:
    """An unpickled error: its attributes say all, however it was constructed."""
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ArgumentError(EtcdError):
    """An argument is bad; nothing was sent.

    Attributes:
        argument: Its name, as the caller knows it.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT

    def __init__(self, argument: str, problem: str) -> None:
        super().__init__(f"{argument}: {problem}")
        self.argument = argument

    def __str__(self) -> str:
        return self.message


class ArgumentValueError(ArgumentError, ValueError):
    """An argument has a value that etcd would refuse or that contradicts another one."""


class ArgumentTypeError(ArgumentError, TypeError):
    """An argument has the wrong type."""

    def __init__(self, argument: str, expected: str, value: object) -> None:
        super().__init__(argument, f"must be {expected}, not {type(value).__name__}")


class ClientClosedError(EtcdError):
    """The client was closed before the call, or while it was under way."""

    code: StatusCode = StatusCode.CANCELLED


class ClientForkedError(ClientClosedError):
    """The client was used before a fork and cannot be used in the child; make another one there."""


class ClientLoopError(EtcdError, RuntimeError):
    """An async client is used on another event loop than the one it belongs to."""

    code: StatusCode = StatusCode.FAILED_PRECONDITION


class StreamEndedError(EtcdError):
    """A stream is over: nothing can be sent on it any more, or its last read was interrupted."""

    code = StatusCode.CANCELLED


class DeadlineExceededError(EtcdError, TimeoutError):
    """The call's timeout ran out."""

    code: StatusCode = StatusCode.DEADLINE_EXCEEDED


class UnavailableError(EtcdError, ConnectionError):
    """The endpoint could not be reached, or the connection to it broke."""

    code: StatusCode = StatusCode.UNAVAILABLE


class ClusterUnavailableError(UnavailableError):
    """No endpoint could be reached.

    Attributes:
        causes: Why not: an error for each endpoint that was tried.
    """

    def __init__(
        self,
        message: str,
        *,
        causes: Iterable[EtcdError],
        code: StatusCode | None = None,
        endpoint: str = "",
        method: str = "",
        in_doubt: bool = False,
    ) -> None:
        super().__init__(message, code=code, endpoint=endpoint, method=method, in_doubt=in_doubt)
        self.causes: tuple[EtcdError, ...] = tuple(causes)


class UnimplementedError(EtcdError):
    """The server does not know the method: it is older than the method, or a proxy."""

    code: StatusCode = StatusCode.UNIMPLEMENTED


class UnsupportedByServerError(UnimplementedError):
    """The server is too old for a call, or for one of its fields. Nothing was done.

    Attributes:
        feature: What it does not know: ``KV.RangeStream``, or a method and one of its fields.
        needs: The etcd release that brought it: ``3.7``.
        server_version: The version of the server; empty where it is unknown.
    """

    def __init__(
        self,
        feature: str,
        *,
        needs: str,
        server_version: str = "",
        endpoint: str = "",
        method: str = "",
    ) -> None:
        why = f"the server is {server_version}" if server_version else "the server does not know it"
        super().__init__(f"{feature} needs etcd {needs}, {why}", endpoint=endpoint, method=method)
        self.feature = feature
        self.needs = needs
        self.server_version = server_version


class OldClusterError(EtcdError):
    """A member of the cluster is older than the client accepts."""

    code: StatusCode = StatusCode.FAILED_PRECONDITION


class StatusError(EtcdError):
    """The call ended with a status that nothing more is known about; see ``code``."""


class ServerError(EtcdError):
    """The base of the errors that are told by the server's text.

    Attributes:
        text: The text on the wire.
        may_have_applied: Whether a write that the server answers so may have been applied.
        resend: Whether the answer proves that the request was not applied, and a later or another
            attempt may succeed, so that even a write may be sent again.
    """

    text: ClassVar[str]
    may_have_applied: ClassVar[bool] = False
    resend: ClassVar[bool] = False


class EmptyKeyError(ServerError):
    """The request names no key.

    Operations inside a transaction, compares included, are checked too. Give a key of at least one
    byte.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: key is not provided"


class KeyNotFoundError(ServerError):
    """A put that keeps the old value or the old lease found no such key.

    A transaction operation left empty is answered the same way. Create the key with a full put
    first.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: key not found"


class ValueProvidedError(ServerError):
    """A put asked to keep the old value but carried a new one as well.

    Give either a value or ignore_value.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: value is provided"


class LeaseProvidedError(ServerError):
    """A put asked to keep the old lease but carried a lease id as well.

    Give either a lease or ignore_lease.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: lease is provided"


class TooManyOpsError(ServerError):
    """A transaction has more compares or operations than the server allows.

    The limit is 128 for each list unless the server sets --max-txn-ops; nested transactions share
    it. Split the transaction.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: too many operations in txn request"


class DuplicateKeyError(ServerError):
    """One branch of a transaction changes the same key twice.

    Two puts of one key, or a put inside a deleted range, are refused before anything is applied.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: duplicate key given in txn request"


class InvalidClientAPIVersionError(ServerError):
    """The client-api-version metadata of the call is not valid UTF-8.

    Remove the custom metadata that overwrites it.

    etcd 3.6 and later.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: invalid client api version"


class InvalidSortOptionError(ServerError):
    """A range request has a sort order or sort target that the server does not know.

    Use the values of SortOrder and SortTarget.

    etcd 3.6 and later.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: invalid sort option"


class CompactedError(ServerError):
    """The requested revision has been compacted away.

    Read at a newer revision; a watch has to start again after a fresh read. Compact answers this
    when the history is already gone.
    """

    code: StatusCode = StatusCode.OUT_OF_RANGE
    text: ClassVar[str] = "etcdserver: mvcc: required revision has been compacted"


class FutureRevisionError(ServerError):
    """The requested revision is newer than the store's current revision.

    Check where the number came from, or read without a revision.
    """

    code: StatusCode = StatusCode.OUT_OF_RANGE
    text: ClassVar[str] = "etcdserver: mvcc: required revision is a future revision"


class NoSpaceError(ServerError):
    """The database has reached its quota and a NOSPACE alarm may be raised.

    Compact, defragment and disarm the alarm before writing again. The very write that crosses the
    quota may have been applied.
    """

    code: StatusCode = StatusCode.RESOURCE_EXHAUSTED
    text: ClassVar[str] = "etcdserver: mvcc: database space exceeded"
    may_have_applied: ClassVar[bool] = True


class LeaseNotFoundError(ServerError):
    """The lease does not exist: it expired, was revoked or was never granted.

    Grant a new lease.
    """

    code: StatusCode = StatusCode.NOT_FOUND
    text: ClassVar[str] = "etcdserver: requested lease not found"


class LeaseAlreadyExistsError(ServerError):
    """A lease with the requested id exists already.

    Choose another id, or pass 0 to let the server choose.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: lease already exists"


class LeaseTTLTooLargeError(ServerError):
    """The requested time to live is above the server's limit of 9,000,000,000 seconds.

    Ask for a shorter one.
    """

    code: StatusCode = StatusCode.OUT_OF_RANGE
    text: ClassVar[str] = "etcdserver: too large lease TTL"


class WatchCanceledError(ServerError):
    """The watch stream was canceled and the server gave no other reason.

    Open the watch again after the last revision seen.
    """

    code: StatusCode = StatusCode.CANCELLED
    text: ClassVar[str] = "etcdserver: watch canceled"
    may_have_applied: ClassVar[bool] = True


class MemberAlreadyExistsError(ServerError):
    """A member with this id is already part of the cluster.

    List the members before adding again.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: member ID already exist"


class PeerURLAlreadyExistsError(ServerError):
    """Another member already uses one of the given peer URLs.

    List the members; an earlier add may have succeeded.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: Peer URLs already exists"


class NotEnoughStartedMembersError(ServerError):
    """The membership change would leave too few started members for a quorum.

    Start the members that are missing first. The answer arrives with code UNKNOWN and is recognised
    by its text.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: re-configuration failed due to not enough started members"


class InvalidMemberURLsError(ServerError):
    """The peer URLs of a new member are malformed.

    Use http or https with host and port, or a unix socket URL.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: given member URLs are invalid"


class MemberNotFoundError(ServerError):
    """No member of the cluster has this id, or it has been removed.

    List the members for their current ids.
    """

    code: StatusCode = StatusCode.NOT_FOUND
    text: ClassVar[str] = "etcdserver: member not found"


class MemberNotLearnerError(ServerError):
    """Only a learner can be promoted, and this member votes already.

    An earlier promotion may have succeeded.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: can only promote a learner member"


class LearnerNotReadyError(ServerError):
    """The learner has not caught up with the leader yet.

    Wait and promote it later.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = (
        "etcdserver: can only promote a learner member which is in sync with leader"
    )


class TooManyLearnersError(ServerError):
    """The cluster has as many learners as it allows.

    Promote or remove a learner before adding one.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: too many learner members in cluster"


class ClusterIDMismatchError(ServerError):
    """The request came from a member of another cluster.

    Members send it to each other when they compare hashes; check the peer addresses.

    etcd 3.5 and later.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: cluster ID mismatch"


class RequestTooLargeError(ServerError):
    """The request is larger than the server accepts.

    The limit is 1.5 MiB unless --max-request-bytes says otherwise. Send less in one request.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: request is too large"


class TooManyRequestsError(ServerError):
    """The server has too many requests waiting to be applied and refused this one.

    Send it again after a pause. The answer arrives with code UNKNOWN and is recognised by its text.
    """

    code: StatusCode = StatusCode.RESOURCE_EXHAUSTED
    text: ClassVar[str] = "etcdserver: too many requests"
    resend: ClassVar[bool] = True


class RootUserNotFoundError(ServerError):
    """Authentication cannot be enabled because there is no user named root.

    Add the user and grant it the root role.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: root user does not exist"


class RootRoleNotGrantedError(ServerError):
    """Authentication cannot be enabled because the root user lacks the root role.

    Grant the role first.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: root user does not have root role"


class UserAlreadyExistsError(ServerError):
    """A user with this name exists already.

    Choose another name or change the existing user.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: user name already exists"


class EmptyUserNameError(ServerError):
    """A user name is required and none was given.

    With authentication enabled, a call without a token gets this answer too; log in first.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: user name is empty"


class UserNotFoundError(ServerError):
    """There is no user with this name.

    List the users for the names in use.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: user name not found"


class RoleAlreadyExistsError(ServerError):
    """A role with this name exists already.

    Choose another name or change the existing role.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: role name already exists"


class RoleNotFoundError(ServerError):
    """There is no role with this name.

    List the roles for the names in use.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: role name not found"


class EmptyRoleNameError(ServerError):
    """A role cannot be added without a name.

    Give a name of at least one character.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: role name is empty"


class AuthenticationFailedError(ServerError):
    """The user name or the password is wrong.

    The server does not tell which of the two.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: authentication failed, invalid user ID or password"


class PermissionNotGivenError(ServerError):
    """The request grants a permission to a role but does not contain one.

    Give the key and the kind of access.

    etcd 3.5 and later.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: permission not given"


class PermissionDeniedError(ServerError):
    """The user has no permission for this call or for one of its keys.

    Administrative calls need the root role.
    """

    code: StatusCode = StatusCode.PERMISSION_DENIED
    text: ClassVar[str] = "etcdserver: permission denied"


class RoleNotGrantedError(ServerError):
    """The role cannot be revoked because the user does not have it.

    Get the user to see its roles.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: role is not granted to the user"


class PermissionNotGrantedError(ServerError):
    """The permission cannot be revoked because the role does not hold it.

    The key and the range end have to match the granted ones exactly.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: permission is not granted to the role"


class AuthNotEnabledError(ServerError):
    """A login was tried while authentication is disabled.

    Call without user and password, or enable authentication.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: authentication is not enabled"


class InvalidAuthTokenError(ServerError):
    """The token is unknown to the server or has expired.

    A client with user and password logs in again; with a fixed token, supply a new one.
    """

    code: StatusCode = StatusCode.UNAUTHENTICATED
    text: ClassVar[str] = "etcdserver: invalid auth token"
    resend: ClassVar[bool] = True


class InvalidAuthManagementError(ServerError):
    """The request would break authentication while it is enabled.

    The root user and the root role cannot be deleted, nor the role revoked from that user; nor may
    a permission's key range be invalid.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: invalid auth management"


class AuthOldRevisionError(ServerError):
    """Users, roles or permissions changed after the token was issued or checked.

    A client with user and password logs in again and repeats the call.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: revision of auth store is old"
    resend: ClassVar[bool] = True


class NoLeaderError(ServerError):
    """The cluster has no leader, and the call needs one.

    Calls that require a leader end this way, streams included. Try again later.
    """

    code: StatusCode = StatusCode.UNAVAILABLE
    text: ClassVar[str] = "etcdserver: no leader"
    resend: ClassVar[bool] = True


class NotLeaderError(ServerError):
    """Only the leader can serve this call, and this member is not it.

    Send the call to the leader's endpoint.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: not leader"


class LeaderChangedError(ServerError):
    """The leader changed while the server worked on the request.

    Reads can be sent again; a write may have been applied.
    """

    code: StatusCode = StatusCode.UNAVAILABLE
    text: ClassVar[str] = "etcdserver: leader changed"
    may_have_applied: ClassVar[bool] = True


class NotCapableError(ServerError):
    """The cluster does not yet offer the v3 API, as while a member is starting up.

    Try again later. The code was UNAVAILABLE up to 3.5.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: not capable"
    resend: ClassVar[bool] = True


class ServerStoppedError(ServerError):
    """The server is shutting down.

    Use another member; a write in progress may have been applied.
    """

    code: StatusCode = StatusCode.UNAVAILABLE
    text: ClassVar[str] = "etcdserver: server stopped"
    may_have_applied: ClassVar[bool] = True


class ServerTimeoutError(ServerError):
    """The server's own time limit ran out before the cluster answered.

    A write may still be applied later; read back before writing again.
    """

    code: StatusCode = StatusCode.UNAVAILABLE
    text: ClassVar[str] = "etcdserver: request timed out"
    may_have_applied: ClassVar[bool] = True


class LeaderFailTimeoutError(ServerError):
    """The server's time limit ran out, probably because a leader failed.

    A write may still be applied later; read back before writing again.
    """

    code: StatusCode = StatusCode.UNAVAILABLE
    text: ClassVar[str] = "etcdserver: request timed out, possibly due to previous leader failure"
    may_have_applied: ClassVar[bool] = True


class ConnectionLostTimeoutError(ServerError):
    """The server's time limit ran out, probably because it lost contact with its peers.

    A write may still be applied later; read back before writing again.
    """

    code: StatusCode = StatusCode.UNAVAILABLE
    text: ClassVar[str] = "etcdserver: request timed out, possibly due to connection lost"
    may_have_applied: ClassVar[bool] = True


class AppliedIndexTimeoutError(ServerError):
    """The member took too long to apply what the cluster has committed.

    Lease renewals and lease queries wait for that; try again after a pause.
    """

    code: StatusCode = StatusCode.UNAVAILABLE
    text: ClassVar[str] = (
        "etcdserver: request timed out, waiting for the applied index took too long"
    )
    may_have_applied: ClassVar[bool] = True


class UnhealthyClusterError(ServerError):
    """A membership change was refused because too few members are connected.

    Restore the missing members first.
    """

    code: StatusCode = StatusCode.UNAVAILABLE
    text: ClassVar[str] = "etcdserver: unhealthy cluster"


class CorruptClusterError(ServerError):
    """A CORRUPT alarm is active: members disagree about the data.

    The server refuses requests until the damaged member is replaced and the alarm is disarmed.
    """

    code: StatusCode = StatusCode.DATA_LOSS
    text: ClassVar[str] = "etcdserver: corrupt cluster"


class NotSupportedForLearnerError(ServerError):
    """A learner does not serve this call.

    It answers status, serializable reads and, in newer releases, snapshots; use a voting member.
    The code was UNAVAILABLE up to 3.5.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: rpc not supported for learner"
    resend: ClassVar[bool] = True


class BadLeaderTransfereeError(ServerError):
    """Leadership cannot move to this member because it is unknown or a learner.

    Name a voting member.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: bad leader transferee"


class WrongDowngradeVersionFormatError(ServerError):
    """The target version of a downgrade cannot be read.

    Write it as major.minor or major.minor.patch.

    etcd 3.5 and later.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: wrong downgrade target version format"


class InvalidDowngradeTargetVersionError(ServerError):
    """The cluster cannot be downgraded to this version.

    Only the minor version just below the cluster's is allowed.

    etcd 3.5 and later.
    """

    code: StatusCode = StatusCode.INVALID_ARGUMENT
    text: ClassVar[str] = "etcdserver: invalid downgrade target version"


class ClusterVersionUnavailableError(ServerError):
    """The cluster has not settled its version, so a downgrade cannot be checked.

    Try again once all members run. The code was UNAVAILABLE in 3.5.

    etcd 3.5 and later.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: cluster version not found during downgrade"


class DowngradeInProgressError(ServerError):
    """Another downgrade is already under way.

    Finish or cancel it first.

    etcd 3.5 and later.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: cluster has a downgrade job in progress"


class NoDowngradeInProgressError(ServerError):
    """There is no downgrade to cancel.

    Status shows whether one is under way from 3.6 on.

    etcd 3.5 and later.
    """

    code: StatusCode = StatusCode.FAILED_PRECONDITION
    text: ClassVar[str] = "etcdserver: no inflight downgrade job"


class RequestCanceledError(ServerError):
    """The server gave up the request because its context was canceled.

    A write may have been applied; read back before writing again.

    etcd 3.5 and later.
    """

    code: StatusCode = StatusCode.CANCELLED
    text: ClassVar[str] = "etcdserver: request canceled"
    may_have_applied: ClassVar[bool] = True


class ServerDeadlineExceededError(ServerError):
    """The deadline of the request passed on the server.

    A write may have been applied; read back before writing again.

    etcd 3.5 and later.
    """

    code: StatusCode = StatusCode.DEADLINE_EXCEEDED
    text: ClassVar[str] = "etcdserver: context deadline exceeded"
    may_have_applied: ClassVar[bool] = True


class SessionExpiredError(ServerError):
    """The lease of a lock request ended while the request was waiting.

    Grant a new lease and lock again. The Lock service sends it with code UNKNOWN.
    """

    code: StatusCode = StatusCode.UNKNOWN
    text: ClassVar[str] = "mutex: session is expired"


class ElectionNoLeaderError(ServerError):
    """Nobody holds the leadership of this election at the moment.

    Ask again later or observe the election. The Election service sends it with code UNKNOWN.
    """

    code: StatusCode = StatusCode.UNKNOWN
    text: ClassVar[str] = "election: no leader"


class ElectionNotLeaderError(ServerError):
    """The given leader key no longer holds the leadership of its election.

    Campaign again. The Election service sends it with code UNKNOWN.
    """

    code: StatusCode = StatusCode.UNKNOWN
    text: ClassVar[str] = "election: not leader"


class MissingLeaderKeyError(ServerError):
    """The request lacks the leader key that a campaign returned.

    Pass it as leader. The Election service sends it with code UNKNOWN.
    """

    code: StatusCode = StatusCode.UNKNOWN
    text: ClassVar[str] = '"leader" field must be provided'


class NotPrimaryLessorError(ServerError):
    """The member that was to renew the lease is no longer the leader.

    Send the keep-alive again, best to another member. It arrives with code UNKNOWN.
    """

    code: StatusCode = StatusCode.UNKNOWN
    text: ClassVar[str] = "not a primary lessor"
    resend: ClassVar[bool] = True


class ProposalDroppedError(ServerError):
    """The member dropped the request before it reached the cluster's log.

    A leader does so while it hands over. Send it again, best to another member. It arrives with
    code UNKNOWN.
    """

    code: StatusCode = StatusCode.UNKNOWN
    text: ClassVar[str] = "raft proposal dropped"
    resend: ClassVar[bool] = True


BY_TEXT: dict[str, type[ServerError]] = {kind.text: kind for kind in ServerError.__subclasses__()}

__all__ = [
    "StatusCode",
    "EtcdError",
    "ArgumentError",
    "ArgumentValueError",
    "ArgumentTypeError",
    "ClientClosedError",
    "ClientForkedError",
    "ClientLoopError",
    "StreamEndedError",
    "DeadlineExceededError",
    "UnavailableError",
    "ClusterUnavailableError",
    "UnimplementedError",
    "UnsupportedByServerError",
    "OldClusterError",
    "StatusError",
    "ServerError",
    "EmptyKeyError",
    "KeyNotFoundError",
    "ValueProvidedError",
    "LeaseProvidedError",
    "TooManyOpsError",
    "DuplicateKeyError",
    "InvalidClientAPIVersionError",
    "InvalidSortOptionError",
    "CompactedError",
    "FutureRevisionError",
    "NoSpaceError",
    "LeaseNotFoundError",
    "LeaseAlreadyExistsError",
    "LeaseTTLTooLargeError",
    "WatchCanceledError",
    "MemberAlreadyExistsError",
    "PeerURLAlreadyExistsError",
    "NotEnoughStartedMembersError",
    "InvalidMemberURLsError",
    "MemberNotFoundError",
    "MemberNotLearnerError",
    "LearnerNotReadyError",
    "TooManyLearnersError",
    "ClusterIDMismatchError",
    "RequestTooLargeError",
    "TooManyRequestsError",
    "RootUserNotFoundError",
    "RootRoleNotGrantedError",
    "UserAlreadyExistsError",
    "EmptyUserNameError",
    "UserNotFoundError",
    "RoleAlreadyExistsError",
    "RoleNotFoundError",
    "EmptyRoleNameError",
    "AuthenticationFailedError",
    "PermissionNotGivenError",
    "PermissionDeniedError",
    "RoleNotGrantedError",
    "PermissionNotGrantedError",
    "AuthNotEnabledError",
    "InvalidAuthTokenError",
    "InvalidAuthManagementError",
    "AuthOldRevisionError",
    "NoLeaderError",
    "NotLeaderError",
    "LeaderChangedError",
    "NotCapableError",
    "ServerStoppedError",
    "ServerTimeoutError",
    "LeaderFailTimeoutError",
    "ConnectionLostTimeoutError",
    "AppliedIndexTimeoutError",
    "UnhealthyClusterError",
    "CorruptClusterError",
    "NotSupportedForLearnerError",
    "BadLeaderTransfereeError",
    "WrongDowngradeVersionFormatError",
    "InvalidDowngradeTargetVersionError",
    "ClusterVersionUnavailableError",
    "DowngradeInProgressError",
    "NoDowngradeInProgressError",
    "RequestCanceledError",
    "ServerDeadlineExceededError",
    "SessionExpiredError",
    "ElectionNoLeaderError",
    "ElectionNotLeaderError",
    "MissingLeaderKeyError",
    "NotPrimaryLessorError",
    "ProposalDroppedError",
]
