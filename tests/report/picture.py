"""Pictures as arrays: PNG files read and written, of 8 bits a channel, and what of them can be asked."""
import struct
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunks(data):
    at = len(SIGNATURE)
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        yield kind, data[at + 8:at + 8 + size]
        at += size + 12


def unfilter(lines, width):
    """The five filters of PNG, undone row by row; `width`: bytes of a pixel."""
    before = np.zeros(lines.shape[1] - 1, np.uint8)
    rows = []
    for line in lines:
        kind, row = line[0], line[1:].copy()
        if kind == 2:
            row += before
        elif kind == 1:
            row = np.cumsum(row.reshape(-1, width), axis=0, dtype=np.uint64).astype(np.uint8).ravel()
        elif kind:
            row = unfilter_by_neighbours(kind, row, before, width)
        rows.append(row)
        before = row
    return np.array(rows)


def unfilter_by_neighbours(kind, row, before, width):
    left = [0] * width
    upper_left = [0] * width
    row, above = row.tolist(), before.tolist()
    for i, x in enumerate(row):
        c = i % width
        a, b = left[c], above[i]
        if kind == 3:
            guess = (a + b) // 2
        else:
            p = a + b - upper_left[c]
            da, db, dc = abs(p - a), abs(p - b), abs(p - upper_left[c])
            guess = a if da <= db and da <= dc else b if db <= dc else upper_left[c]
        row[i] = left[c] = (x + guess) & 255
        upper_left[c] = b
    return np.array(row, np.uint8)


def read_png(data):
    """Rows x columns x 4, whatever it has."""
    assert data.startswith(SIGNATURE), "no PNG"
    body = b""
    for kind, content in chunks(data):
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", content)
            assert depth == 8 and colour in (2, 6) and not interlaced, "a PNG of another kind"
        elif kind == b"IDAT":
            body += content
    channels = 3 if colour == 2 else 4
    lines = np.frombuffer(zlib.decompress(body), np.uint8).reshape(height, 1 + width * channels)
    pixels = unfilter(lines, channels).reshape(height, width, channels)
    if channels == 4:
        return pixels
    return np.dstack([pixels, np.full((height, width, 1), 255, np.uint8)])


def colours(pixels):
    """How many different colours there are: of a blank picture one."""
    return len(np.unique(pixels.reshape(-1, 4).view(np.uint32)))


def ink(pixels):
    """The share of a picture that is not its commonest colour."""
    found, count = np.unique(np.ascontiguousarray(pixels).reshape(-1, 4).view(np.uint32), return_counts=True)
    return 1 - count.max() / count.sum()
