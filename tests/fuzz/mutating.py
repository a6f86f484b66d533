"""Damage to bytes and texts, at random."""

import re
import struct

NUMBERS = (0, 1, 2, 3, 7, 8, 16, 32, 64, 127, 128, 255, 256, 65535, 65536)
NUMBERS += (2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**63 - 1, 2**64 - 1)


def mutate(rng, data: bytes) -> bytes:
    """Return bytes with one to four mutations."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        if not data:
            return bytes(data)
        rng.choice((_flip, _overwrite, _cut, _remove, _double, _insert, _digits, _integer))(
            rng, data
        )
    return bytes(data)


def _place(rng, data):
    # Headers are where the interesting bytes are.
    if rng.random() < 0.5:
        return rng.randrange(min(len(data), 400))
    return rng.randrange(len(data))


def _flip(rng, data):
    data[_place(rng, data)] ^= 1 << rng.randrange(8)


def _overwrite(rng, data):
    start = _place(rng, data)
    data[start : start + rng.randrange(1, 9)] = rng.randbytes(rng.randrange(1, 9))


def _cut(rng, data):
    del data[rng.randrange(len(data)) :]


def _remove(rng, data):
    start = _place(rng, data)
    del data[start : start + rng.randrange(1, 64)]


def _double(rng, data):
    start = _place(rng, data)
    data[start:start] = data[start : start + rng.randrange(1, 64)]


def _insert(rng, data):
    start = _place(rng, data)
    data[start:start] = rng.randbytes(rng.randrange(1, 9))


def _digits(rng, data):
    """Put another number where a text has one."""
    found = list(re.finditer(rb"\d+", bytes(data)))
    if found:
        match = rng.choice(found)
        text = str(rng.choice((*NUMBERS, -1, "1e400", "nan", "x", "9" * 300)))
        data[match.start() : match.end()] = text.encode()


def _integer(rng, data):
    """Write a number that is easily too large where one may stand."""
    width = rng.choice((2, 4, 8))
    start = _place(rng, data) // 2 * 2
    value = rng.choice(NUMBERS) % 2 ** (8 * width)
    data[start : start + width] = value.to_bytes(width, rng.choice(("little", "big")))


def mutate_tiff(rng, data: bytes) -> bytes:
    """Return a TIFF with an entry of one of its directories altered, or mutated as any file."""
    entries = directory_entries(data)
    if not entries or rng.random() < 0.4:
        return mutate(rng, data)
    data = bytearray(data)
    order, big = ("<" if data[:2] == b"II" else ">"), data[2:4] in (b"+\0", b"\0+")
    for _ in range(rng.choice((1, 1, 2))):
        start, is_link = rng.choice(entries)
        if is_link:
            targets = [0, 4, 8, start, len(data), len(data) - 2, *(e[0] for e in entries)]
            value = rng.choice((*targets, rng.choice(NUMBERS)))
            struct.pack_into(
                order + ("Q" if big else "I"), data, start, value % 2 ** (32 + 32 * big)
            )
            continue
        field = rng.choice(("code", "type", "count", "value", "value"))
        if field == "code":
            code = rng.choice(
                (254, 256, 257, 258, 259, 262, 270, 273, 277, 278, 279, 284, 317, 320)
            )
            struct.pack_into(order + "H", data, start, rng.choice((code, 322, 323, 324, 325, 339)))
        elif field == "type":
            struct.pack_into(order + "H", data, start + 2, rng.randrange(20))
        elif field == "count":
            value = rng.choice(NUMBERS) % 2 ** (32 + 32 * big)
            struct.pack_into(order + ("Q" if big else "I"), data, start + 4, value)
        else:
            at = start + (12 if big else 8)
            width = rng.choice("HI" + "Q" * big)
            limit = {"H": 2**16, "I": 2**32, "Q": 2**64}[width]
            old = struct.unpack_from(order + width, data, at)[0]
            value = rng.choice((old + 1, old - 1, 2 * old, rng.choice(NUMBERS))) % limit
            struct.pack_into(order + width, data, at, value)
    return bytes(data)


def directory_entries(data: bytes) -> list[tuple[int, bool]]:
    """Return where the entries of a sound TIFF's directories and the links between them stand."""
    order, big = ("<" if data[:2] == b"II" else ">"), data[2:4] in (b"+\0", b"\0+")
    head, size, word = (8, 20, "Q") if big else (4, 12, "I")
    found = [(head, True)]
    try:
        offset = struct.unpack_from(order + word, data, head)[0]
        while offset and len(found) < 2000:
            count = struct.unpack_from(order + ("Q" if big else "H"), data, offset)[0]
            first = offset + (8 if big else 2)
            found += [(first + k * size, False) for k in range(min(count, 100))]
            found.append((first + count * size, True))
            offset = struct.unpack_from(order + word, data, first + count * size)[0]
    except struct.error:
        return found[:1]
    return found
