# Written by codegen from protos/ and templates/etcd_sdk_api/pb/%file%.py.j2; do not edit.

"""``auth_pb2``: see its stub for what it defines."""

from etcd_sdk_api.pb.loader import load

load(
    globals(),
    b"\n\x1aetcd_sdk_api/pb/auth.p"
    b'roto\x12\x06authpb"1\n\x0eUserAddO'
    b"ptions\x12\x1f\n\x0bno_password\x18\x01 "
    b'\x01(\x08R\nnoPassword"~\n\x04User\x12'
    b"\x12\n\x04name\x18\x01 \x01(\x0cR\x04name\x12\x1a\n\x08p"
    b"assword\x18\x02 \x01(\x0cR\x08password\x12"
    b"\x14\n\x05roles\x18\x03 \x03(\tR\x05roles\x120\n"
    b"\x07options\x18\x04 \x01(\x0b2\x16.authpb."
    b'UserAddOptionsR\x07options"'
    b"\x9c\x01\n\nPermission\x123\n\x08permTy"
    b"pe\x18\x01 \x01(\x0e2\x17.authpb.Permis"
    b"sion.TypeR\x08permType\x12\x10\n\x03k"
    b"ey\x18\x02 \x01(\x0cR\x03key\x12\x1b\n\trange_e"
    b'nd\x18\x03 \x01(\x0cR\x08rangeEnd"*\n\x04Ty'
    b"pe\x12\x08\n\x04READ\x10\x00\x12\t\n\x05WRITE\x10\x01\x12"
    b'\r\n\tREADWRITE\x10\x02"T\n\x04Role\x12\x12'
    b"\n\x04name\x18\x01 \x01(\x0cR\x04name\x128\n\rke"
    b"yPermission\x18\x02 \x03(\x0b2\x12.auth"
    b"pb.PermissionR\rkeyPermis"
    b"sionb\x06proto3",
)
