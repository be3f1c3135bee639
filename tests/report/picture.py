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


# ---- written ------------------------------------------------------------------------------------

def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def with_palette(pixels):
    """A PNG of at most 256 colours, those that stand for most of the picture: a third of the size, and a
    screenshot has few. Each pixel takes the nearest of them."""
    rgb = np.ascontiguousarray(pixels[:, :, :3]).reshape(-1, 3).astype(np.int32)
    code = (rgb[:, 0] << 16) | (rgb[:, 1] << 8) | rgb[:, 2]
    found, inverse, count = np.unique(code, return_inverse=True, return_counts=True)
    all_colours = np.stack([found >> 16, (found >> 8) & 255, found & 255], 1)
    palette = all_colours[spread(all_colours, count, 256)]
    nearest = np.concatenate([((part[:, None] - palette[None]) ** 2).sum(2).argmin(1)
                              for part in np.array_split(all_colours, len(all_colours) // 4096 + 1)])
    index = nearest[inverse].astype(np.uint8).reshape(pixels.shape[:2])
    lines = np.hstack([np.zeros((len(index), 1), np.uint8), index])
    return SIGNATURE + b"".join([
        chunk(b"IHDR", struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 3, 0, 0, 0)),
        chunk(b"PLTE", palette.astype(np.uint8).tobytes()), chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)),
        chunk(b"IEND", b"")])


def spread(all_colours, count, most):
    """Which colours: again and again that which the chosen ones serve worst, by pixels times distance."""
    chosen = [int(count.argmax())]
    far = ((all_colours - all_colours[chosen[0]]) ** 2).sum(1)
    while len(chosen) < min(most, len(all_colours)):
        next_one = int((far * np.sqrt(count)).argmax())
        chosen.append(next_one)
        far = np.minimum(far, ((all_colours - all_colours[next_one]) ** 2).sum(1))
    return chosen
