"""What an installed package has to be in either flavour: complete, picklable, the right pool."""

from __future__ import annotations

import os
import pickle
from importlib.metadata import version

import google.protobuf
import grpc
from google.protobuf import descriptor_pool
from google.protobuf.internal import api_implementation

import etcd_sdk
from etcd_sdk import AsyncClient, Client, errors, pb
from etcd_sdk.testing import EtcdServer
from etcd_sdk_api import methods
from etcd_sdk_api.method import Method


def check_versions(server: EtcdServer) -> str:
    wanted = os.environ.get("PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION", "upb")
    found = api_implementation.Type()
    assert found == wanted, found
    libraries = f"grpcio {grpc.__version__}, protobuf {google.protobuf.__version__} ({found})"
    return f"{libraries}, etcd-sdk {version('etcd-sdk')}, etcd {server.version}"


def check_public_names(server: EtcdServer) -> None:
    for module in etcd_sdk, pb, errors:
        names = module.__all__
        assert len(set(names)) == len(names) > 0
        missing = [name for name in names if not hasattr(module, name)]
        assert not missing, missing


async def check_every_method(server: EtcdServer) -> str:
    constants = {name: value for name, value in vars(methods).items() if isinstance(value, Method)}
    assert len(constants) == len(methods.ALL)
    assert set(constants.values()) == set(methods.ALL)
    sync_client, async_client = Client(server.endpoint), AsyncClient(server.endpoint)
    for name in constants:
        service, _, method = name.lower().partition("_")
        for client in sync_client, async_client:
            assert callable(getattr(getattr(client.rpc, service), method)), (client, name)
    sync_client.close()
    await async_client.close()
    return f"{len(constants)} methods"


def check_pickle(server: EtcdServer) -> None:
    event = pb.Event(type=pb.Event.DELETE, kv=pb.KeyValue(key=b"/a", mod_revision=7))
    response = pb.WatchResponse(created=True, events=[event])
    hidden = pb.Compare(target=pb.Compare.VALUE, value=b"1")
    for message in event, response, hidden, pb.ResponseHeader():
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            again = pickle.loads(pickle.dumps(message, protocol))
            assert again == message
            assert type(again) is type(message)


def check_private_pool(server: EtcdServer) -> None:
    default = descriptor_pool.Default()
    assert pb.KeyValue.DESCRIPTOR.file.pool is not default
    try:
        default.FindMessageTypeByName("mvccpb.KeyValue")
    except KeyError:
        return
    raise AssertionError("our messages are in protobuf's default pool")
