# Derived from etcd_sdk/_async/connection.py by codegen; do not edit.

"""What all calls of a client share: its channels, who it is, and what it knows of the endpoints."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from etcd_sdk import pb
from etcd_sdk._compat._sync import Event, Guard, Home, Lock, later
from etcd_sdk._core.balancer import Balancer
from etcd_sdk._core.endpoint import Endpoint
from etcd_sdk._core.login import Login
from etcd_sdk._core.retry import RetryPolicy, blames, probe_wait
from etcd_sdk._core.settings import Settings, endpoints_of
from etcd_sdk._core.tls import Certificates
from etcd_sdk._grpc._sync import Channel
from etcd_sdk_api.errors import DeadlineExceededError, EtcdError, UnavailableError
from etcd_sdk_api.methods import KV_GET, RELEASE

if TYPE_CHECKING:
    from etcd_sdk._sync.lease import LeaseKeeper
    from etcd_sdk._sync.watch import WatchHub

logger = logging.getLogger("etcd_sdk")

# A linearizable read is answered only by a member that has a leader. Neither a lack of permission
# for the key nor one of a login matters: the server finds out about those last.
_PROBE = pb.RangeRequest(key=b"\0", count_only=True)
_NOBODY = (("client-api-version", RELEASE),)
_PROBE_SECONDS = 5.0


class Connection:
    """The channels of a client, one for each endpoint."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.policy: RetryPolicy = RetryPolicy(
            settings.max_attempts, settings.backoff, settings.max_backoff, settings.backoff_jitter
        )
        can_log_in = settings.credentials is not None
        self.login: Login = Login(_NOBODY, can_log_in=can_log_in, token=settings.token or "")
        self.nobody: Login = Login(_NOBODY, can_log_in=False)
        """For logging in, which some servers refuse with a token that is out of date."""
        self.logins: Lock = Lock()
        self.home: Home = Home()
        self.balancer: Balancer[Channel] = Balancer()
        self.over: Event = Event()
        self._begun = False
        self._certificates = Certificates(settings.tls)
        self._guard = Guard()
        self.news: Event = Event()
        """Happens when an endpoint serves again, or when there are others."""
        self.hubs: dict[bool, WatchHub] = {}
        """The watches, by whether their stream requires a leader."""
        self.keepers: dict[bool, LeaseKeeper] = {}
        """What keeps leases alive, likewise."""
        self._aside: dict[Endpoint, Channel] = {}
        self._channels: weakref.WeakSet[Channel] = weakref.WeakSet()
        self.set_endpoints(settings.endpoints)

    def move_in(self) -> None:
        """Begin; or begin anew in another event loop, where nothing of the last one is of use."""
        first, self._begun = not self._begun, True
        if first or self.over.is_set():
            return
        self.over, self.logins, self.news = Event(), Lock(), Event()
        self.hubs, self.keepers = {}, {}
        with self._guard:
            self._aside.clear()
            self._channels.clear()
            members = self.balancer.members
            self.balancer.replace([self._channel(each.endpoint) for each in members])

    def set_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        """Call others from now on. Calls under way to endpoints that are left out go on."""
        with self._guard:
            known = {channel.endpoint: channel for channel in self.balancer.members}
            self.balancer.replace(known.get(each) or self._channel(each) for each in endpoints)
        self._wake()

    def parsed(self, argument: str, endpoints: str | Sequence[str]) -> tuple[Endpoint, ...]:
        """The endpoints that a user or a member names.

        Raises:
            ArgumentError: One is none; the error names ``argument``.
        """
        return endpoints_of(argument, endpoints, tls=self.settings.tls is not None)

    def channel_to(self, name: str) -> Channel:
        """The channel to an endpoint, be it one of the cluster's or not."""
        (endpoint,) = self.parsed("endpoint", [name])
        with self._guard:
            for channel in self.balancer.members:
                if channel.endpoint.target == endpoint.target:
                    return channel
            if endpoint not in self._aside:
                self._aside[endpoint] = self._channel(endpoint)
            return self._aside[endpoint]

    def report(self, channel: Channel, error: EtcdError) -> None:
        """Take from a failed call what it says of its endpoint."""
        if not blames(error) or self.over.is_set():
            return
        channel.trouble = error.message
        if isinstance(error, UnavailableError):
            channel.refresh()
        with self._guard:
            is_news = self.balancer.fails(channel)
        if is_news:
            logger.warning("%s is left alone until it serves again: %s", channel.name, error)
            self._probe(channel, 0)

    def close(self) -> None:
        """End every call and all channels. Calls that wait get ``ClientClosedError``."""
        if self.home.is_left():
            return
        if self.home.moved_in():
            self.move_in()
        self.over.set()
        for keeper in list(self.keepers.values()):
            keeper.halt()
        with self._guard:
            channels = list(self._channels)  # also those whose endpoints were left out
        for channel in channels:
            channel.close()
        self.hubs.clear()  # they lead back here, as the keepers do
        self.keepers.clear()
        self._wake()

    def _channel(self, endpoint: Endpoint) -> Channel:
        """A new channel, which ends with the connection."""
        channel = Channel(endpoint, self.settings, self._certificates)
        channel.closed = self.over.is_set()
        self._channels.add(channel)
        return channel

    def _wake(self) -> None:
        """Let calls that wait for an endpoint look again."""
        with self._guard:
            happened, self.news = self.news, Event()
        happened.set()

    def _probe(self, channel: Channel, failures: int) -> None:
        """Find out whether a member that failed serves again."""
        if self.over.is_set() or not self.balancer.is_failed(channel):
            return
        done = _weakly(self, lambda this, error: this._probed(channel, failures, error))
        try:
            channel.probe(KV_GET, _PROBE, _PROBE_SECONDS, _NOBODY, done)
        except EtcdError:  # the client was closed meanwhile
            return

    def _probed(self, channel: Channel, failures: int, error: EtcdError | None) -> None:
        in_vain = isinstance(error, DeadlineExceededError)
        if error is not None and (in_vain or blames(error)):
            channel.refresh()
            probe = _weakly(self, lambda this, _: this._probe(channel, failures + 1))
            later(probe_wait(error, failures), lambda: probe(None))
            return
        channel.trouble = ""
        with self._guard:
            self.balancer.serves(channel)
        logger.info("%s serves again", channel.name)
        self._wake()


def _weakly(
    connection: Connection,
    function: Callable[[Connection, EtcdError | None], None],
) -> Callable[[EtcdError | None], None]:
    """A callback that does not keep a client alive that nobody uses any more."""
    reference = weakref.ref(connection)

    def call(error: EtcdError | None) -> None:
        this = reference()
        if this is not None:
            function(this, error)

    return call
