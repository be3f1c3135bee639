"""The peers: the same measures in numpy, one thread, nothing stored.

`Gravity`, `Coupling` and `Similarity` are written as an expert would: each pair once (tiles of the upper
triangle), buffers allocated once and reused, ufuncs in place with out=, tiles small enough for the
cache, sums over rows and columns as matrix-vector products, everything that depends on one unit
taken out of the loop. All give what `keep: summary` gives: strengths, total and greatest value.
The shape of the tile is chosen by trying (`tune`). `naive_*` is plain broadcasting."""
import time

import numpy as np

RADIUS = 6371.0088
SHAPES = [(bi, bj) for bi in (4, 8, 16, 32, 64) for bj in (512, 1024, 2048, 4096)]


def unit_vectors(lon, lat, scale=1.0):
    lon, lat = np.radians(lon), np.radians(lat)
    return scale * np.cos(lat) * np.cos(lon), scale * np.cos(lat) * np.sin(lon), scale * np.sin(lat)


class Tiled:
    """Walks the upper triangle; `block` fills self.v with values scaled by row and column."""

    buffers = 1

    def __init__(self, n, shape):
        self.n, self.shape = n, shape
        self.room = [np.empty(shape[0] * shape[1]) for _ in range(self.buffers)]

    def part(self, k, rows, columns):
        return self.room[k][: rows * columns].reshape(rows, columns)

    def tile(self, i0, i1, j0, j1):
        """Values of a tile, the diagonal zero, into the strengths; each pair for both its units."""
        v = self.values(i0, i1, j0, j1)
        row, column = self.row_factor[i0:i1], self.column_factor[j0:j1]
        if j0 < i1:  # the tile holds the diagonal: keep what lies right of it
            for k in range(i0, i1):
                v[k - i0, : max(0, min(k + 1, j1) - j0)] = 0.0
        self.strength[i0:i1] += (v @ column) * row
        self.strength[j0:j1] += (row @ v) * column
        self.greatest = max(self.greatest, self.largest(v, row, column))

    def run(self):
        with np.errstate(divide="ignore"):  # the diagonal of gravity, put to zero in `tile`
            return self.walk()

    def walk(self):
        bi, bj = self.shape
        self.start()
        self.strength = np.zeros(self.n)
        self.greatest = -np.inf
        for i0 in range(0, self.n, bi):
            i1 = min(i0 + bi, self.n)
            for j0 in range(i0, self.n, bj):
                self.tile(i0, i1, j0, min(j0 + bj, self.n))
        return self.strength.sum(), self.greatest, self.strength


class Gravity(Tiled):
    buffers = 2

    def __init__(self, data, shape=(16, 2048)):
        super().__init__(data.shape[1], shape)
        self.lon, self.lat, self.mass = data[0], data[1], data[2]

    def start(self):
        # Halved vectors: the sum of squares is the squared half-chord at once.
        self.p = unit_vectors(self.lon, self.lat, 0.5)
        self.row_factor = self.mass / (4 * RADIUS**2)
        self.column_factor = np.ones(self.n)  # the column's mass is the dividend below

    def values(self, i0, i1, j0, j1):
        u, a = self.part(0, i1 - i0, j1 - j0), self.part(1, i1 - i0, j1 - j0)
        x, y, z = self.p
        np.subtract(x[i0:i1, None], x[j0:j1], out=u)
        np.multiply(u, u, out=u)
        for c in (y, z):
            np.subtract(c[i0:i1, None], c[j0:j1], out=a)
            np.multiply(a, a, out=a)
            np.add(u, a, out=u)
        np.sqrt(u, out=u)
        np.arcsin(u, out=u)
        np.multiply(u, u, out=u)
        return np.divide(self.mass[j0:j1], u, out=u)

    def largest(self, v, row, column):
        return (v.max(axis=1) * row).max()


class Coupling(Tiled):
    """Meta, three systems, product: C = 1/2 sum over six mixed vectors of e r / (f + s)."""

    buffers = 3

    def __init__(self, data, shape=(16, 2048)):
        super().__init__(data.shape[1], shape)
        self.s = data[3:6]

    def start(self):
        s = self.s
        self.r = np.cbrt(s)
        self.e = np.array([self.r[1] * self.r[2], self.r[0] * self.r[2], self.r[0] * self.r[1]]) / 2
        self.f = np.array([s[1] + s[2], s[0] + s[2], s[0] + s[1]])
        self.half = s.mean(axis=0) / 2
        self.row_factor = self.column_factor = np.ones(self.n)

    def fraction(self, e, r, f, s, over, under):
        np.multiply(e, r, out=over)
        np.add(f, s, out=under)
        return np.divide(over, under, out=over)

    def values(self, i0, i1, j0, j1):
        c, a, b = (self.part(k, i1 - i0, j1 - j0) for k in range(3))
        first = True
        for k in range(3):
            s, r, e, f = self.s[k], self.r[k], self.e[k], self.f[k]
            i, j = slice(i0, i1), slice(j0, j1)
            t = self.fraction(e[i, None], r[j], f[i, None], s[j], c if first else a, b)
            if not first:
                np.add(c, t, out=c)
            first = False
            np.add(c, self.fraction(r[i, None], e[j], s[i, None], f[j], a, b), out=c)
        np.add(self.half[i0:i1, None], self.half[j0:j1], out=a)
        np.multiply(c, a, out=c)
        return np.sqrt(c, out=c)

    def largest(self, v, row, column):
        return v.max()


