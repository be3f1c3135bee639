"""Pairs of series on one thread: the engine against numpy, alternating in one run.

numpy is written as an expert would: blocks, buffers allocated once, ufuncs in place, each pair once where
the measure has it once, what depends on one unit out of the loop; of several forms and of the shapes of a
block the fastest counts that gives what the measure gives: of granger sums of both sides, the greatest, and
how many are significant. Forms that leave some of it out stand beside them, and one that looks for no lag.
Both sides give the same sums, greatest value and, of top, partners, which is checked first. Times are
processor time of one thread, each of the second of two runs where these are short.

The bound of a measure is what the multiply-adds of its products take at the best rate measured in the same
run, of each pair that differs: the triangle. Wanted is 1/1.3 of it. OpenBLAS has the kernels that it chooses
by itself, which the note names."""
import tempfile

import numpy as np

import peer
import programs as run
import record
from pairs_peer import Engine, timed

LAGS = 5
RHO = 0.5
TOP = 20
SHORT = 0.3  # seconds
MIXED = (20, 240)  # numbers of a pair whose products and sums are measured in registers
# Forms without all that the measure gives: the lag; sums over what a unit receives, and what is significant.
LESS = {"Lags": "the lag", **dict.fromkeys(("Granger", "GrangerOfTwo", "GrangerBoth", "GrangerOfTwoBoth"),
                                           "sums by receiver and what is significant")}
WIDE = [(bi, bj) for bi in (32, 64, 128, 256, 512) for bj in (256, 512, 1024, 2048)]
SMALL = [(bi, bj) for bi in (2, 8, 32) for bj in (64, 256, 1024)]
ROWS = [(bi, 0) for bi in (8, 16, 32, 64, 128, 256)]


