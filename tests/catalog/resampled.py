"""Intervals by resampling units, plainly: which units a draw picks, by the paper's cipher and the hash
of each unit's code; the rows of these units, as often as they were picked; order statistics. What a
measure makes of the rows is the case's."""
import ctypes
import math
from statistics import NormalDist

import numpy as np

STREAM = 0x626f6f7473747261
MASK = (1 << 64) - 1
NORMAL = NormalDist()


def mix(x):
    """The finaliser of SplitMix64."""
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def key_of(code):
    hashes = ctypes.CDLL("libxxhash.so.0").XXH3_64bits_withSeed
    hashes.restype, hashes.argtypes = ctypes.c_uint64, [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64]
    data = code.encode()
    return hashes(data, len(data), 0)


def philox(counter, key):
    """Philox 4x32-10."""
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & 0xFFFFFFFF, (a >> 32) ^ c[3] ^ k[1], a & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def word(seed, item, draw):
    key = mix((mix(seed) + STREAM) & MASK)
    block = philox([draw // 2 & 0xFFFFFFFF, draw // 2 >> 32, item & 0xFFFFFFFF, item >> 32],
                   [key & 0xFFFFFFFF, key >> 32])
    return block[1] << 32 | block[0] if draw % 2 == 0 else block[3] << 32 | block[2]


def samples(codes, draws, groups=None, seed=0):
    """By draw, the units it picks: of its own group for each unit, in the order of codes."""
    groups = np.zeros(len(codes), int) if groups is None else np.asarray(groups)
    member = [np.flatnonzero(groups == g) for g in groups]
    item = [key_of(code) for code in codes]
    return np.array([[m[word(seed, i, d) * len(m) >> 64] for i, m in zip(item, member)]
                     for d in range(draws)])


def at_place(sorted_, place):
    below = math.floor(place)
    part = place - below
    if below >= len(sorted_):
        return sorted_[-1]
    return sorted_[below - 1] + (part * (sorted_[below] - sorted_[below - 1]) if part else 0)


def percentile(draw, level):
    there = np.sort(draw[~np.isnan(draw)])
    if len(there) < round(2 / (1 - level), 6) - 1:
        return np.nan, np.nan
    place = round((len(there) + 1) * (1 - level) / 2, 9)
    return at_place(there, place), at_place(there, len(there) + 1 - place)


def bca(draw, level, estimate, without, groups=None):
    """Efron 1987; `without`: the estimate without each unit."""
    there = np.sort(draw[~np.isnan(draw)])
    slack = 2.0 ** -40 * max(abs(there[0]), abs(there[-1]))
    if there[-1] - there[0] <= slack:
        return there[0], there[-1]
    groups = np.zeros(len(without), int) if groups is None else np.asarray(groups)
    d = np.zeros(len(without))
    for g in set(groups):
        of = groups == g
        d[of] = (of.sum() - 1) / of.sum() * (without[of].mean() - without[of])
    a = (d ** 3).sum() / (6 * (d ** 2).sum() ** 1.5)
    below = (there < estimate - slack).mean()
    if not 0 < below < 1:
        return np.nan, np.nan
    z0 = NORMAL.inv_cdf(below)
    found = []
    for z in (NORMAL.inv_cdf((1 - level) / 2), NORMAL.inv_cdf((1 + level) / 2)):
        place = (len(there) + 1) * NORMAL.cdf(z0 + (z0 + z) / (1 - a * (z0 + z)))
        found.append(at_place(there, min(max(place, 1), len(there))))
    return tuple(found)


def check(world, params, r, name, statistic, tolerance=1e-9):
    """Bounds of a quantity, and of its change, against `statistic`: of the units picked, an array of
    (time, labels...) as the quantity has them; of what has no time (labels...)."""
    asked = params["intervals"]
    draws, level = asked.get("draws", 999), asked.get("level", .95)
    groups = [world.unit[asked["within"]].index(g) for g in world.unit[asked["within"]]] \
        if "within" in asked else None
    everyone = np.arange(world.n)
    drawn = np.array([statistic(picked) for picked in samples(world.code, draws, groups)])
    all_once = np.asarray(statistic(everyone))
    without = np.array([statistic(np.delete(everyone, i)) for i in everyone]) \
        if asked.get("method") == "bca" else None

    def compare(drawn, all_once, without, lo, hi):
        for at in np.ndindex(all_once.shape):
            if np.isnan(all_once[at]):
                want = np.nan, np.nan
            elif without is None:
                want = percentile(drawn[(slice(None),) + at], level)
            else:
                want = bca(drawn[(slice(None),) + at], level, all_once[at], without[(slice(None),) + at], groups)
            scale = abs(all_once[at])
            assert np.allclose((lo[at], hi[at]), want, rtol=tolerance, atol=tolerance * scale, equal_nan=True), \
                (name, at, lo[at], hi[at], want)

    compare(drawn, all_once, without, r[name + "_lo"], r[name + "_hi"])
    assert (np.isnan(r[name + "_lo"]) | (r[name + "_lo"] <= r[name + "_hi"])).all(), "lo <= hi"
    if "change" not in asked or r.axes[name][:1] != ["time"]:
        return
    change = "change" if name == "value" else name + "_change"
    from_, to = (r.label["time"].index(year) for year in asked["change"])
    assert np.array_equal(r[change], r[name][to] - r[name][from_], equal_nan=True), change
    compare(drawn[:, to] - drawn[:, from_], all_once[to] - all_once[from_],
            None if without is None else without[:, to] - without[:, from_],
            r[change + "_lo"], r[change + "_hi"])
