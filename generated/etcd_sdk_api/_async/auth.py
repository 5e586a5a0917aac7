# Written by codegen from protos/ and templates/etcd_sdk_api/_async/%service%.py.j2; do not edit.

"""The Auth service."""

from __future__ import annotations

from etcd_sdk_api import methods, pb, requests
from etcd_sdk_api._async.transport import AsyncTransport
from etcd_sdk_api.enums import PermissionType


class AsyncAuthApi:
    """Users, roles and the switch that turns access control on.

    Users and roles can be prepared while auth is off; nothing is checked until it is enabled. Where
    auth is on, changes need the root role. Each change to users, roles or permissions raises the
    auth revision; reads and writes with a JWT token from before it are refused from then on.
    """

    __slots__ = ("_transport",)

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def enable(self, *, timeout: float | None = None) -> pb.AuthEnableResponse:
        """Turn access control on for the whole cluster.

        Needs a user named root that has the role root, otherwise it is refused. From then on every
        call is checked and requests without credentials fail. Succeeds without any effect when auth
        is already on.

        Args:
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``auth.enable``.

        Raises:
            RootUserNotFoundError: Authentication cannot be enabled because there is no user named
                root.
            RootRoleNotGrantedError: Authentication cannot be enabled because the root user lacks
                the root role.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.auth_enable_request()
        return await self._transport.unary(methods.AUTH_ENABLE, request, timeout)

    async def disable(self, *, timeout: float | None = None) -> pb.AuthDisableResponse:
        """Turn access control off for the whole cluster.

        Users and roles are kept. Needs the root role. Succeeds without any effect when auth is
        already off.

        Args:
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``auth.disable``.

        Raises:
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.auth_disable_request()
        return await self._transport.unary(methods.AUTH_DISABLE, request, timeout)

    async def status(self, *, timeout: float | None = None) -> pb.AuthStatusResponse:
        """Tell whether access control is on, and at which auth revision.

        From 3.7 on it needs no login, also where auth is on.

        etcd 3.5 and later. Repeating it changes nothing, so it may be sent again.

        Args:
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: State of access control.

        Raises:
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.auth_status_request()
        return await self._transport.unary(methods.AUTH_STATUS, request, timeout)

    async def authenticate(
        self, name: str, password: str, *, timeout: float | None = None
    ) -> pb.AuthenticateResponse:
        """Exchange a user name and a password for a token that authorises further calls.

        Simple tokens, the server's default kind, expire after 300 seconds without use unless the
        server is set up otherwise; JWT tokens at the time written in them. Fails with one and the
        same error for an unknown user and a wrong password, and is refused while auth is off.

        Repeating it changes nothing, so it may be sent again.

        Args:
            name: User name.
            password: Password. It travels as given, so use TLS.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``auth.authenticate``.

        Raises:
            AuthenticationFailedError: The user name or the password is wrong.
            AuthNotEnabledError: A login was tried while authentication is disabled.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.authenticate_request(name, password)
        return await self._transport.unary(methods.AUTH_AUTHENTICATE, request, timeout)

    async def user_add(
        self,
        name: str,
        *,
        password: str = "",
        no_password: bool = False,
        timeout: float | None = None,
    ) -> pb.AuthUserAddResponse:
        """Add a user, with a password or without one.

        The new user has no roles and so no access to any key. Needs the root role where auth is on.

        Args:
            name: Name of the new user. Empty is refused, and so is the name of an existing user.
            password: Password of the new user, at most 72 bytes. It travels as given, so use TLS;
                the server keeps only a bcrypt hash. An empty password is accepted and then is the
                password; for a user without one, set ``options.no_password``.
            no_password: Whether the user goes without a password. Such a user cannot log in with
                ``auth.authenticate``; it is known by the common name of its TLS client certificate.
                A password given along is ignored.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``auth.user_add``.

        Raises:
            UserAlreadyExistsError: A user with this name exists already.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.auth_user_add_request(name, password, no_password)
        return await self._transport.unary(methods.AUTH_USER_ADD, request, timeout)

    async def user_get(self, name: str, *, timeout: float | None = None) -> pb.AuthUserGetResponse:
        """Return the roles of a user.

        Where auth is on, users may ask about themselves; asking about others needs the root role.

        Repeating it changes nothing, so it may be sent again.

        Args:
            name: User name. Fails when there is no such user.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Roles of a user.

        Raises:
            UserNotFoundError: There is no user with this name.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.auth_user_get_request(name)
        return await self._transport.unary(methods.AUTH_USER_GET, request, timeout)

    async def user_list(self, *, timeout: float | None = None) -> pb.AuthUserListResponse:
        """List the names of all users.

        Needs the root role where auth is on.

        Repeating it changes nothing, so it may be sent again.

        Args:
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Names of all users.

        Raises:
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.auth_user_list_request()
        return await self._transport.unary(methods.AUTH_USER_LIST, request, timeout)

    async def user_delete(
        self, name: str, *, timeout: float | None = None
    ) -> pb.AuthUserDeleteResponse:
        """Delete a user and invalidate its tokens.

        The user root cannot be deleted while auth is on. Needs the root role where auth is on.

        Args:
            name: User name. Fails when there is no such user.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``auth.user_delete``.

        Raises:
            UserNotFoundError: There is no user with this name.
            InvalidAuthManagementError: The request would break authentication while it is enabled.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.auth_user_delete_request(name)
        return await self._transport.unary(methods.AUTH_USER_DELETE, request, timeout)

    async def user_change_password(
        self, name: str, password: str, *, timeout: float | None = None
    ) -> pb.AuthUserChangePasswordResponse:
        """Set a new password for a user and invalidate its tokens.

        The old password is not asked for; where auth is on, the caller needs the root role, also
        for the caller's own password.

        Args:
            name: User name. Fails when there is no such user.
            password: New password, at most 72 bytes. It travels as given, so use TLS; the server
                keeps only a bcrypt hash. An empty one locks the user out: no password matches any
                more. Ignored for a user that was added without a password.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``auth.user_change_password``.

        Raises:
            UserNotFoundError: There is no user with this name.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.auth_user_change_password_request(name, password)
        return await self._transport.unary(methods.AUTH_USER_CHANGE_PASSWORD, request, timeout)

    async def user_grant_role(
        self, user: str, role: str, *, timeout: float | None = None
    ) -> pb.AuthUserGrantRoleResponse:
        """Grant a role to a user.

        Granting a role that the user already has succeeds without any effect. Needs the root role
        where auth is on.

        Args:
            user: User name. Fails when there is no such user.
            role: Role name. Fails when there is no such role; only root, which stands for full
                access, may be granted without having been added.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``auth.user_grant_role``.

        Raises:
            UserNotFoundError: There is no user with this name.
            RoleNotFoundError: There is no role with this name.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.auth_user_grant_role_request(user, role)
        return await self._transport.unary(methods.AUTH_USER_GRANT_ROLE, request, timeout)

    async def user_revoke_role(
        self, name: str, role: str, *, timeout: float | None = None
    ) -> pb.AuthUserRevokeRoleResponse:
        """Take a role away from a user.

        Fails when the user does not have the role. The role root cannot be taken from the user root
        while auth is on. Needs the root role where auth is on.

        Args:
            name: User name. Fails when there is no such user.
            role: Role name.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``auth.user_revoke_role``.

        Raises:
            UserNotFoundError: There is no user with this name.
            RoleNotGrantedError: The role cannot be revoked because the user does not have it.
            InvalidAuthManagementError: The request would break authentication while it is enabled.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.auth_user_revoke_role_request(name, role)
        return await self._transport.unary(methods.AUTH_USER_REVOKE_ROLE, request, timeout)

    async def role_add(self, name: str, *, timeout: float | None = None) -> pb.AuthRoleAddResponse:
        """Add a role that has no permissions yet.

        Needs the root role where auth is on.

        Args:
            name: Name of the new role. Empty is refused, and so is the name of an existing role.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``auth.role_add``.

        Raises:
            EmptyRoleNameError: A role cannot be added without a name.
            RoleAlreadyExistsError: A role with this name exists already.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.auth_role_add_request(name)
        return await self._transport.unary(methods.AUTH_ROLE_ADD, request, timeout)

    async def role_get(self, role: str, *, timeout: float | None = None) -> pb.AuthRoleGetResponse:
        """Return the permissions of a role.

        Where auth is on, users may ask about their own roles; asking about others needs the root
        role.

        Repeating it changes nothing, so it may be sent again.

        Args:
            role: Role name. Fails when there is no such role.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Permissions of a role.

        Raises:
            RoleNotFoundError: There is no role with this name.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.auth_role_get_request(role)
        return await self._transport.unary(methods.AUTH_ROLE_GET, request, timeout)

    async def role_list(self, *, timeout: float | None = None) -> pb.AuthRoleListResponse:
        """List the names of all roles.

        Needs the root role where auth is on.

        Repeating it changes nothing, so it may be sent again.

        Args:
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Names of all roles.

        Raises:
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.auth_role_list_request()
        return await self._transport.unary(methods.AUTH_ROLE_LIST, request, timeout)

    async def role_delete(
        self, role: str, *, timeout: float | None = None
    ) -> pb.AuthRoleDeleteResponse:
        """Delete a role and take it away from every user.

        The role root cannot be deleted while auth is on. Needs the root role where auth is on.

        Args:
            role: Role name. Fails when there is no such role.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``auth.role_delete``.

        Raises:
            RoleNotFoundError: There is no role with this name.
            InvalidAuthManagementError: The request would break authentication while it is enabled.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.auth_role_delete_request(role)
        return await self._transport.unary(methods.AUTH_ROLE_DELETE, request, timeout)

    async def role_grant_permission(
        self,
        name: str,
        perm_type: PermissionType,
        key: str | bytes,
        *,
        prefix: bool = False,
        from_key: bool = False,
        range_end: str | bytes | None = None,
        timeout: float | None = None,
    ) -> pb.AuthRoleGrantPermissionResponse:
        """Give a role a permission on a key or a range of keys.

        A permission that the role already has on exactly the same key and range end is replaced.
        Needs the root role where auth is on.

        Args:
            name: Role name. Fails when there is no such role.
            perm_type: Access that is given.
            key: Key, or first key of the range when ``range_end`` is set. Empty is refused in a
                grant; only the built-in permission of the root role has an empty key.
            prefix: Take every key that starts with ``key``; an empty key means all keys. Not
                together with ``from_key`` or ``range_end``.
            from_key: Take every key that is not less than ``key``; an empty key means all keys. Not
                together with ``prefix`` or ``range_end``.
            range_end: End of the range, itself not included. Empty means ``key`` alone; a single
                zero byte means every key from ``key`` on. For a prefix, give the prefix with its
                last byte raised by one.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``auth.role_grant_permission``.

        Raises:
            RoleNotFoundError: There is no role with this name.
            PermissionNotGivenError: The request grants a permission to a role but does not contain
                one.
            InvalidAuthManagementError: The request would break authentication while it is enabled.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.auth_role_grant_permission_request(
            name, perm_type, key, prefix, from_key, range_end
        )
        return await self._transport.unary(methods.AUTH_ROLE_GRANT_PERMISSION, request, timeout)

    async def role_revoke_permission(
        self,
        role: str,
        key: str | bytes,
        *,
        prefix: bool = False,
        from_key: bool = False,
        range_end: str | bytes | None = None,
        timeout: float | None = None,
    ) -> pb.AuthRoleRevokePermissionResponse:
        """Take a permission away from a role.

        ``range_end`` and ``range_end`` must be exactly those of the grant; part of a granted range
        cannot be taken away. Fails when the role has no such permission. Needs the root role where
        auth is on.

        Args:
            role: Role name. Fails when there is no such role.
            key: Key of the permission, or first key of its range, exactly as granted.
            prefix: Take every key that starts with ``key``; an empty key means all keys. Not
                together with ``from_key`` or ``range_end``.
            from_key: Take every key that is not less than ``key``; an empty key means all keys. Not
                together with ``prefix`` or ``range_end``.
            range_end: Range end of the permission, exactly as granted; empty for a permission on
                ``key`` alone.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``auth.role_revoke_permission``.

        Raises:
            RoleNotFoundError: There is no role with this name.
            PermissionNotGrantedError: The permission cannot be revoked because the role does not
                hold it.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.auth_role_revoke_permission_request(
            role, key, prefix, from_key, range_end
        )
        return await self._transport.unary(methods.AUTH_ROLE_REVOKE_PERMISSION, request, timeout)
