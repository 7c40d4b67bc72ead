"""ML-KEM-768 (FIPS 203): making a key pair from a seed, and opening what was sealed to it.

For the dev chain alone, whose keys everybody may know: nothing here runs in constant time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha3_256, sha3_512, shake_128, shake_256
from hmac import compare_digest

ENCAPSULATION_KEY_BYTES = 1184
CIPHERTEXT_BYTES = 1088
SEED_BYTES = 64

_Q = 3329
_N = 256
_K = 3
_ETA = 2
_DU, _DV = 10, 4
_INVERSE_OF_128 = 3303

Poly = list[int]


def _reversed_bits(number: int) -> int:
    return int(f"{number:07b}"[::-1], 2)


_ZETAS = [pow(17, _reversed_bits(i), _Q) for i in range(128)]
_GAMMAS = [pow(17, 2 * _reversed_bits(i) + 1, _Q) for i in range(128)]


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An encapsulation key of 1,184 bytes, and what opens what is sealed to it."""

    encapsulation: bytes
    decapsulation: bytes


def key_pair(seed: bytes) -> KeyPair:
    """The key pair of a seed of 64 bytes: d and z of FIPS 203, one after the other."""
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a seed has {SEED_BYTES} bytes, not {len(seed)}")
    rho, sigma = _split(sha3_512(seed[:32] + bytes([_K])).digest())
    secret = [_ntt(_noise(sigma, i)) for i in range(_K)]
    errors = [_ntt(_noise(sigma, _K + i)) for i in range(_K)]
    matrix = _matrix(rho)
    rows = [_add(_dot(row, secret), error) for row, error in zip(matrix, errors, strict=True)]
    public = b"".join(_pack(row, 12) for row in rows) + rho
    private = b"".join(_pack(s, 12) for s in secret)
    return KeyPair(public, private + public + sha3_256(public).digest() + seed[32:])


def decapsulate(decapsulation: bytes, ciphertext: bytes) -> bytes:
    """The shared secret of 32 bytes; one that nobody has where the ciphertext is not sealed to it.

    Raises:
        ValueError: the ciphertext has not 1,088 bytes.
    """
    if len(ciphertext) != CIPHERTEXT_BYTES:
        raise ValueError(f"a ciphertext has {CIPHERTEXT_BYTES} bytes, not {len(ciphertext)}")
    cut = 384 * _K
    private, rest = decapsulation[:cut], decapsulation[cut:]
    public, rest = rest[:ENCAPSULATION_KEY_BYTES], rest[ENCAPSULATION_KEY_BYTES:]
    public_hash, rejection = _split(rest)
    message = _decrypt(private, ciphertext)
    shared, coins = _split(sha3_512(message + public_hash).digest())
    if compare_digest(_encrypt(public, message, coins), ciphertext):
        return shared
    return shake_256(rejection + ciphertext).digest(32)


def _encrypt(public: bytes, message: bytes, coins: bytes) -> bytes:
    rows = [_unpack(part, 12) for part in _chunks(public[: 384 * _K], 384)]
    matrix = _matrix(public[384 * _K :])
    noise = [_ntt(_noise(coins, i)) for i in range(_K)]
    sealed = b""
    for i in range(_K):
        column = [matrix[j][i] for j in range(_K)]
        part = _add(_inverse_ntt(_dot(column, noise)), _noise(coins, _K + i))
        sealed += _pack(_compress(part, _DU), _DU)
    last = _add(_inverse_ntt(_dot(rows, noise)), _noise(coins, 2 * _K))
    last = _add(last, _decompress(_unpack(message, 1), 1))
    return sealed + _pack(_compress(last, _DV), _DV)


