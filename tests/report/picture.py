"""A PNG of few colours, small enough for a README."""
import struct
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"


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
