"""The key-value service, with transactions."""

from __future__ import annotations

from typing import Self

from etcd_sdk import pb
from etcd_sdk_api._async import AsyncKVApi
from etcd_sdk_api.ops import Txn


class AsyncKV(AsyncKVApi):
    """Reads, writes, transactions and compaction of keys."""

    __slots__ = ()

    def txn(self) -> AsyncTransaction:
        """A transaction of this client, to be filled and committed.

        ``kv.txn().when(Compare.version("/a") == 0).then(Put("/a", "1")).commit()``
        """
        return AsyncTransaction(self)


class AsyncTransaction(Txn):
    """A ``Txn`` that can be committed.

    Each stage (``when``, ``then``, ``otherwise``) may be given once, with all that belongs to it,
    and returns a new transaction.
    """

    __slots__ = ("_kv",)

    def __init__(self, kv: AsyncKVApi) -> None:
        super().__init__()
        self._kv = kv

    def _with(self, **options: object) -> Self:
        changed = super()._with(**options)
        changed._kv = self._kv
        return changed

    async def commit(self, *, timeout: float | None = None) -> pb.TxnResponse:
        """Have the server evaluate the conditions and do one of the branches, all at once.

        Args:
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: whether the conditions held, and a response for each operation done.

        Raises:
            ArgumentError: A condition or operation is bad; nothing was sent.
            EtcdError: The call failed; ``kv.transact`` names what etcd refuses.
        """
        return await self._kv.do(self, timeout=timeout)
