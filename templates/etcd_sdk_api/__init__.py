"""etcd's v3 API, written by the generator; import it through ``etcd_sdk``.

Everything here follows mechanically from the protos and the overlay. It knows no gRPC library, no
connection and no policy: the facades talk to a ``Transport``, which the run-time supplies.
"""
