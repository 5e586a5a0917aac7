"""The messages: protobuf's own, from a pool of their own."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest
from google.protobuf import descriptor_pool, json_format
from google.protobuf.message import Message

from etcd_sdk import EventType, SortOrder, pb

MESSAGES = [
    kind
    for name in pb.__all__
    if inspect.isclass(kind := getattr(pb, name)) and issubclass(kind, Message)
]


def test_nothing_is_in_the_default_pool() -> None:
    with pytest.raises(KeyError):
        descriptor_pool.Default().FindMessageTypeByName("etcdserverpb.RangeRequest")


@pytest.mark.parametrize("kind", MESSAGES)
def test_each_message_pickles_and_copies(kind: type[Message]) -> None:
    message = kind()
    assert pickle.loads(pickle.dumps(message)) == message
    assert copy.deepcopy(message) == message
    assert json_format.Parse(json_format.MessageToJson(message), kind()) == message


def test_a_full_message_pickles() -> None:
    response = pb.RangeResponse(kvs=[pb.KeyValue(key=b"a", value=b"\xff")], count=1)
    assert pickle.loads(pickle.dumps(response)) == response


def test_enums_equal_the_numbers_in_messages() -> None:
    event = pb.Event(type=pb.Event.DELETE)
    assert event.type == EventType.DELETE
    assert event.type in (EventType.DELETE,)
    assert EventType(event.type) is EventType.DELETE
    request = pb.RangeRequest(sort_order=pb.RangeRequest.ASCEND)
    assert hash(SortOrder.ASCEND) == hash(request.sort_order)
