# Written by codegen from protos/ and templates/etcd_sdk_api/pb/%file%.py.j2; do not edit.

"""``v3election_pb2``: see its stub for what it defines."""

from etcd_sdk_api.pb import kv_pb2 as kv_pb2
from etcd_sdk_api.pb import rpc_pb2 as rpc_pb2
from etcd_sdk_api.pb.loader import load

load(
    globals(),
    b"\n etcd_sdk_api/pb/v3elec"
    b"tion.proto\x12\x0cv3electionpb"
    b"\x1a\x19etcd_sdk_api/pb/rpc.pr"
    b"oto\x1a\x18etcd_sdk_api/pb/kv."
    b'proto"Q\n\x0fCampaignRequest'
    b"\x12\x12\n\x04name\x18\x01 \x01(\x0cR\x04name\x12\x14\n\x05"
    b"lease\x18\x02 \x01(\x03R\x05lease\x12\x14\n\x05va"
    b'lue\x18\x03 \x01(\x0cR\x05value"y\n\x10Camp'
    b"aignResponse\x124\n\x06header\x18\x01"
    b" \x01(\x0b2\x1c.etcdserverpb.Resp"
    b"onseHeaderR\x06header\x12/\n\x06le"
    b"ader\x18\x02 \x01(\x0b2\x17.v3electionp"
    b'b.LeaderKeyR\x06leader"Y\n\tL'
    b"eaderKey\x12\x12\n\x04name\x18\x01 \x01(\x0cR\x04"
    b"name\x12\x10\n\x03key\x18\x02 \x01(\x0cR\x03key\x12\x10"
    b"\n\x03rev\x18\x03 \x01(\x03R\x03rev\x12\x14\n\x05leas"
    b'e\x18\x04 \x01(\x03R\x05lease"#\n\rLeader'
    b"Request\x12\x12\n\x04name\x18\x01 \x01(\x0cR\x04n"
    b'ame"h\n\x0eLeaderResponse\x124\n'
    b"\x06header\x18\x01 \x01(\x0b2\x1c.etcdserv"
    b"erpb.ResponseHeaderR\x06hea"
    b"der\x12 \n\x02kv\x18\x02 \x01(\x0b2\x10.mvccpb"
    b'.KeyValueR\x02kv"@\n\rResignR'
    b"equest\x12/\n\x06leader\x18\x01 \x01(\x0b2\x17"
    b".v3electionpb.LeaderKeyR"
    b'\x06leader"F\n\x0eResignRespons'
    b"e\x124\n\x06header\x18\x01 \x01(\x0b2\x1c.etcd"
    b"serverpb.ResponseHeaderR"
    b'\x06header"X\n\x0fProclaimReque'
    b"st\x12/\n\x06leader\x18\x01 \x01(\x0b2\x17.v3e"
    b"lectionpb.LeaderKeyR\x06lea"
    b"der\x12\x14\n\x05value\x18\x02 \x01(\x0cR\x05valu"
    b'e"H\n\x10ProclaimResponse\x124\n'
    b"\x06header\x18\x01 \x01(\x0b2\x1c.etcdserv"
    b"erpb.ResponseHeaderR\x06hea"
    b"derb\x06proto3",
)