class CouplingByProducts(Coupling):
    """A vector and its complement on one denominator; both are sums of four products of a number
    of i and a number of j, which is a matrix product: fewer passes, half the divisions."""

    def start(self):
        super().start()
        s, r, e, f = self.s, self.r, self.e, self.f
        one = np.ones(self.n)
        self.left_over = [np.ascontiguousarray(np.array([e[k], e[k] * s[k], r[k] * f[k], r[k]]).T)
                          for k in range(3)]
        self.right_over = [np.array([r[k] * f[k], r[k], e[k], e[k] * s[k]]) for k in range(3)]
        self.left_under = [np.ascontiguousarray(np.array([f[k], f[k] * s[k], one, s[k]]).T)
                           for k in range(3)]
        self.right_under = [np.array([f[k], one, f[k] * s[k], s[k]]) for k in range(3)]

    def values(self, i0, i1, j0, j1):
        c, a, b = (self.part(k, i1 - i0, j1 - j0) for k in range(3))
        for k in range(3):
            over = a if k else c
            np.matmul(self.left_over[k][i0:i1], self.right_over[k][:, j0:j1], out=over)
            np.matmul(self.left_under[k][i0:i1], self.right_under[k][:, j0:j1], out=b)
            np.divide(over, b, out=over)
            if k:
                np.add(c, a, out=c)
        np.add(self.half[i0:i1, None], self.half[j0:j1], out=a)
        np.multiply(c, a, out=c)
        return np.sqrt(c, out=c)


class Similarity(Tiled):
    """Cosine of industry shares: a matrix product of vectors of length 1."""

    def __init__(self, data, shape=(32, 1024)):
        super().__init__(data.shape[1], shape)
        self.output = data[6:]

    def start(self):
        share = self.output / self.output.sum(axis=0)
        self.right = share / np.sqrt((share * share).sum(axis=0))
        self.left = np.ascontiguousarray(self.right.T)
        self.row_factor = self.column_factor = np.ones(self.n)

    def values(self, i0, i1, j0, j1):
        v = self.part(0, i1 - i0, j1 - j0)
        return np.matmul(self.left[i0:i1], self.right[:, j0:j1], out=v)

    def largest(self, v, row, column):
        return v.max()


def tune(make):
    """The tile shape in which `make(shape)` runs fastest."""
    best = None
    for shape in SHAPES:
        peer = make(shape)
        seconds = []
        for _ in range(3):
            began = time.process_time()
            peer.run()
            seconds.append(time.process_time() - began)
        if best is None or min(seconds) < best[0]:
            best = (min(seconds), shape)
    return best[1]


def naive_gravity(data):
    lon, lat = np.radians(data[0]), np.radians(data[1])
    with np.errstate(divide="ignore"):
        h = (np.sin((lat[:, None] - lat[None, :]) / 2) ** 2
             + np.cos(lat[:, None]) * np.cos(lat[None, :])
             * np.sin((lon[:, None] - lon[None, :]) / 2) ** 2)
        d = 2 * RADIUS * np.arcsin(np.sqrt(h))
        value = data[2][:, None] * data[2][None, :] / d**2
    np.fill_diagonal(value, 0.0)
    strength = value.sum(axis=1)
    return strength.sum(), value.max(), strength


def naive_coupling(data):
    s, n = data[3:6], data.shape[1]
    c = np.zeros((n, n))
    for mask in range(1, 7):
        v = [s[k][None, :] if mask >> k & 1 else s[k][:, None] for k in range(3)]
        c += 3 * np.cbrt(v[0] * v[1] * v[2]) / (v[0] + v[1] + v[2])
    t = s.mean(axis=0)
    value = np.sqrt(c / 6 * (t[:, None] + t[None, :]) / 2)
    np.fill_diagonal(value, 0.0)
    strength = value.sum(axis=1)
    return strength.sum(), value.max(), strength


def naive_similarity(data):
    share = data[6:] / data[6:].sum(axis=0)
    u = share / np.sqrt((share * share).sum(axis=0))
    value = u.T @ u
    np.fill_diagonal(value, 0.0)
    strength = value.sum(axis=1)
    return strength.sum(), value.max(), strength
