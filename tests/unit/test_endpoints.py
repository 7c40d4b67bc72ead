"""Endpoints and certificates: what the chain keeps of them, and what is none."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taoctl.certificates import Certificate, parse_certificate, public_key_of
from taoctl.endpoints import Endpoint, endpoint_of, parse_ip, scope_of
from taoctl.errors import TaoctlError, UsageError


@pytest.mark.parametrize(
    ("text", "number", "version"),
    [
        ("8.8.8.8", 0x08080808, 4),
        (" 203.0.113.5 ", 0xCB007105, 4),
        ("2001:db8::5", 0x20010DB8 << 96 | 5, 6),
        ("::ffff:8.8.8.8", 0x08080808, 4),
        ("0.0.0.0", 0, 4),
    ],
)
def test_addresses_become_numbers(text: str, number: int, version: int) -> None:
    assert parse_ip(text) == (number, version)


@pytest.mark.parametrize(
    "text", ["", "localhost", "1.2.3", "1.2.3.4:80", "fe80::1%eth0", "x\x1b[31m", "1.2.3.04"]
)
def test_what_is_no_address_is_said(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_ip(text)
    assert "\x1b" not in str(caught.value)


@given(st.integers(0, 2**32 - 1) | st.integers(0, 2**128 - 1))
def test_every_number_is_read_back_from_its_text(number: int) -> None:
    for kind, bits in ((4, 32), (6, 128)):
        if number >> bits:
            continue
        host = Endpoint(number, kind, 80).host
        assert host is not None
        if kind == 4 or ipaddress.IPv6Address(number).ipv4_mapped is None:
            assert parse_ip(host) == (number, kind)


@pytest.mark.parametrize(
    ("endpoint", "text", "served"),
    [
        (Endpoint(0x08080808, 4, 8091), "8.8.8.8:8091", True),
        (Endpoint(1 << 100, 6, 1), "[0:10::]:1", True),
        (Endpoint(0, 4, 1), "0.0.0.0:1", False),
        (Endpoint(0x08080808, 4, 0), "8.8.8.8:0", False),
        (Endpoint(2**40, 4, 80), "ip 1099511627776 of type 4, port 80", False),
        (Endpoint(5, 0, 80), "0.0.0.5:80", True),
    ],
)
def test_an_endpoint_says_whether_it_is_one(endpoint: Endpoint, text: str, served: bool) -> None:
    assert (str(endpoint), endpoint.is_served) == (text, served)


def test_an_endpoint_is_read_from_what_is_stored() -> None:
    assert endpoint_of(None) is None
    stored = {"block": 3, "version": 1, "ip": 7, "port": 9, "ip_type": 6}
    assert endpoint_of(stored) == Endpoint(7, 6, 9)


@pytest.mark.parametrize(
    ("host", "scope"),
    [
        ("8.8.8.8", "public"),
        ("::7f00:1", "reserved"),
        ("64:ff9b::7f00:1", "reserved"),
        ("fec0::1", "reserved"),
        ("2606:4700::1", "public"),
        ("10.1.2.3", "private"),
        ("172.31.0.1", "private"),
        ("172.32.0.1", "public"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "private"),
        ("fd00::1", "private"),
        ("127.0.0.2", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("169.254.1.1", "link-local"),
        ("fe80::1", "link-local"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("203.0.113.5", "reserved"),
        ("240.0.0.1", "reserved"),
        ("0.0.0.0", "reserved"),
    ],
)
def test_who_can_reach_an_address(host: str, scope: str) -> None:
    assert scope_of(host) == scope


def der(tag: int, *parts: bytes) -> bytes:
    """A DER element; lengths of up to 65535 bytes."""
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def key_info(key: bytes) -> bytes:
    """A SubjectPublicKeyInfo."""
    return der(0x30, der(0x30, der(0x06, b"\x2b\x65\x70")), der(0x03, b"\0" + key))


def certificate(key: bytes, *, with_version: bool = True) -> bytes:
    """An X.509 certificate in form; its signature is no signature."""
    version = [der(0xA0, der(0x02, b"\x02"))] if with_version else []
    name = der(0x30, der(0x0C, b"axon" * 60))
    body = [*version, der(0x02, b"\x07"), der(0x30), name, der(0x30), name, key_info(key)]
    return der(0x30, der(0x30, *body), der(0x30), der(0x03, b"\0sig"))


def pem(label: str, content: bytes) -> bytes:
    import base64

    body = base64.encodebytes(content).decode()
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n".encode()


KEY = bytes(range(32))
POINT = b"\x04" + bytes(range(64))


@pytest.mark.parametrize("with_version", [True, False])
def test_a_key_is_found_in_a_certificate(with_version: bool) -> None:
    made = certificate(KEY, with_version=with_version)
    assert public_key_of(made) == KEY
    assert Certificate(1, KEY).is_key_of(made)
    assert not Certificate(1, KEY[1:]).is_key_of(made)
    assert not Certificate(1, b"").is_key_of(made)


def test_a_point_loses_the_byte_before_it() -> None:
    assert public_key_of(key_info(POINT)) == POINT[1:]
    assert public_key_of(key_info(b"\x02" + KEY)) == b"\x02" + KEY
    longer = b"\x04" + bytes(56)
    assert public_key_of(key_info(longer)) == longer


@pytest.mark.parametrize(
    "content",
    [
        pem("CERTIFICATE", certificate(KEY)),
        certificate(KEY),
        pem("PUBLIC KEY", key_info(KEY)),
        pem("PRIVATE KEY", b"secret") + pem("CERTIFICATE", certificate(KEY)),
        pem("CERTIFICATE", certificate(KEY)) + pem("CERTIFICATE", certificate(KEY[::-1])),
    ],
)
def test_files_give_a_key_for_an_algorithm(content: bytes) -> None:
    assert parse_certificate(content, 3) == Certificate(3, KEY)
    with pytest.raises(UsageError, match="algorithm"):
        parse_certificate(content, None)


def test_hexadecimal_is_the_algorithm_and_the_key() -> None:
    found = parse_certificate(b"0x03aabb\n", None)
    assert (found, found.wire) == (Certificate(3, b"\xaa\xbb"), b"\x03\xaa\xbb")
    assert str(found) == "algorithm 3, key 0xaabb"
    assert parse_certificate(b"0x03aabb", 3) == found
    with pytest.raises(UsageError, match="not 4"):
        parse_certificate(b"0x03aabb", 4)
    for wrong in (b"0x", b"0x0", b"0xzz", b"0x" + b"11" * 66):
        with pytest.raises(UsageError):
            parse_certificate(wrong, None)


def test_a_key_that_is_too_long_does_not_fit() -> None:
    with pytest.raises(UsageError, match="270 bytes"):
        parse_certificate(certificate(bytes(270)), 1)


def test_a_private_key_is_not_looked_at() -> None:
    with pytest.raises(UsageError) as caught:
        parse_certificate(pem("PRIVATE KEY", b"secret"), 1)
    assert "private key" in str(caught.value.hint)
    assert "c2VjcmV0" not in f"{caught.value} {caught.value.hint}"


@given(st.binary(max_size=200))
def test_whatever_is_in_a_file_is_a_key_or_said_to_be_none(content: bytes) -> None:
    try:
        found = parse_certificate(content, 1)
    except TaoctlError:
        return
    assert len(found.wire) <= 65


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_damaged_certificate_is_said_to_be_unreadable(at: int, value: int) -> None:
    made = bytearray(certificate(KEY))
    made[at % len(made)] = value
    try:
        public_key_of(bytes(made))
    except UsageError:
        return
