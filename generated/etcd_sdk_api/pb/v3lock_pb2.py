# Written by codegen from protos/ and templates/etcd_sdk_api/pb/%file%.py.j2; do not edit.

"""``v3lock_pb2``: see its stub for what it defines."""

from etcd_sdk_api.pb import rpc_pb2 as rpc_pb2
from etcd_sdk_api.pb.loader import load

load(
    globals(),
    b"\n\x1cetcd_sdk_api/pb/v3lock"
    b".proto\x12\x08v3lockpb\x1a\x19etcd_s"
    b'dk_api/pb/rpc.proto"7\n\x0bL'
    b"ockRequest\x12\x12\n\x04name\x18\x01 \x01(\x0c"
    b"R\x04name\x12\x14\n\x05lease\x18\x02 \x01(\x03R\x05l"
    b'ease"V\n\x0cLockResponse\x124\n\x06'
    b"header\x18\x01 \x01(\x0b2\x1c.etcdserve"
    b"rpb.ResponseHeaderR\x06head"
    b'er\x12\x10\n\x03key\x18\x02 \x01(\x0cR\x03key"!\n\r'
    b"UnlockRequest\x12\x10\n\x03key\x18\x01 \x01"
    b'(\x0cR\x03key"F\n\x0eUnlockRespons'
    b"e\x124\n\x06header\x18\x01 \x01(\x0b2\x1c.etcd"
    b"serverpb.ResponseHeaderR"
    b"\x06headerb\x06proto3",
)
