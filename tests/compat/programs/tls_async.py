"""What a client says if no TLS comes about, and that it takes renewed certificates.

gRPC keeps most reasons to itself. The SDK looks for them where it knows gRPC's text for one that
leaves them open (`etcd_sdk._grpc.diagnosis`), and texts change.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from etcd_sdk import AsyncClient, ClientOptions, errors
from etcd_sdk.testing import EtcdServer, ServerTLS

FILES: dict[str, str] = json.loads(os.environ["CERTIFICATES"])
TRUST: ClientOptions = {"ca_cert": FILES["authority"]}


async def check_server_of_another_authority(server: EtcdServer) -> str:
    with serve("server") as own:
        return await refusal(own.endpoint, {"ca_cert": FILES["other_authority"]}, "local issuer")


async def check_expired_server(server: EtcdServer) -> str:
    with serve("expired_server") as own:
        return await refusal(own.endpoint, TRUST, "certificate has expired")


async def check_server_with_another_name(server: EtcdServer) -> str:
    with serve("elsewhere") as own:
        return await refusal(own.endpoint, TRUST, "not valid for '127.0.0.1'")


async def check_server_that_wants_a_certificate(server: EtcdServer) -> str:
    with serve("server", mutual=True) as own:
        return await refusal(own.endpoint, TRUST, "wants a client certificate, and none is given")


async def check_client_of_another_authority(server: EtcdServer) -> str:
    options = showing("stranger")
    with serve("server", mutual=True) as own:
        return await refusal(own.endpoint, options, "refuses the client certificate")


async def check_key_of_another_certificate(server: EtcdServer) -> str:
    options: ClientOptions = {**showing("client"), "client_key": FILES["stranger_key"]}
    with serve("server", mutual=True) as own:
        return await refusal(own.endpoint, options, "key values mismatch")


async def check_plain_client(server: EtcdServer) -> str:
    with serve("server") as own:
        endpoint = own.endpoint.replace("https", "http")
        return await refusal(endpoint, {}, "the server speaks TLS")


async def check_plain_server(server: EtcdServer) -> str:
    return await refusal(f"https://{server.endpoint}", TRUST, "the server does not speak TLS")


async def check_renewal(server: EtcdServer) -> None:
    trusted = Path("trusted.pem")
    copy("other_authority", trusted)
    with serve("server", mutual=True) as own:
        options: ClientOptions = {**showing("client"), "ca_cert": trusted}
        async with AsyncClient(own.endpoint, **options) as etcd:
            await failed_put(etcd.with_options(timeout=0.5))
            copy("authority", trusted)
            await etcd.kv.put("/a", "1")
            assert (await etcd.kv.get("/a")).kvs[0].version == 1


def serve(pair: str, *, mutual: bool = False) -> EtcdServer:
    client_ca = FILES["authority"] if mutual else None
    return EtcdServer(tls=ServerTLS(FILES[pair], FILES[f"{pair}_key"], client_ca))


def showing(pair: str) -> ClientOptions:
    return {**TRUST, "client_cert": FILES[pair], "client_key": FILES[f"{pair}_key"]}


def copy(name: str, to: Path) -> None:
    to.write_bytes(Path(FILES[name]).read_bytes())


async def refusal(endpoint: str, options: ClientOptions, why: str) -> str:
    once: ClientOptions = {**options, "max_attempts": 1}
    async with AsyncClient(endpoint, **once) as etcd:
        error = await failed_put(etcd)
    assert why in error.message, error
    assert not error.in_doubt, error
    return error.message


async def failed_put(etcd: AsyncClient) -> errors.UnavailableError:
    try:
        await etcd.kv.put("/a", "1")
    except errors.UnavailableError as error:
        return error
    raise AssertionError("a server was trusted that must not be")
