"""Names are public once they are out, so the rules are pinned here."""

from __future__ import annotations

import keyword
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import names

IDENTIFIERS = st.from_regex(r"[A-Za-z][A-Za-z0-9_]*", fullmatch=True)
CAMEL_WORDS = st.from_regex(r"[A-Z][a-z]+", fullmatch=True)


@pytest.mark.parametrize(
    ("proto", "python"),
    [
        ("key", "key"),
        ("range_end", "range_end"),
        ("peerURLs", "peer_urls"),
        ("clientURLs", "client_urls"),
        ("ID", "id"),
        ("TTL", "ttl"),
        ("remaining_TTL", "remaining_ttl"),
        ("grantedTTL", "granted_ttl"),
        ("member_ID", "member_id"),
        ("isLearner", "is_learner"),
        ("dbSizeInUse", "db_size_in_use"),
        ("raftAppliedIndex", "raft_applied_index"),
        ("hashedPassword", "hashed_password"),
        ("HashKV", "hash_kv"),
        ("KV", "kv"),
        ("KeepAlive", "keep_alive"),
        ("Lock2", "lock2"),
        ("sha256sum", "sha256_sum"),
        ("from", "from_"),
        ("Import", "import_"),
    ],
)
def test_snake_case(proto: str, python: str) -> None:
    assert names.snake_case(proto) == python


@pytest.mark.parametrize(
    ("service", "rpc", "python"),
    [
        ("Lease", "LeaseGrant", "grant"),
        ("Lease", "LeaseLeases", "leases"),
        ("Auth", "AuthEnable", "enable"),
        ("Auth", "Authenticate", "authenticate"),
        ("Auth", "UserAdd", "user_add"),
        ("Watch", "Watch", "watch"),
        ("Lock", "Lock", "lock"),
        ("Lock", "Unlock", "unlock"),
        ("Maintenance", "HashKV", "hash_kv"),
        ("KV", "Range", "range"),
        ("KV", "RangeStream", "range_stream"),
        ("Lease", "LeaseImport", "import_"),
    ],
)
def test_method_name(service: str, rpc: str, python: str) -> None:
    assert names.method_name(rpc, service) == python


@given(IDENTIFIERS)
def test_snake_case_makes_lower_case_identifiers_that_are_no_keywords(name: str) -> None:
    snake = names.snake_case(name)
    assert snake.isidentifier()
    assert snake == snake.lower()
    assert not keyword.iskeyword(snake)


@given(IDENTIFIERS)
def test_snake_case_loses_no_letter_and_no_digit(name: str) -> None:
    def bare(text: str) -> str:
        return re.sub(r"_", "", text).lower()

    assert bare(names.snake_case(name)) == bare(name)


@given(IDENTIFIERS)
def test_snake_case_of_a_python_name_is_that_name(name: str) -> None:
    snake = names.snake_case(name)
    assert names.snake_case(snake) == snake


@given(st.lists(CAMEL_WORDS, min_size=1))
def test_snake_case_parts_camel_case_at_its_capitals(parts: list[str]) -> None:
    assert names.snake_case("".join(parts)).rstrip("_") == "_".join(parts).lower()


@given(st.lists(CAMEL_WORDS, min_size=1), st.lists(IDENTIFIERS, min_size=1))
def test_method_name_takes_the_services_name_away_and_nothing_else(
    service: list[str], rest: list[str]
) -> None:
    rpc = "".join(service) + "_" + "_".join(rest)
    expected = names.snake_case("_".join(rest))
    assert names.method_name(rpc, "".join(service)) == expected


@given(IDENTIFIERS, IDENTIFIERS)
def test_method_name_is_never_empty(rpc: str, service: str) -> None:
    assert names.method_name(rpc, service).isidentifier()
