"""A report page read as a browser reads it: its manifest, and its arrays as numpy has them."""
import base64
import json
import re
import zlib

import numpy as np

KIND = {"f64": "f8", "f32": "f4", "i32": "i4", "u32": "u4", "i16": "i2", "u16": "u2", "u8": "u1"}
BLOCK = re.compile(r'<script type="text/plain" class="block" id="(b\d+)" data-t="(\w+)" data-n="(\d+)" '
                   r'data-x="(\w*)">([^<]*)</script>')


def decode(kind, n, x, text):
    raw = zlib.decompress(base64.b64decode(text), -15)
    if kind == "text":
        return raw.decode().split("\n")
    width = int(KIND[kind][1])
    a = np.frombuffer(raw, np.uint8).reshape(width, n).T.copy().view("<" + KIND[kind]).reshape(n)
    if x:
        rows = a.reshape(-1, int(x[1:]))
        for k in range(1, len(rows)):
            rows[k] ^= rows[k - 1]
    return a


class Page:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        self.manifest = json.loads(re.search(r'id="manifest">(.*?)</script>', self.text, re.S).group(1))
        self.block = {i: decode(kind, int(n), x, text) for i, kind, n, x, text in BLOCK.findall(self.text)}
        self.variable = {v["id"]: v for v in self.manifest["variables"]}

    def numbers(self, block):
        """As doubles: missing is NaN."""
        a = self.block[block]
        x = a.astype(float)
        if a.dtype.kind == "i":
            x[a == -1] = np.nan
        return x

    def column(self, name, *at):
        """One part of a variable by unit: periods x units."""
        part = next(p for p in self.variable[name]["parts"] if p["at"] == list(at))
        return self.numbers(part["block"]).reshape(-1, self.manifest["n"])

    def partners(self, entry):
        """Of an entry of `pairs`: periods x units x k, missing -1, and their values."""
        a = self.block[entry["partner"]]
        to = a.astype(np.int64)
        to[a == np.iinfo(a.dtype).max] = -1
        shape = (-1, self.manifest["n"], entry["k"])
        return to.reshape(shape), self.block[entry["value"]].reshape(shape)