def _decrypt(private: bytes, ciphertext: bytes) -> bytes:
    cut = 32 * _DU * _K
    parts = [
        _ntt(_decompress(_unpack(part, _DU), _DU)) for part in _chunks(ciphertext[:cut], 32 * _DU)
    ]
    secret = [_unpack(part, 12) for part in _chunks(private, 384)]
    inner = _inverse_ntt(_dot(secret, parts))
    last = _decompress(_unpack(ciphertext[cut:], _DV), _DV)
    return _pack(_compress([(a - b) % _Q for a, b in zip(last, inner, strict=True)], 1), 1)


def _split(data: bytes) -> tuple[bytes, bytes]:
    return data[:32], data[32:]


def _chunks(data: bytes, size: int) -> Iterable[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def _matrix(rho: bytes) -> list[list[Poly]]:
    return [[_uniform(rho + bytes([j, i])) for j in range(_K)] for i in range(_K)]


def _uniform(seed: bytes) -> Poly:
    """A polynomial by rejection from SHAKE128; 840 bytes are enough but once in 2**38."""
    size = 840
    while True:
        stream = shake_128(seed).digest(size)
        found: Poly = []
        for a, b, c in zip(stream[0::3], stream[1::3], stream[2::3], strict=True):
            found += [v for v in (a | (b & 15) << 8, b >> 4 | c << 4) if v < _Q]
        if len(found) >= _N:
            return found[:_N]
        size *= 2


def _noise(seed: bytes, number: int) -> Poly:
    """Small coefficients of a centered binomial distribution."""
    bits = int.from_bytes(shake_256(seed + bytes([number])).digest(64 * _ETA), "little")
    out = []
    for _ in range(_N):
        out.append(((bits & 1) + (bits >> 1 & 1) - (bits >> 2 & 1) - (bits >> 3 & 1)) % _Q)
        bits >>= 2 * _ETA
    return out


def _ntt(poly: Poly) -> Poly:
    f, at, length = list(poly), 1, 128
    while length >= 2:
        for start in range(0, _N, 2 * length):
            zeta, at = _ZETAS[at], at + 1
            for j in range(start, start + length):
                t = zeta * f[j + length] % _Q
                f[j + length] = (f[j] - t) % _Q
                f[j] = (f[j] + t) % _Q
        length //= 2
    return f


def _inverse_ntt(poly: Poly) -> Poly:
    f, at, length = list(poly), 127, 2
    while length <= 128:
        for start in range(0, _N, 2 * length):
            zeta, at = _ZETAS[at], at - 1
            for j in range(start, start + length):
                t = f[j]
                f[j] = (t + f[j + length]) % _Q
                f[j + length] = zeta * (f[j + length] - t) % _Q
        length *= 2
    return [v * _INVERSE_OF_128 % _Q for v in f]


def _add(a: Poly, b: Poly) -> Poly:
    return [(x + y) % _Q for x, y in zip(a, b, strict=True)]


def _dot(a: Sequence[Poly], b: Sequence[Poly]) -> Poly:
    total = [0] * _N
    for left, right in zip(a, b, strict=True):
        for i in range(128):
            a0, a1, b0, b1 = left[2 * i], left[2 * i + 1], right[2 * i], right[2 * i + 1]
            total[2 * i] += a0 * b0 + a1 * b1 % _Q * _GAMMAS[i]
            total[2 * i + 1] += a0 * b1 + a1 * b0
    return [v % _Q for v in total]


def _compress(poly: Poly, bits: int) -> Poly:
    return [((v << bits) + _Q // 2) // _Q % (1 << bits) for v in poly]


def _decompress(poly: Poly, bits: int) -> Poly:
    return [(v * _Q + (1 << bits - 1)) >> bits for v in poly]


def _pack(poly: Poly, bits: int) -> bytes:
    number = 0
    for value in reversed(poly):
        number = number << bits | value
    return number.to_bytes(32 * bits, "little")


def _unpack(data: bytes, bits: int) -> Poly:
    number, mask = int.from_bytes(data, "little"), (1 << bits) - 1
    return [number >> at & mask for at in range(0, _N * bits, bits)]
