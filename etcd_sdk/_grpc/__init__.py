"""Transports over gRPC: calls, streams, and statuses into errors. No policy.

``_async`` and ``_sync`` are twins kept by hand, the only ones, because ``grpc.aio`` and ``grpc``
differ where it matters: in how a stream is written, cancelled and cleaned up.
"""
