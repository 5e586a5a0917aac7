# Written by codegen from protos/ and templates/etcd_sdk_api/pb/%file%.py.j2; do not edit.

"""``kv_pb2``: see its stub for what it defines."""

from etcd_sdk_api.pb.loader import load

load(
    globals(),
    b"\n\x18etcd_sdk_api/pb/kv.pro"
    b'to\x12\x06mvccpb"\xae\x01\n\x08KeyValue\x12'
    b"\x10\n\x03key\x18\x01 \x01(\x0cR\x03key\x12'\n\x0fcre"
    b"ate_revision\x18\x02 \x01(\x03R\x0ecrea"
    b"teRevision\x12!\n\x0cmod_revisi"
    b"on\x18\x03 \x01(\x03R\x0bmodRevision\x12\x18\n"
    b"\x07version\x18\x04 \x01(\x03R\x07version\x12"
    b"\x14\n\x05value\x18\x05 \x01(\x0cR\x05value\x12\x14\n"
    b'\x05lease\x18\x06 \x01(\x03R\x05lease"\xa3\x01\n\x05'
    b"Event\x12+\n\x04type\x18\x01 \x01(\x0e2\x17.mv"
    b"ccpb.Event.EventTypeR\x04ty"
    b"pe\x12 \n\x02kv\x18\x02 \x01(\x0b2\x10.mvccpb."
    b"KeyValueR\x02kv\x12)\n\x07prev_kv\x18"
    b"\x03 \x01(\x0b2\x10.mvccpb.KeyValueR"
    b'\x06prevKv" \n\tEventType\x12\x07\n\x03'
    b"PUT\x10\x00\x12\n\n\x06DELETE\x10\x01b\x06proto"
    b"3",
)
