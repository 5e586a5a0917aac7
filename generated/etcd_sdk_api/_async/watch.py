# Written by codegen from protos/ and templates/etcd_sdk_api/_async/%service%.py.j2; do not edit.

"""The Watch service."""

from __future__ import annotations

from etcd_sdk_api import methods, pb
from etcd_sdk_api._async.transport import AsyncStream, AsyncTransport


class AsyncWatchApi:
    """Streams of changes to keys, from now or from a past revision."""

    __slots__ = ("_transport",)

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    def watch(
        self, *, timeout: float | None = None
    ) -> AsyncStream[pb.WatchRequest, pb.WatchResponse]:
        """Run any number of watches over one stream.

        Send create, cancel and progress requests; responses carry the ID of the watch that they
        belong to. Within a watch, events arrive in revision order, each once, and events of one
        revision are not split over responses unless ``WatchCreateRequest.fragment`` was asked for.

        When the stream breaks, all its watches end with it: open a new one and create them again
        from the revision after the last event received. Where auth is on, a watch needs read
        permission for its whole range; a denied watch is answered on the stream and does not
        disturb the others.

        Repeating it changes nothing, so it may be sent again.

        Args:
            timeout: Seconds to wait for the first response. ``None`` is no limit; later ones may
                take any time.

        Returns:
            A stream that sends ``pb.WatchRequest`` and iterates responses: Events of one watch, or
                news about it: created, cancelled, progress.

        Raises:
            CompactedError: The requested revision has been compacted away.
            WatchCanceledError: The watch stream was canceled and the server gave no other reason.
            NoLeaderError: The cluster has no leader, and the call needs one.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        return self._transport.bidi_stream(methods.WATCH_WATCH, timeout)