def series(n, periods):
    """Levels that grow at rates with a common, a regional and an own part."""
    draw = np.random.default_rng(20240103)
    growth = 0.03 + 0.02 * draw.normal(size=(periods, 1)) + 0.03 * draw.normal(size=(periods, n))
    growth += 0.02 * draw.normal(size=(periods, max(1, n // 90)))[:, np.arange(n) * max(1, n // 90) // n]
    return draw.lognormal(3, 1, n) * np.exp(np.cumsum(growth, axis=0))


def standardised(x):
    z = x - x.mean(axis=0)
    return z / np.sqrt((z * z).sum(axis=0))


# ---- numpy ----------------------------------------------------------------------------------------

class Series(peer.Tiled):
    """Walks the upper triangle; the values of a pair stand for both directions."""

    def __init__(self, x, shape):
        super().__init__(x.shape[1], shape)
        self.x = x
        self.row_factor = self.column_factor = np.ones(self.n)

    def largest(self, v, row, column):
        return v.max()


class Pearson(Series):
    shapes = peer.SHAPES + WIDE

    def start(self):
        self.right = standardised(self.x)
        self.left = np.ascontiguousarray(self.right.T)

    def values(self, i0, i1, j0, j1):
        return np.matmul(self.left[i0:i1], self.right[:, j0:j1], out=self.part(0, i1 - i0, j1 - j0))


class Top:
    """Whole rows, as each must be seen whole."""
    shapes = ROWS

    def __init__(self, x, shape):
        self.x, self.n, self.rows = x, x.shape[1], shape[0]
        self.shape = shape
        self.room = np.empty((self.rows, self.n))

    def run(self):
        right = standardised(self.x)
        left = np.ascontiguousarray(right.T)
        ones = np.ones(self.n)
        strength = np.empty(self.n)
        greatest, values, partners = -np.inf, 0.0, 0.0
        for i0 in range(0, self.n, self.rows):
            i1 = min(i0 + self.rows, self.n)
            v = np.matmul(left[i0:i1], right, out=self.room[:i1 - i0])
            own = np.arange(i1 - i0)
            v[own, own + i0] = 0
            np.matmul(v, ones, out=strength[i0:i1])
            v[own, own + i0] = -np.inf
            to = self.strongest(v)
            found = v[own[:, None], to]
            greatest = max(greatest, found.max())
            values += found.astype(np.float32).sum(dtype=float)
            partners += ((own + i0) % 7 @ to).sum()
        return strength.sum(), greatest, strength, values, partners


class TopByPartition(Top):
    def strongest(self, v):
        return np.argpartition(v, self.n - TOP, axis=1)[:, -TOP:]


class TopByGroups(Top):
    """The strongest are in the groups with the greatest maxima: only these are looked through."""
    GROUP = 20

    def strongest(self, v):
        groups = self.n // self.GROUP
        if groups < 2 * TOP:
            return np.argpartition(v, self.n - TOP, axis=1)[:, -TOP:]
        whole = groups * self.GROUP
        most = v[:, :whole].reshape(-1, groups, self.GROUP).max(axis=2)
        best = np.argpartition(most, groups - TOP, axis=1)[:, -TOP:]
        at = (best[:, :, None] * self.GROUP + np.arange(self.GROUP)).reshape(len(v), -1)
        if whole < self.n:
            rest = np.broadcast_to(np.arange(whole, self.n), (len(v), self.n - whole))
            at = np.concatenate([at, rest], axis=1)
        candidates = np.take_along_axis(v, at, axis=1)
        return np.take_along_axis(at, np.argpartition(candidates, at.shape[1] - TOP, axis=1)[:, -TOP:], axis=1)


class Lags(Series):
    """r at the lag of the largest |r|: the greatest and the least over the lags say it."""
    buffers = 3
    shapes = peer.SHAPES + [(128, 512), (128, 1024)]

    def start(self):
        t = len(self.x)
        self.early = [standardised(self.x[:t - lag]) for lag in range(LAGS + 1)]
        self.late = [standardised(self.x[lag:]) for lag in range(LAGS + 1)]
        self.early_left = [np.ascontiguousarray(z.T) for z in self.early]
        self.late_left = [np.ascontiguousarray(z.T) for z in self.late]

    def of_lags(self, i0, i1, j0, j1, out):
        """r of each lag in turn, in `out`: 0, 1, -1, 2, -2, ..."""
        yield 0, np.matmul(self.early_left[0][i0:i1], self.late[0][:, j0:j1], out=out)
        for lag in range(1, LAGS + 1):
            yield lag, np.matmul(self.early_left[lag][i0:i1], self.late[lag][:, j0:j1], out=out)
            yield -lag, np.matmul(self.late_left[lag][i0:i1], self.early[lag][:, j0:j1], out=out)

    def values(self, i0, i1, j0, j1):
        r, high, low = (self.part(k, i1 - i0, j1 - j0) for k in range(3))
        for lag, _ in self.of_lags(i0, i1, j0, j1, r):
            if lag == 0:
                np.copyto(high, r)
                np.copyto(low, r)
            else:
                np.maximum(high, r, out=high)
                np.minimum(low, r, out=low)
        np.negative(low, out=r)
        np.copyto(high, low, where=r > high)
        return high


class LagsFound(Lags):
    """The same, and the lag."""
    buffers = 5

    def values(self, i0, i1, j0, j1):
        r, size, most, value, at = (self.part(k, i1 - i0, j1 - j0) for k in range(5))
        better = np.empty(r.shape, bool)
        most.fill(-1)
        for lag, _ in self.of_lags(i0, i1, j0, j1, r):
            np.abs(r, out=size)
            np.greater(size, most, out=better)
            np.copyto(most, size, where=better)
            np.copyto(value, r, where=better)
            np.copyto(at, lag, where=better)
        return value


class Grey(Series):
    shapes = SMALL

    def __init__(self, x, shape):
        super().__init__(x, shape)
        self.apart = np.empty(len(x) * shape[0] * shape[1])
        self.room = [np.empty(shape[0] * shape[1]) for _ in range(4)]

    def start(self):
        self.image = self.x / self.x[0]

    def values(self, i0, i1, j0, j1):
        least, most, total, term = (self.part(k, i1 - i0, j1 - j0) for k in range(4))
        apart = self.apart[:len(self.image) * least.size].reshape(len(self.image), *least.shape)
        for a, d in zip(self.image, apart):
            np.subtract(a[i0:i1, None], a[j0:j1], out=d)
            np.abs(d, out=d)
        np.minimum.reduce(apart, axis=0, out=least)
        np.maximum.reduce(apart, axis=0, out=most)
        np.multiply(most, RHO, out=most)
        apart += most
        self.add_inverses(apart, total, term)
        np.add(least, most, out=least)
        np.multiply(least, total, out=total)
        return np.multiply(total, 1 / len(self.image), out=total)

    def run(self):
        with np.errstate(divide="ignore", invalid="ignore"):  # the diagonal, put to zero in `tile`
            return self.walk()

    def add_inverses(self, apart, total, term):
        np.divide(1.0, apart, out=apart)
        np.add.reduce(apart, axis=0, out=total)


class GreyByTwo(Grey):
    """Two terms on one denominator: half the divisions."""

    def add_inverses(self, apart, total, term):
        half = len(apart) // 2
        first, second = apart[:half], apart[half:2 * half]
        total.fill(0)
        for a, b in zip(first, second):
            np.add(a, b, out=term)
            np.multiply(a, b, out=a)
            np.divide(term, a, out=term)
            np.add(total, term, out=total)
        for d in apart[2 * half:]:
            np.divide(1.0, d, out=term)
            np.add(total, term, out=total)


class Granger:
    """F of all ordered pairs: a row sends, a column receives. Lags are orthonormal, so that what the
    sender's have beside the receiver's is I - B B', of which one or two pivots are written out."""
    shapes = [(bi, bj) for bi in (16, 64, 256) for bj in (128, 512, 2048)]
    lags = 1
    threshold = None  # of F at 5 percent: what reaches it is counted, and what each unit receives added up

    def __init__(self, x, shape):
        self.x, self.n, self.shape = np.diff(np.log(x), axis=0), x.shape[1], shape
        self.room = [np.empty(shape[0] * shape[1]) for _ in range(self.lags * (self.lags + 1) + 4)]

    def lagged(self, lag):
        v = self.x[self.lags - lag:len(self.x) - lag]
        return v - v.mean(axis=0)

    def beside(self, v, basis):
        for _ in range(2):
            for q in basis:
                v = v - (v * q).sum(axis=0) * q
        return v / np.sqrt((v * v).sum(axis=0))

    def start(self):
        self.right = []
        for lag in range(1, self.lags + 1):
            self.right.append(self.beside(self.lagged(lag), self.right))
        self.left = [np.ascontiguousarray(q.T) for q in self.right]
        self.right.append(self.beside(self.lagged(0), self.right))

    def products(self, i0, i1, j0, j1):
        shape = (i1 - i0, j1 - j0)
        part = [room[:shape[0] * shape[1]].reshape(shape) for room in self.room]
        places = iter(part)
        for left in self.left:
            for right in self.right:
                np.matmul(left[i0:i1], right[:, j0:j1], out=next(places))
        return part

    def values(self, i0, i1, j0, j1):
        b, c, a, f, _, _ = self.products(i0, i1, j0, j1)
        np.multiply(b, b, out=a)
        np.subtract(1, a, out=a)
        np.multiply(c, c, out=f)
        np.subtract(a, f, out=a)
        np.divide(f, a, out=f)
        return np.multiply(f, len(self.x) - 4, out=f)

    def count(self, v, sums, threshold):
        """Values are looked for NaN where a sum of theirs is."""
        self.significant += np.count_nonzero(v >= threshold)
        self.tests += np.count_nonzero(v == v) if np.isnan(sums).any() else v.size

    def run(self):
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.walk()

    def walk(self):
        self.start()
        self.significant = self.tests = 0
        self.received = np.zeros(self.n)
        ones, strength, greatest = np.ones(self.n), np.zeros(self.n), -np.inf
        for i0 in range(0, self.n, self.shape[0]):
            i1 = min(i0 + self.shape[0], self.n)
            for j0 in range(0, self.n, self.shape[1]):
                j1 = min(j0 + self.shape[1], self.n)
                v = self.values(i0, i1, j0, j1)
                own = np.arange(max(i0, j0), min(i1, j1))
                v[own - i0, own - j0] = 0
                strength[i0:i1] += v @ ones[j0:j1]
                greatest = max(greatest, v.max())
                if self.threshold:
                    self.received[j0:j1] += ones[i0:i1] @ v
                    self.count(v, strength[i0:i1], self.threshold)
        return strength.sum(), greatest, strength


class GrangerOfTwo(Granger):
    lags = 2

    def values(self, i0, i1, j0, j1):
        b11, b12, c1, b21, b22, c2, d1, t, d2, u = self.products(i0, i1, j0, j1)
        np.multiply(b11, b11, out=d1)
        np.multiply(b12, b12, out=t)
        np.add(d1, t, out=d1)
        np.subtract(1, d1, out=d1)
        np.multiply(b11, b21, out=t)
        np.multiply(b12, b22, out=u)
        np.add(t, u, out=t)
        np.multiply(b21, b21, out=b21)
        np.multiply(b22, b22, out=b22)
        np.add(b21, b22, out=d2)
        np.subtract(1, d2, out=d2)
        np.divide(t, d1, out=u)
        np.multiply(t, u, out=t)
        np.subtract(d2, t, out=d2)
        np.multiply(u, c1, out=u)
        np.add(u, c2, out=u)
        np.multiply(u, u, out=u)
        np.multiply(u, d1, out=u)
        np.multiply(c1, c1, out=c1)
        np.multiply(c1, d2, out=c1)
        np.add(c1, u, out=u)
        np.multiply(d1, d2, out=d1)
        np.subtract(d1, u, out=d1)
        np.divide(u, d1, out=u)
        return np.multiply(u, (len(self.x) - 7) / 2, out=u)


class GrangerBoth(Granger):
    """Both orders of a pair at once, which have the same b, and a factor of all F left to the sums."""
    buffers = 5

    def __init__(self, x, shape):
        super().__init__(x, shape)
        self.room = [np.empty(shape[0] * max(shape)) for _ in range(self.buffers)]

    def start(self):
        super().start()
        self.left.append(np.ascontiguousarray(self.right[-1].T))
        self.by = (len(self.x) - 1 - 3 * self.lags) / self.lags

    def product(self, k, row, column):
        i0, i1, j0, j1 = self.at
        return np.matmul(self.left[row][i0:i1], self.right[column][:, j0:j1], out=self.parts[k])

    def both(self):
        b, c, d, a, t = self.parts
        self.product(0, 0, 0)
        self.product(1, 0, 1)
        self.product(2, 1, 0)
        np.multiply(b, b, out=a)
        np.subtract(1, a, out=a)
        for f in (c, d):
            np.multiply(f, f, out=f)
            np.subtract(a, f, out=t)
            np.divide(f, t, out=f)
        return c, d

    def walk(self):
        self.start()
        self.significant = self.tests = 0
        self.received = np.zeros(self.n)
        ones, strength, greatest = np.ones(self.n), np.zeros(self.n), -np.inf
        for i0 in range(0, self.n, self.shape[0]):
            i1 = min(i0 + self.shape[0], self.n)
            for j0 in [i0, *range(i1, self.n, self.shape[1])]:
                j1 = i1 if j0 == i0 else min(j0 + self.shape[1], self.n)
                self.at = i0, i1, j0, j1
                size = (i1 - i0) * (j1 - j0)
                self.parts = [room[:size].reshape(i1 - i0, j1 - j0) for room in self.room]
                there, back = self.both()
                if j0 == i0:
                    np.fill_diagonal(there, 0)
                strength[i0:i1] += there @ ones[j0:j1]
                if j0 > i0:
                    strength[j0:j1] += ones[i0:i1] @ back
                for v in (there, back)[:1 + (j0 > i0)]:
                    greatest = max(greatest, v.max())
                    if self.threshold:
                        self.count(v, strength[i0:i1], self.threshold / self.by)
                if self.threshold:
                    self.received[j0:j1] += ones[i0:i1] @ there
                    if j0 > i0:
                        self.received[i0:i1] += back @ ones[j0:j1]
        self.received *= self.by
        return strength.sum() * self.by, greatest * self.by, strength * self.by


class GrangerOfTwoBoth(GrangerBoth):
    lags = 2
    buffers = 13

    def solve(self, b11, b12, b21, b22, c1, c2):
        """g/(1 - g) in the place of c2."""
        d1, t, d2, u, v = self.parts[8:13]
        np.multiply(b11, b11, out=d1)
        np.multiply(b12, b12, out=t)
        np.add(d1, t, out=d1)
        np.subtract(1, d1, out=d1)
        np.multiply(b11, b21, out=t)
        np.multiply(b12, b22, out=u)
        np.add(t, u, out=t)
        np.multiply(b21, b21, out=d2)
        np.multiply(b22, b22, out=u)
        np.add(d2, u, out=d2)
        np.subtract(1, d2, out=d2)
        np.divide(t, d1, out=u)
        np.multiply(t, u, out=t)
        np.subtract(d2, t, out=d2)
        np.multiply(u, c1, out=u)
        np.add(u, c2, out=u)
        np.multiply(u, u, out=u)
        np.multiply(u, d1, out=u)
        np.multiply(c1, c1, out=v)
        np.multiply(v, d2, out=v)
        np.add(v, u, out=u)
        np.multiply(d1, d2, out=d1)
        np.subtract(d1, u, out=d1)
        return np.divide(u, d1, out=c2)

    def both(self):
        b11, b12, b21, b22, c1, c2, e1, e2 = (
            self.product(k, row, column)
            for k, (row, column) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (1, 2), (2, 0), (2, 1))))
        return self.solve(b11, b12, b21, b22, c1, c2), self.solve(b11, b21, b12, b22, e1, e2)


class GrangerCounted(Granger):
    threshold = 4.543


class GrangerOfTwoCounted(GrangerOfTwo):
    threshold = 3.885


class GrangerBothCounted(GrangerBoth):
    threshold = 4.543


class GrangerOfTwoBothCounted(GrangerOfTwoBoth):
    threshold = 3.885


# ---- what is compared -----------------------------------------------------------------------------

def products_of_lags(periods):
    return periods + 2 * sum(periods - lag for lag in range(1, LAGS + 1))


# Name, periods, entry, numpy's forms, multiply-adds of a pair that differs, words, wanted times numpy
# and of the bound.
CASES = (
    ("pearson", 20, "synchronisation: {of: x, transform: level, keep: summary}", (Pearson,), 20, 2.5, 1 / 1.3),
    ("pearson", 240, "synchronisation: {of: x, transform: level, keep: summary}", (Pearson,), 240, 1.5, 1 / 1.3),
    ("top", 20, f"synchronisation: {{of: x, transform: level, keep: {{top: {TOP}}}}}",
     (TopByPartition, TopByGroups), 20, 4, None),
    ("lags", 20, f"cross_correlation: {{of: x, transform: level, lags: {LAGS}, keep: summary}}",
     (LagsFound, Lags), products_of_lags(20), 8, None),
    ("granger", 20, "granger: {of: x, transform: growth, lags: 1, fdr: none, keep: summary}",
     (Granger, GrangerBoth, GrangerCounted, GrangerBothCounted), 3 * 18, 3, None),
    ("granger2", 20, "granger: {of: x, transform: growth, lags: 2, fdr: none, keep: summary}",
     (GrangerOfTwo, GrangerOfTwoBoth, GrangerOfTwoCounted, GrangerOfTwoBothCounted), 8 * 17, 10, None),
    ("grey", 20, "grey_relational_grade: {of: x, keep: summary}", (Grey, GreyByTwo), 120, 5, None),
)
WORDS = {"granger": "3 products of 18 rows serve both orders", "granger2": "8 products of 17 rows serve both orders",
         "lags": "190 multiply-adds of each pair once",
         "grey": "6 operations a period, a division among them", "top": "20 multiply-adds of each pair once"}


def check(name, ours, theirs):
    total, greatest, strength = theirs[:3]
    weighted = float((np.arange(strength.size) % 7 * strength).sum())
    scale = np.abs(strength).sum()
    for what, a, b in (("total", ours[1], total), ("strengths", ours[3], weighted)):
        if abs(a - b) > 1e-9 * scale:
            run.stop(f"{name}: {what} differ: {a!r} and {b!r}")
    for what, a, b in zip(("greatest", "values", "partners"), (ours[2], *ours[4:]), (greatest, *theirs[3:])):
        if abs(a - b) > 1e-7 * abs(b):
            run.stop(f"{name}: {what} differ: {a!r} and {b!r}")


def tuned(kind, x):
    """At its best shape, tried on fewer units; rows of `Top` are as long as they are."""
    sample = x if issubclass(kind, Top) else np.ascontiguousarray(x[:, ::max(1, x.shape[1] // 1200)])
    best = None
    for shape in kind.shapes:
        one = kind(sample, shape)
        seconds = [timed(one.run)[0]]
        while len(seconds) < 3 and seconds[0] < SHORT:
            seconds.append(timed(one.run)[0])
        if best is None or min(seconds) < best[0]:
            best = (min(seconds), shape)
    return kind(x, best[1])


def report(suite, case, n, ours, rates, peers, theirs):
    name, periods, _, _, operations, times, share = case
    label, pairs = f"{name}, T {periods}", n * (n - 1) / 2
    ours, rates, mixes = np.array(ours), np.array(rates)[:, 0], np.array(rates)[:, 2:]
    common = {"units": n, "periods": periods, "threads": 1, "measure": name}
    words = "bound: " + WORDS.get(name, f"{operations} multiply-adds of a pair")
    found = [record.make(suite, f"{label}, spillway", "pairs a second", "1/s", pairs / ours, note=words, **common),
             record.make(suite, f"{label}, spillway", "share of the bound", "1", pairs / ours * operations / rates,
                         wanted=share, note="each run against the rate measured just before it", **common)]
    if name == "pearson":  # with the sums and the greatest, which no kernel can leave out
        found.append(record.make(suite, f"{label}, spillway", "share of its own mix", "1",
                                 pairs / ours / mixes[:, MIXED.index(periods)], **common,
                                 note=f"bound: {periods} fma, 2 additions and a maximum in registers"))
    # Forms that give less than the measure stand beside the others, and nothing is wanted of them.
    same = [kind for kind in theirs if kind not in LESS]
    best = min(same, key=lambda kind: np.median(np.array(theirs[kind]) / ours))
    for kind, seconds in theirs.items():
        note = f"numpy by blocks, shape {peers[kind].shape}, OpenBLAS of {run.blas_core() or 'no core'}"
        if kind == best:
            note += ", the best numpy found"
        elif kind in LESS:
            note += f", without {LESS[kind]}"
        found.append(record.make(suite, f"{label}, times numpy {kind}", "ratio of times", "1",
                                 np.array(seconds) / ours, wanted=times if kind == best else None,
                                 note=note, **common))
    return found


def second_of_two(run_once):
    """A core slows in idling; a long run makes up for it by itself."""
    seconds = run_once()
    return run_once() if seconds < SHORT else seconds


def compare(suite, case, engine, x, repeats):
    name, _, entry, kinds = case[:4]
    peers = {kind.__name__: tuned(kind, x) for kind in kinds}
    for made in peers.values():
        check(name, engine.ask(entry), made.run())
    ours, rates, theirs = [], [], {kind: [] for kind in peers}
    for _ in range(repeats):
        rates.append(engine.ask("bounds"))
        ours.append(second_of_two(lambda: engine.ask(entry)[0]))
        for kind, made in peers.items():
            theirs[kind].append(second_of_two(lambda made=made: timed(made.run)[0]))
    return report(suite, case, x.shape[1], ours, rates, peers, theirs)


def measure(programs, given, suite):
    n, found = given.size(10000, 2000), []
    cases = [case for case in CASES if not given.only or {case[0], f"{case[0]}{case[1]}"} & set(given.only)]
    for periods in sorted({case[1] for case in cases}):
        x = series(n, periods)
        with tempfile.NamedTemporaryFile(suffix=".bin", dir=given.folder) as file:
            x.tofile(file.name)
            engine = Engine(programs.bench("series"), file.name, str(n), str(periods))
            for case in cases:
                if case[1] == periods:
                    found += compare(suite, case, engine, x, given.repeats(9))
            engine.close()
    return found
