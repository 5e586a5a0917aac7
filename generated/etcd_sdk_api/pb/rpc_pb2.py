# Written by codegen from protos/ and templates/etcd_sdk_api/pb/%file%.py.j2; do not edit.

"""``rpc_pb2``: see its stub for what it defines."""

from etcd_sdk_api.pb import auth_pb2 as auth_pb2
from etcd_sdk_api.pb import kv_pb2 as kv_pb2
from etcd_sdk_api.pb.loader import load

load(
    globals(),
    b"\n\x19etcd_sdk_api/pb/rpc.pr"
    b"oto\x12\x0cetcdserverpb\x1a\x18etcd_"
    b"sdk_api/pb/kv.proto\x1a\x1aetc"
    b'd_sdk_api/pb/auth.proto"'
    b"\x85\x01\n\x0eResponseHeader\x12\x1d\n\ncl"
    b"uster_id\x18\x01 \x01(\x04R\tclusterI"
    b"d\x12\x1b\n\tmember_id\x18\x02 \x01(\x04R\x08me"
    b"mberId\x12\x1a\n\x08revision\x18\x03 \x01(\x03"
    b"R\x08revision\x12\x1b\n\traft_term\x18"
    b'\x04 \x01(\x04R\x08raftTerm"\x84\x05\n\x0cRang'
    b"eRequest\x12\x10\n\x03key\x18\x01 \x01(\x0cR\x03k"
    b"ey\x12\x1b\n\trange_end\x18\x02 \x01(\x0cR\x08r"
    b"angeEnd\x12\x14\n\x05limit\x18\x03 \x01(\x03R\x05"
    b"limit\x12\x1a\n\x08revision\x18\x04 \x01(\x03R"
    b"\x08revision\x12C\n\nsort_order\x18"
    b"\x05 \x01(\x0e2$.etcdserverpb.Ran"
    b"geRequest.SortOrderR\tsor"
    b"tOrder\x12F\n\x0bsort_target\x18\x06 "
    b"\x01(\x0e2%.etcdserverpb.Range"
    b"Request.SortTargetR\nsort"
    b'Target\x12"\n\x0cserializable\x18\x07'
    b" \x01(\x08R\x0cserializable\x12\x1b\n\tke"
    b"ys_only\x18\x08 \x01(\x08R\x08keysOnly\x12"
    b"\x1d\n\ncount_only\x18\t \x01(\x08R\tcou"
    b"ntOnly\x12(\n\x10min_mod_revisi"
    b"on\x18\n \x01(\x03R\x0eminModRevision"
    b"\x12(\n\x10max_mod_revision\x18\x0b \x01"
    b"(\x03R\x0emaxModRevision\x12.\n\x13mi"
    b"n_create_revision\x18\x0c \x01(\x03R"
    b"\x11minCreateRevision\x12.\n\x13ma"
    b"x_create_revision\x18\r \x01(\x03R"
    b'\x11maxCreateRevision".\n\tSo'
    b"rtOrder\x12\x08\n\x04NONE\x10\x00\x12\n\n\x06ASC"
    b'END\x10\x01\x12\x0b\n\x07DESCEND\x10\x02"B\n\nSo'
    b"rtTarget\x12\x07\n\x03KEY\x10\x00\x12\x0b\n\x07VER"
    b"SION\x10\x01\x12\n\n\x06CREATE\x10\x02\x12\x07\n\x03MO"
    b'D\x10\x03\x12\t\n\x05VALUE\x10\x04"\x93\x01\n\rRange'
    b"Response\x124\n\x06header\x18\x01 \x01(\x0b"
    b"2\x1c.etcdserverpb.Response"
    b'HeaderR\x06header\x12"\n\x03kvs\x18\x02 '
    b"\x03(\x0b2\x10.mvccpb.KeyValueR\x03k"
    b"vs\x12\x12\n\x04more\x18\x03 \x01(\x08R\x04more\x12\x14"
    b'\n\x05count\x18\x04 \x01(\x03R\x05count"\xa9\x01\n'
    b"\nPutRequest\x12\x10\n\x03key\x18\x01 \x01(\x0c"
    b"R\x03key\x12\x14\n\x05value\x18\x02 \x01(\x0cR\x05va"
    b"lue\x12\x14\n\x05lease\x18\x03 \x01(\x03R\x05leas"
    b"e\x12\x17\n\x07prev_kv\x18\x04 \x01(\x08R\x06prev"
    b"Kv\x12!\n\x0cignore_value\x18\x05 \x01(\x08"
    b"R\x0bignoreValue\x12!\n\x0cignore_"
    b"lease\x18\x06 \x01(\x08R\x0bignoreLease"
    b'"n\n\x0bPutResponse\x124\n\x06heade'
    b"r\x18\x01 \x01(\x0b2\x1c.etcdserverpb.R"
    b"esponseHeaderR\x06header\x12)\n"
    b"\x07prev_kv\x18\x02 \x01(\x0b2\x10.mvccpb."
    b'KeyValueR\x06prevKv"\\\n\x12Dele'
    b"teRangeRequest\x12\x10\n\x03key\x18\x01 "
    b"\x01(\x0cR\x03key\x12\x1b\n\trange_end\x18\x02 "
    b"\x01(\x0cR\x08rangeEnd\x12\x17\n\x07prev_kv"
    b'\x18\x03 \x01(\x08R\x06prevKv"\x92\x01\n\x13Delet'
    b"eRangeResponse\x124\n\x06header"
    b"\x18\x01 \x01(\x0b2\x1c.etcdserverpb.Re"
    b"sponseHeaderR\x06header\x12\x18\n\x07"
    b"deleted\x18\x02 \x01(\x03R\x07deleted\x12+"
    b"\n\x08prev_kvs\x18\x03 \x03(\x0b2\x10.mvccp"
    b'b.KeyValueR\x07prevKvs"\xa9\x02\n\t'
    b"RequestOp\x12A\n\rrequest_ran"
    b"ge\x18\x01 \x01(\x0b2\x1a.etcdserverpb."
    b"RangeRequestH\x00R\x0crequestR"
    b"ange\x12;\n\x0brequest_put\x18\x02 \x01("
    b"\x0b2\x18.etcdserverpb.PutRequ"
    b"estH\x00R\nrequestPut\x12T\n\x14req"
    b"uest_delete_range\x18\x03 \x01(\x0b2"
    b" .etcdserverpb.DeleteRan"
    b"geRequestH\x00R\x12requestDele"
    b"teRange\x12;\n\x0brequest_txn\x18\x04"
    b" \x01(\x0b2\x18.etcdserverpb.TxnR"
    b"equestH\x00R\nrequestTxnB\t\n\x07"
    b'request"\xb7\x02\n\nResponseOp\x12D'
    b"\n\x0eresponse_range\x18\x01 \x01(\x0b2\x1b"
    b".etcdserverpb.RangeRespo"
    b"nseH\x00R\rresponseRange\x12>\n\x0c"
    b"response_put\x18\x02 \x01(\x0b2\x19.etc"
    b"dserverpb.PutResponseH\x00R"
    b"\x0bresponsePut\x12W\n\x15response"
    b"_delete_range\x18\x03 \x01(\x0b2!.et"
    b"cdserverpb.DeleteRangeRe"
    b"sponseH\x00R\x13responseDelete"
    b"Range\x12>\n\x0cresponse_txn\x18\x04 "
    b"\x01(\x0b2\x19.etcdserverpb.TxnRe"
    b"sponseH\x00R\x0bresponseTxnB\n\n"
    b'\x08response"\xe9\x03\n\x07Compare\x12;\n'
    b"\x06result\x18\x01 \x01(\x0e2#.etcdserv"
    b"erpb.Compare.CompareResu"
    b"ltR\x06result\x12;\n\x06target\x18\x02 \x01"
    b"(\x0e2#.etcdserverpb.Compar"
    b"e.CompareTargetR\x06target\x12"
    b"\x10\n\x03key\x18\x03 \x01(\x0cR\x03key\x12\x1a\n\x07ver"
    b"sion\x18\x04 \x01(\x03H\x00R\x07version\x12)\n"
    b"\x0fcreate_revision\x18\x05 \x01(\x03H\x00"
    b"R\x0ecreateRevision\x12#\n\x0cmod_"
    b"revision\x18\x06 \x01(\x03H\x00R\x0bmodRev"
    b"ision\x12\x16\n\x05value\x18\x07 \x01(\x0cH\x00R\x05"
    b"value\x12\x16\n\x05lease\x18\x08 \x01(\x03H\x00R\x05"
    b"lease\x12\x1b\n\trange_end\x18@ \x01(\x0c"
    b'R\x08rangeEnd"@\n\rCompareRes'
    b"ult\x12\t\n\x05EQUAL\x10\x00\x12\x0b\n\x07GREATE"
    b"R\x10\x01\x12\x08\n\x04LESS\x10\x02\x12\r\n\tNOT_EQU"
    b'AL\x10\x03"G\n\rCompareTarget\x12\x0b\n'
    b"\x07VERSION\x10\x00\x12\n\n\x06CREATE\x10\x01\x12\x07"
    b"\n\x03MOD\x10\x02\x12\t\n\x05VALUE\x10\x03\x12\t\n\x05LE"
    b'ASE\x10\x04B\x0e\n\x0ctarget_union"\xa3\x01'
    b"\n\nTxnRequest\x12/\n\x07compare\x18"
    b"\x01 \x03(\x0b2\x15.etcdserverpb.Com"
    b"pareR\x07compare\x121\n\x07success"
    b"\x18\x02 \x03(\x0b2\x17.etcdserverpb.Re"
    b"questOpR\x07success\x121\n\x07fail"
    b"ure\x18\x03 \x03(\x0b2\x17.etcdserverpb"
    b'.RequestOpR\x07failure"\x99\x01\n\x0b'
    b"TxnResponse\x124\n\x06header\x18\x01 "
    b"\x01(\x0b2\x1c.etcdserverpb.Respo"
    b"nseHeaderR\x06header\x12\x1c\n\tsuc"
    b"ceeded\x18\x02 \x01(\x08R\tsucceeded\x12"
    b"6\n\tresponses\x18\x03 \x03(\x0b2\x18.etc"
    b"dserverpb.ResponseOpR\tre"
    b'sponses"K\n\x11CompactionReq'
    b"uest\x12\x1a\n\x08revision\x18\x01 \x01(\x03R\x08"
    b"revision\x12\x1a\n\x08physical\x18\x02 \x01"
    b'(\x08R\x08physical"J\n\x12Compacti'
    b"onResponse\x124\n\x06header\x18\x01 \x01"
    b"(\x0b2\x1c.etcdserverpb.Respon"
    b'seHeaderR\x06header"\r\n\x0bHash'
    b'Request"+\n\rHashKVRequest'
    b"\x12\x1a\n\x08revision\x18\x01 \x01(\x03R\x08revi"
    b'sion"\xaa\x01\n\x0eHashKVResponse\x12'
    b"4\n\x06header\x18\x01 \x01(\x0b2\x1c.etcdse"
    b"rverpb.ResponseHeaderR\x06h"
    b"eader\x12\x12\n\x04hash\x18\x02 \x01(\rR\x04has"
    b"h\x12)\n\x10compact_revision\x18\x03 "
    b"\x01(\x03R\x0fcompactRevision\x12#\n\r"
    b"hash_revision\x18\x04 \x01(\x03R\x0chas"
    b'hRevision"X\n\x0cHashRespons'
    b"e\x124\n\x06header\x18\x01 \x01(\x0b2\x1c.etcd"
    b"serverpb.ResponseHeaderR"
    b"\x06header\x12\x12\n\x04hash\x18\x02 \x01(\rR\x04h"
    b'ash"\x11\n\x0fSnapshotRequest"\x9f'
    b"\x01\n\x10SnapshotResponse\x124\n\x06h"
    b"eader\x18\x01 \x01(\x0b2\x1c.etcdserver"
    b"pb.ResponseHeaderR\x06heade"
    b"r\x12'\n\x0fremaining_bytes\x18\x02 \x01"
    b"(\x04R\x0eremainingBytes\x12\x12\n\x04bl"
    b"ob\x18\x03 \x01(\x0cR\x04blob\x12\x18\n\x07versio"
    b'n\x18\x04 \x01(\tR\x07version"\x86\x02\n\x0cWat'
    b"chRequest\x12I\n\x0ecreate_requ"
    b"est\x18\x01 \x01(\x0b2 .etcdserverpb"
    b".WatchCreateRequestH\x00R\rc"
    b"reateRequest\x12I\n\x0ecancel_r"
    b"equest\x18\x02 \x01(\x0b2 .etcdserve"
    b"rpb.WatchCancelRequestH\x00"
    b"R\rcancelRequest\x12O\n\x10progr"
    b'ess_request\x18\x03 \x01(\x0b2".etcd'
    b"serverpb.WatchProgressRe"
    b"questH\x00R\x0fprogressRequest"
    b'B\x0f\n\rrequest_union"\xd1\x02\n\x12Wa'
    b"tchCreateRequest\x12\x10\n\x03key\x18"
    b"\x01 \x01(\x0cR\x03key\x12\x1b\n\trange_end\x18"
    b"\x02 \x01(\x0cR\x08rangeEnd\x12%\n\x0estart"
    b"_revision\x18\x03 \x01(\x03R\rstartRe"
    b"vision\x12'\n\x0fprogress_notif"
    b"y\x18\x04 \x01(\x08R\x0eprogressNotify\x12"
    b"E\n\x07filters\x18\x05 \x03(\x0e2+.etcds"
    b"erverpb.WatchCreateReque"
    b"st.FilterTypeR\x07filters\x12\x17"
    b"\n\x07prev_kv\x18\x06 \x01(\x08R\x06prevKv\x12"
    b"\x19\n\x08watch_id\x18\x07 \x01(\x03R\x07watch"
    b"Id\x12\x1a\n\x08fragment\x18\x08 \x01(\x08R\x08fr"
    b'agment"%\n\nFilterType\x12\t\n\x05'
    b'NOPUT\x10\x00\x12\x0c\n\x08NODELETE\x10\x01"/\n'
    b"\x12WatchCancelRequest\x12\x19\n\x08w"
    b'atch_id\x18\x01 \x01(\x03R\x07watchId"\x16'
    b'\n\x14WatchProgressRequest"\xa9'
    b"\x02\n\rWatchResponse\x124\n\x06head"
    b"er\x18\x01 \x01(\x0b2\x1c.etcdserverpb."
    b"ResponseHeaderR\x06header\x12\x19"
    b"\n\x08watch_id\x18\x02 \x01(\x03R\x07watchI"
    b"d\x12\x18\n\x07created\x18\x03 \x01(\x08R\x07crea"
    b"ted\x12\x1a\n\x08canceled\x18\x04 \x01(\x08R\x08c"
    b"anceled\x12)\n\x10compact_revis"
    b"ion\x18\x05 \x01(\x03R\x0fcompactRevisi"
    b"on\x12#\n\rcancel_reason\x18\x06 \x01("
    b"\tR\x0ccancelReason\x12\x1a\n\x08fragm"
    b"ent\x18\x07 \x01(\x08R\x08fragment\x12%\n\x06e"
    b"vents\x18\x0b \x03(\x0b2\r.mvccpb.Eve"
    b'ntR\x06events"5\n\x11LeaseGrant'
    b"Request\x12\x10\n\x03TTL\x18\x01 \x01(\x03R\x03TT"
    b'L\x12\x0e\n\x02ID\x18\x02 \x01(\x03R\x02ID"\x82\x01\n\x12Le'
    b"aseGrantResponse\x124\n\x06head"
    b"er\x18\x01 \x01(\x0b2\x1c.etcdserverpb."
    b"ResponseHeaderR\x06header\x12\x0e"
    b"\n\x02ID\x18\x02 \x01(\x03R\x02ID\x12\x10\n\x03TTL\x18\x03 "
    b"\x01(\x03R\x03TTL\x12\x14\n\x05error\x18\x04 \x01(\tR"
    b'\x05error"$\n\x12LeaseRevokeReq'
    b'uest\x12\x0e\n\x02ID\x18\x01 \x01(\x03R\x02ID"K\n\x13'
    b"LeaseRevokeResponse\x124\n\x06h"
    b"eader\x18\x01 \x01(\x0b2\x1c.etcdserver"
    b"pb.ResponseHeaderR\x06heade"
    b'r"F\n\x0fLeaseCheckpoint\x12\x0e\n\x02'
    b"ID\x18\x01 \x01(\x03R\x02ID\x12#\n\rremainin"
    b"g_TTL\x18\x02 \x01(\x03R\x0cremainingTT"
    b'L"Y\n\x16LeaseCheckpointRequ'
    b"est\x12?\n\x0bcheckpoints\x18\x01 \x03(\x0b"
    b"2\x1d.etcdserverpb.LeaseChe"
    b'ckpointR\x0bcheckpoints"O\n\x17'
    b"LeaseCheckpointResponse\x12"
    b"4\n\x06header\x18\x01 \x01(\x0b2\x1c.etcdse"
    b"rverpb.ResponseHeaderR\x06h"
    b"eader\"'\n\x15LeaseKeepAliveR"
    b'equest\x12\x0e\n\x02ID\x18\x01 \x01(\x03R\x02ID"p'
    b"\n\x16LeaseKeepAliveResponse"
    b"\x124\n\x06header\x18\x01 \x01(\x0b2\x1c.etcds"
    b"erverpb.ResponseHeaderR\x06"
    b"header\x12\x0e\n\x02ID\x18\x02 \x01(\x03R\x02ID\x12\x10"
    b'\n\x03TTL\x18\x03 \x01(\x03R\x03TTL"<\n\x16Leas'
    b"eTimeToLiveRequest\x12\x0e\n\x02ID"
    b"\x18\x01 \x01(\x03R\x02ID\x12\x12\n\x04keys\x18\x02 \x01(\x08"
    b'R\x04keys"\xa5\x01\n\x17LeaseTimeToLi'
    b"veResponse\x124\n\x06header\x18\x01 \x01"
    b"(\x0b2\x1c.etcdserverpb.Respon"
    b"seHeaderR\x06header\x12\x0e\n\x02ID\x18\x02"
    b" \x01(\x03R\x02ID\x12\x10\n\x03TTL\x18\x03 \x01(\x03R\x03T"
    b"TL\x12\x1e\n\ngrantedTTL\x18\x04 \x01(\x03R\n"
    b"grantedTTL\x12\x12\n\x04keys\x18\x05 \x03(\x0c"
    b'R\x04keys"\x14\n\x12LeaseLeasesReq'
    b'uest"\x1d\n\x0bLeaseStatus\x12\x0e\n\x02I'
    b'D\x18\x01 \x01(\x03R\x02ID"~\n\x13LeaseLeas'
    b"esResponse\x124\n\x06header\x18\x01 \x01"
    b"(\x0b2\x1c.etcdserverpb.Respon"
    b"seHeaderR\x06header\x121\n\x06leas"
    b"es\x18\x02 \x03(\x0b2\x19.etcdserverpb."
    b'LeaseStatusR\x06leases"\x86\x01\n\x06'
    b"Member\x12\x0e\n\x02ID\x18\x01 \x01(\x04R\x02ID\x12\x12"
    b"\n\x04name\x18\x02 \x01(\tR\x04name\x12\x1a\n\x08pe"
    b"erURLs\x18\x03 \x03(\tR\x08peerURLs\x12\x1e"
    b"\n\nclientURLs\x18\x04 \x03(\tR\nclie"
    b"ntURLs\x12\x1c\n\tisLearner\x18\x05 \x01("
    b'\x08R\tisLearner"L\n\x10MemberAd'
    b"dRequest\x12\x1a\n\x08peerURLs\x18\x01 \x03"
    b"(\tR\x08peerURLs\x12\x1c\n\tisLearne"
    b'r\x18\x02 \x01(\x08R\tisLearner"\xa7\x01\n\x11M'
    b"emberAddResponse\x124\n\x06head"
    b"er\x18\x01 \x01(\x0b2\x1c.etcdserverpb."
    b"ResponseHeaderR\x06header\x12,"
    b"\n\x06member\x18\x02 \x01(\x0b2\x14.etcdser"
    b"verpb.MemberR\x06member\x12.\n\x07"
    b"members\x18\x03 \x03(\x0b2\x14.etcdserv"
    b'erpb.MemberR\x07members"%\n\x13'
    b"MemberRemoveRequest\x12\x0e\n\x02I"
    b'D\x18\x01 \x01(\x04R\x02ID"|\n\x14MemberRem'
    b"oveResponse\x124\n\x06header\x18\x01 "
    b"\x01(\x0b2\x1c.etcdserverpb.Respo"
    b"nseHeaderR\x06header\x12.\n\x07mem"
    b"bers\x18\x02 \x03(\x0b2\x14.etcdserverp"
    b'b.MemberR\x07members"A\n\x13Mem'
    b"berUpdateRequest\x12\x0e\n\x02ID\x18\x01"
    b" \x01(\x04R\x02ID\x12\x1a\n\x08peerURLs\x18\x02 \x03"
    b'(\tR\x08peerURLs"|\n\x14MemberUp'
    b"dateResponse\x124\n\x06header\x18\x01"
    b" \x01(\x0b2\x1c.etcdserverpb.Resp"
    b"onseHeaderR\x06header\x12.\n\x07me"
    b"mbers\x18\x02 \x03(\x0b2\x14.etcdserver"
    b'pb.MemberR\x07members"7\n\x11Me'
    b'mberListRequest\x12"\n\x0clinea'
    b"rizable\x18\x01 \x01(\x08R\x0clineariza"
    b'ble"z\n\x12MemberListRespons'
    b"e\x124\n\x06header\x18\x01 \x01(\x0b2\x1c.etcd"
    b"serverpb.ResponseHeaderR"
    b"\x06header\x12.\n\x07members\x18\x02 \x03(\x0b"
    b"2\x14.etcdserverpb.MemberR\x07"
    b'members"&\n\x14MemberPromote'
    b'Request\x12\x0e\n\x02ID\x18\x01 \x01(\x04R\x02ID"'
    b"}\n\x15MemberPromoteResponse"
    b"\x124\n\x06header\x18\x01 \x01(\x0b2\x1c.etcds"
    b"erverpb.ResponseHeaderR\x06"
    b"header\x12.\n\x07members\x18\x02 \x03(\x0b2"
    b"\x14.etcdserverpb.MemberR\x07m"
    b'embers"\x13\n\x11DefragmentRequ'
    b'est"J\n\x12DefragmentRespons'
    b"e\x124\n\x06header\x18\x01 \x01(\x0b2\x1c.etcd"
    b"serverpb.ResponseHeaderR"
    b'\x06header"/\n\x11MoveLeaderReq'
    b"uest\x12\x1a\n\x08targetID\x18\x01 \x01(\x04R\x08"
    b'targetID"J\n\x12MoveLeaderRe'
    b"sponse\x124\n\x06header\x18\x01 \x01(\x0b2\x1c"
    b".etcdserverpb.ResponseHe"
    b'aderR\x06header"\xcf\x01\n\x0cAlarmRe'
    b"quest\x12>\n\x06action\x18\x01 \x01(\x0e2&."
    b"etcdserverpb.AlarmReques"
    b"t.AlarmActionR\x06action\x12\x1a\n"
    b"\x08memberID\x18\x02 \x01(\x04R\x08memberI"
    b"D\x12-\n\x05alarm\x18\x03 \x01(\x0e2\x17.etcds"
    b"erverpb.AlarmTypeR\x05alarm"
    b'"4\n\x0bAlarmAction\x12\x07\n\x03GET\x10\x00'
    b"\x12\x0c\n\x08ACTIVATE\x10\x01\x12\x0e\n\nDEACTI"
    b'VATE\x10\x02"X\n\x0bAlarmMember\x12\x1a\n'
    b"\x08memberID\x18\x01 \x01(\x04R\x08memberI"
    b"D\x12-\n\x05alarm\x18\x02 \x01(\x0e2\x17.etcds"
    b"erverpb.AlarmTypeR\x05alarm"
    b'"x\n\rAlarmResponse\x124\n\x06hea'
    b"der\x18\x01 \x01(\x0b2\x1c.etcdserverpb"
    b".ResponseHeaderR\x06header\x12"
    b"1\n\x06alarms\x18\x02 \x03(\x0b2\x19.etcdse"
    b"rverpb.AlarmMemberR\x06alar"
    b'ms"\xad\x01\n\x10DowngradeRequest\x12'
    b"F\n\x06action\x18\x01 \x01(\x0e2..etcdse"
    b"rverpb.DowngradeRequest."
    b"DowngradeActionR\x06action\x12"
    b"\x18\n\x07version\x18\x02 \x01(\tR\x07versio"
    b'n"7\n\x0fDowngradeAction\x12\x0c\n\x08'
    b"VALIDATE\x10\x00\x12\n\n\x06ENABLE\x10\x01\x12\n"
    b'\n\x06CANCEL\x10\x02"c\n\x11DowngradeR'
    b"esponse\x124\n\x06header\x18\x01 \x01(\x0b2"
    b"\x1c.etcdserverpb.ResponseH"
    b"eaderR\x06header\x12\x18\n\x07version"
    b'\x18\x02 \x01(\tR\x07version"/\n\x1bDowng'
    b"radeVersionTestRequest\x12\x10"
    b'\n\x03ver\x18\x01 \x01(\tR\x03ver"\x0f\n\rStat'
    b'usRequest"\xdb\x03\n\x0eStatusResp'
    b"onse\x124\n\x06header\x18\x01 \x01(\x0b2\x1c.e"
    b"tcdserverpb.ResponseHead"
    b"erR\x06header\x12\x18\n\x07version\x18\x02 "
    b"\x01(\tR\x07version\x12\x16\n\x06dbSize\x18\x03"
    b" \x01(\x03R\x06dbSize\x12\x16\n\x06leader\x18\x04"
    b" \x01(\x04R\x06leader\x12\x1c\n\traftInde"
    b"x\x18\x05 \x01(\x04R\traftIndex\x12\x1a\n\x08ra"
    b"ftTerm\x18\x06 \x01(\x04R\x08raftTerm\x12*"
    b"\n\x10raftAppliedIndex\x18\x07 \x01(\x04"
    b"R\x10raftAppliedIndex\x12\x16\n\x06er"
    b"rors\x18\x08 \x03(\tR\x06errors\x12 \n\x0bdb"
    b"SizeInUse\x18\t \x01(\x03R\x0bdbSizeI"
    b"nUse\x12\x1c\n\tisLearner\x18\n \x01(\x08R"
    b"\tisLearner\x12&\n\x0estorageVer"
    b"sion\x18\x0b \x01(\tR\x0estorageVersi"
    b"on\x12 \n\x0bdbSizeQuota\x18\x0c \x01(\x03R"
    b"\x0bdbSizeQuota\x12A\n\rdowngrad"
    b"eInfo\x18\r \x01(\x0b2\x1b.etcdserver"
    b"pb.DowngradeInfoR\rdowngr"
    b'adeInfo"O\n\rDowngradeInfo'
    b"\x12\x18\n\x07enabled\x18\x01 \x01(\x08R\x07enabl"
    b"ed\x12$\n\rtargetVersion\x18\x02 \x01("
    b'\tR\rtargetVersion"\x13\n\x11Auth'
    b'EnableRequest"\x14\n\x12AuthDis'
    b'ableRequest"\x13\n\x11AuthStatu'
    b'sRequest"E\n\x13Authenticate'
    b"Request\x12\x12\n\x04name\x18\x01 \x01(\tR\x04n"
    b"ame\x12\x1a\n\x08password\x18\x02 \x01(\tR\x08p"
    b'assword"\x9e\x01\n\x12AuthUserAddR'
    b"equest\x12\x12\n\x04name\x18\x01 \x01(\tR\x04na"
    b"me\x12\x1a\n\x08password\x18\x02 \x01(\tR\x08pa"
    b"ssword\x120\n\x07options\x18\x03 \x01(\x0b2"
    b"\x16.authpb.UserAddOptionsR"
    b"\x07options\x12&\n\x0ehashedPasswo"
    b"rd\x18\x04 \x01(\tR\x0ehashedPassword"
    b'"(\n\x12AuthUserGetRequest\x12\x12'
    b'\n\x04name\x18\x01 \x01(\tR\x04name"+\n\x15Au'
    b"thUserDeleteRequest\x12\x12\n\x04n"
    b'ame\x18\x01 \x01(\tR\x04name"w\n\x1dAuthU'
    b"serChangePasswordRequest"
    b"\x12\x12\n\x04name\x18\x01 \x01(\tR\x04name\x12\x1a\n\x08"
    b"password\x18\x02 \x01(\tR\x08password"
    b"\x12&\n\x0ehashedPassword\x18\x03 \x01(\t"
    b'R\x0ehashedPassword"B\n\x18Auth'
    b"UserGrantRoleRequest\x12\x12\n\x04"
    b"user\x18\x01 \x01(\tR\x04user\x12\x12\n\x04role"
    b'\x18\x02 \x01(\tR\x04role"C\n\x19AuthUser'
    b"RevokeRoleRequest\x12\x12\n\x04nam"
    b"e\x18\x01 \x01(\tR\x04name\x12\x12\n\x04role\x18\x02 "
    b'\x01(\tR\x04role"(\n\x12AuthRoleAdd'
    b"Request\x12\x12\n\x04name\x18\x01 \x01(\tR\x04n"
    b'ame"(\n\x12AuthRoleGetReques'
    b't\x12\x12\n\x04role\x18\x01 \x01(\tR\x04role"\x15\n'
    b'\x13AuthUserListRequest"\x15\n\x13'
    b'AuthRoleListRequest"+\n\x15A'
    b"uthRoleDeleteRequest\x12\x12\n\x04"
    b'role\x18\x01 \x01(\tR\x04role"\\\n\x1eAuth'
    b"RoleGrantPermissionReque"
    b"st\x12\x12\n\x04name\x18\x01 \x01(\tR\x04name\x12&"
    b"\n\x04perm\x18\x02 \x01(\x0b2\x12.authpb.Pe"
    b'rmissionR\x04perm"d\n\x1fAuthRo'
    b"leRevokePermissionReques"
    b"t\x12\x12\n\x04role\x18\x01 \x01(\tR\x04role\x12\x10\n"
    b"\x03key\x18\x02 \x01(\x0cR\x03key\x12\x1b\n\trange"
    b'_end\x18\x03 \x01(\x0cR\x08rangeEnd"J\n\x12'
    b"AuthEnableResponse\x124\n\x06he"
    b"ader\x18\x01 \x01(\x0b2\x1c.etcdserverp"
    b"b.ResponseHeaderR\x06header"
    b'"K\n\x13AuthDisableResponse\x12'
    b"4\n\x06header\x18\x01 \x01(\x0b2\x1c.etcdse"
    b"rverpb.ResponseHeaderR\x06h"
    b'eader"\x88\x01\n\x12AuthStatusResp'
    b"onse\x124\n\x06header\x18\x01 \x01(\x0b2\x1c.e"
    b"tcdserverpb.ResponseHead"
    b"erR\x06header\x12\x18\n\x07enabled\x18\x02 "
    b'\x01(\x08R\x07enabled\x12"\n\x0cauthRevi'
    b"sion\x18\x03 \x01(\x04R\x0cauthRevision"
    b'"b\n\x14AuthenticateResponse'
    b"\x124\n\x06header\x18\x01 \x01(\x0b2\x1c.etcds"
    b"erverpb.ResponseHeaderR\x06"
    b"header\x12\x14\n\x05token\x18\x02 \x01(\tR\x05t"
    b'oken"K\n\x13AuthUserAddRespo'
    b"nse\x124\n\x06header\x18\x01 \x01(\x0b2\x1c.et"
    b"cdserverpb.ResponseHeade"
    b'rR\x06header"a\n\x13AuthUserGet'
    b"Response\x124\n\x06header\x18\x01 \x01(\x0b"
    b"2\x1c.etcdserverpb.Response"
    b"HeaderR\x06header\x12\x14\n\x05roles\x18"
    b'\x02 \x03(\tR\x05roles"N\n\x16AuthUser'
    b"DeleteResponse\x124\n\x06header"
    b"\x18\x01 \x01(\x0b2\x1c.etcdserverpb.Re"
    b'sponseHeaderR\x06header"V\n\x1e'
    b"AuthUserChangePasswordRe"
    b"sponse\x124\n\x06header\x18\x01 \x01(\x0b2\x1c"
    b".etcdserverpb.ResponseHe"
    b'aderR\x06header"Q\n\x19AuthUser'
    b"GrantRoleResponse\x124\n\x06hea"
    b"der\x18\x01 \x01(\x0b2\x1c.etcdserverpb"
    b'.ResponseHeaderR\x06header"'
    b"R\n\x1aAuthUserRevokeRoleRes"
    b"ponse\x124\n\x06header\x18\x01 \x01(\x0b2\x1c."
    b"etcdserverpb.ResponseHea"
    b'derR\x06header"K\n\x13AuthRoleA'
    b"ddResponse\x124\n\x06header\x18\x01 \x01"
    b"(\x0b2\x1c.etcdserverpb.Respon"
    b'seHeaderR\x06header"s\n\x13Auth'
    b"RoleGetResponse\x124\n\x06heade"
    b"r\x18\x01 \x01(\x0b2\x1c.etcdserverpb.R"
    b"esponseHeaderR\x06header\x12&\n"
    b"\x04perm\x18\x02 \x03(\x0b2\x12.authpb.Per"
    b'missionR\x04perm"b\n\x14AuthRol'
    b"eListResponse\x124\n\x06header\x18"
    b"\x01 \x01(\x0b2\x1c.etcdserverpb.Res"
    b"ponseHeaderR\x06header\x12\x14\n\x05r"
    b'oles\x18\x02 \x03(\tR\x05roles"b\n\x14Aut'
    b"hUserListResponse\x124\n\x06hea"
    b"der\x18\x01 \x01(\x0b2\x1c.etcdserverpb"
    b".ResponseHeaderR\x06header\x12"
    b'\x14\n\x05users\x18\x02 \x03(\tR\x05users"N\n'
    b"\x16AuthRoleDeleteResponse\x12"
    b"4\n\x06header\x18\x01 \x01(\x0b2\x1c.etcdse"
    b"rverpb.ResponseHeaderR\x06h"
    b'eader"W\n\x1fAuthRoleGrantPe'
    b"rmissionResponse\x124\n\x06head"
    b"er\x18\x01 \x01(\x0b2\x1c.etcdserverpb."
    b'ResponseHeaderR\x06header"X'
    b"\n AuthRoleRevokePermissi"
    b"onResponse\x124\n\x06header\x18\x01 \x01"
    b"(\x0b2\x1c.etcdserverpb.Respon"
    b'seHeaderR\x06header"Y\n\x13Rang'
    b"eStreamResponse\x12B\n\x0erange"
    b"_response\x18\x01 \x01(\x0b2\x1b.etcdse"
    b"rverpb.RangeResponseR\rra"
    b"ngeResponse*/\n\tAlarmType"
    b"\x12\x08\n\x04NONE\x10\x00\x12\x0b\n\x07NOSPACE\x10\x01\x12"
    b"\x0b\n\x07CORRUPT\x10\x02b\x06proto3",
)
