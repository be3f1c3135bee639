"""Networks out of gravity and of whole series, dense and sparse: each figure by its definition over
arrays."""
import heapq

import numpy as np

from sweep import close

NEEDS = ["gravity", "grey_relational_grade", "synchronisation"]
ENTRIES = {
    "n_dense": {"result": "g_two", "qap": {"with": "g_great"}},
    "n_roads": {"result": "g_roads", "damping": 0.6, "quality": "modularity", "resolution": 1.3, "starts": 3,
                "betweenness": True, "qap": {"with": "g_hours.value", "permutations": 199}},
    "n_hours": {"result": "g_hours.value", "starts": 2, "betweenness": "true",
                "qap": {"with": "grey_mean", "permutations": 0}},
    "n_periods": {"result": "g_share", "periods": [2001, 2003], "betweenness": "false",
                  "groups": ["province"]},
    "n_cpm": {"result": "g_share", "periods": [2001, 2003], "quality": "cpm", "resolution": 2.5, "backbone": 0.3},
    # Of all periods together: without time.
    "n_grade": {"result": "grey", "starts": 2, "betweenness": "normalised", "groups": "province",
                "qap": {"with": "sync_level", "permutations": 99}},
}
# By random numbers that follow the order of the units.
RANDOM = ("community", "modularity", "cpm", "qap_p")


def inside(value, rank, dense):
    """Units of the network. One none of whose pairs is defined is outside: where all pairs are kept
    that can be seen; of those that weights link, it may as well have no links."""
    defined = ~np.isnan(value)
    np.fill_diagonal(defined, False)
    some = defined.any(0) | defined.any(1)
    there = ~np.isnan(rank)
    assert (there | ~some).all() and (not dense or (there == some).all()), "outside"
    return there


def links(value):
    w = np.where(np.isnan(value), 0, value).astype(float)
    np.fill_diagonal(w, 0)
    return w


def backbone(w, level):
    """The disparity filter, link by link."""
    kept = np.zeros_like(w)
    for i, j in zip(*np.nonzero(w)):
        for row in (w[i], w[:, j]):
            count = (row > 0).sum()
            if count == 1 or (1 - w[i, j] / row.sum()) ** (count - 1) < level:
                kept[i, j] = w[i, j]
    return kept


def pagerank(w, d):
    n, out = len(w), w.sum(1)
    p = np.where(out[:, None] > 0, w / np.where(out > 0, out, 1)[:, None], 1 / n)
    return np.linalg.solve(np.eye(n) - d * p.T, np.full(n, (1 - d) / n))


def leading(m):
    x = np.ones(len(m))
    for _ in range(20000):
        y = m @ x
        y /= y.max()
        if abs(y - x).max() < 1e-15:
            break
        x = y
    return y


def betweenness(w):
    """Brandes, links 1/w long, paths equal within 1e-10."""
    n, got = len(w), np.zeros(len(w))
    for s in range(n):
        d, paths, before = np.full(n, np.inf), np.zeros(n), [[] for _ in range(n)]
        d[s], paths[s], order, queue, done = 0, 1, [], [(0.0, s)], np.zeros(n, bool)
        while queue:
            at, v = heapq.heappop(queue)
            if done[v]:
                continue
            done[v] = True
            order.append(v)
            for u in np.flatnonzero(w[v]):
                new = at + 1 / w[v, u]
                if new < d[u] * (1 - 1e-10):
                    d[u], before[u], paths[u] = new, [v], paths[v]
                    heapq.heappush(queue, (new, u))
                elif not done[u] and abs(new - d[u]) <= 1e-10 * d[u]:
                    before[u].append(v)
                    paths[u] += paths[v]
        share = np.zeros(n)
        for u in reversed(order):
            for v in before[u]:
                share[v] += paths[v] / paths[u] * (1 + share[u])
            if u != s:
                got[u] += share[u]
    return got


def check_scale(a, coreness):
    """The centre is not better off larger, and all others smaller, or the other way round."""
    def left(s):
        c = coreness * s
        c[coreness.argmax()] = coreness.max() / s
        d = a - np.outer(c, c)
        np.fill_diagonal(d, 0)
        d[coreness.argmax()] = d[:, coreness.argmax()] = 0  # those products stay
        return (d ** 2).sum()
    assert left(1) <= min(left(0.999), left(1.001)), "coreness has not settled"


def check_core(w, coreness, core, r):
    """Nothing that one unit could do better; no larger or smaller core correlates more."""
    a, n = (w + w.T) / 2, len(w)
    assert not np.isnan(r), "no core, of g_roads, which has heavy tails, either"
    squares = np.array([np.delete(coreness ** 2, i).sum() for i in range(n)])
    assert np.allclose(np.maximum(0, a @ coreness / squares), coreness, rtol=1e-9, atol=1e-12 * coreness.max())
    check_scale(a, coreness)
    order = np.lexsort((np.arange(n), -coreness))
    upper = np.triu(np.ones((n, n), bool), 1)

    def correlation(k):
        within = np.zeros(n, bool)
        within[order[:k]] = True
        used = upper & (within[:, None] == within)
        return np.corrcoef(a[used], np.where(within[:, None] & within, 1., 0.)[used])[0, 1]

    all_of = {k: correlation(k) for k in range(2, n - 1)}
    size = int(core.sum())
    assert np.isclose(all_of[size], r, rtol=1e-9), "core_r"
    assert r >= max(all_of.values()) - 1e-9, "another core is better"
    assert set(np.flatnonzero(core)) == set(order[:size]), "core"


def check_communities(w, group, modularity, params, cpm):
    linked = (w.sum(0) + w.sum(1)) > 0
    assert (group[~linked] == -1).all() and (group[linked] > 0).all()
    first = [group.tolist().index(c) for c in range(1, group.max() + 1)]
    assert first == sorted(first), "numbered by the first unit"
    u, g, by_cpm = w + w.T, params.get("resolution", 1), params.get("quality") == "cpm"
    k, m2 = u.sum(1), u.sum()

    def worth(of, b):
        return b[(of[:, None] == of) & linked & linked[:, None]].sum()

    b = u / m2 - (1 if by_cpm else g) * np.outer(k, k) / m2 ** 2
    assert np.isclose(worth(group, b), modularity, rtol=1e-10, atol=1e-12), "modularity"
    if by_cpm:
        b = (w - g * (1 - np.eye(len(w)))) / w.sum()
        assert np.isclose(worth(group, b), cpm, rtol=1e-10, atol=1e-12), "cpm"
    found = worth(group, b)
    for i in np.flatnonzero(linked):  # no unit is better off elsewhere
        for c in range(1, group.max() + 2):
            other = group.copy()
            other[i] = c
            gain = worth(other, b) - found
            assert gain <= 1e-9, f"unit {i} belongs to {c}, not {group[i]}: {gain} more than {found}"


def check_qap(first, second, there, r, permutations):
    """A pair that the dense matrix lacks is missing. The exact deviation is that of all permutations."""
    n = there.sum()
    other = ~np.eye(n, dtype=bool)
    a, b = (m[np.ix_(there, there)].astype(float) for m in (first, second))
    both = other & ~np.isnan(a) & ~np.isnan(b)
    want = np.corrcoef(a[both], b[both])[0, 1]
    assert np.isclose(r("qap_r"), want, rtol=1e-9, atol=1e-13), ("qap_r", r("qap_r"), want)
    common = 2 * np.minimum(a, b)[both].sum() / (a + b)[both].sum()
    below = (a[both] < 0).any() or (b[both] < 0).any()
    assert np.isclose(r("common_part"), np.nan if below else common, equal_nan=True), "common_part"
    if permutations:
        rng, far = np.random.default_rng(2), []
        for _ in range(400):
            p = rng.permutation(n)
            at = b[np.ix_(p, p)]
            both = other & ~np.isnan(a) & ~np.isnan(at)
            far.append(abs(np.corrcoef(a[both], at[both])[0, 1]) >= abs(want) - 1e-11)
        share, counted = np.mean(far), r("qap_p") * (permutations + 1)
        assert counted >= 1 and np.isclose(counted, np.round(counted)), counted
        assert abs(r("qap_p") - share) < 5 * np.sqrt(0.25 / 400 + 0.25 / permutations), "qap_p"
    assert permutations or np.isnan(r("qap_p"))
    if (np.isnan(a) | np.isnan(b))[other].any():
        assert np.isnan(r("qap_sd")), "missing pairs have no exact deviation"
        return
    moments = [exact_moments(m, other) for m in (a, b)]
    two, three, four = n * (n - 1), n * (n - 1) * (n - 2), n * (n - 1) * (n - 2) * (n - 3)
    weight = np.array([1 / two, 1 / two, 1 / three, 1 / three, 2 / three, 1 / four])
    variance = (weight * moments[0] * moments[1]).sum() / (moments[0][0] * moments[1][0])
    assert np.isclose(r("qap_sd"), np.sqrt(variance), rtol=1e-8), "qap_sd"


def exact_moments(m, other):
    d = np.where(other, m - m[other].mean(), 0)
    squares, turned, row, column = (d ** 2).sum(), (d * d.T).sum(), d.sum(1), d.sum(0)
    rows, columns, crossed = (row ** 2).sum() - squares, (column ** 2).sum() - squares, row @ column - turned
    return np.array([squares, turned, rows, columns, crossed,
                     -squares - turned - rows - columns - 2 * crossed])


def second_matrix(world, name, year):
    """Of the other pair result, in that year."""
    of = world.results[name.split(".")[0]]
    return of["value"][of.label["time"].index(year)] if "time" in of.axes["value"] else of["value"]


def outside(value):
    defined = ~np.isnan(value)
    np.fill_diagonal(defined, False)
    return ~(defined.any(0) | defined.any(1))


def check_blocks(world, params, r, at, full, there):
    of_unit = np.array(world.unit["province"])
    axes = r.axes["block_sum"]
    names = r.label[axes[-2]]
    assert axes[-2:] == ["province", "province_to"] and r.axes["block_mean"] == axes, axes
    want = np.array([[full[of_unit == a][:, of_unit == b].sum() for b in names] for a in names])
    count = np.array([(there & (of_unit == a)).sum() for a in names])
    with np.errstate(invalid="ignore"):
        mean = want / (count[:, None] * (count - np.eye(len(names))))
    assert close(at("block_sum"), want), "block_sum"
    assert close(at("block_mean"), mean), "block_mean"


def check_change(at, full, before):
    both, either = ((full > 0) & (before > 0)).sum(), ((full > 0) | (before > 0)).sum()
    assert close(at("jaccard"), both / either), "jaccard"
    assert close(at("overlap"), np.minimum(full, before).sum() / np.maximum(full, before).sum())


def check_period(world, label, params, at, value, year):
    there = inside(value, at("pagerank"), label in ("n_dense", "n_grade"))
    full = links(value)
    if "backbone" in params:
        whole, full = full, backbone(full, params["backbone"])
        assert close(at("backbone_links"), (full > 0).sum() / (whole > 0).sum()), "backbone_links"
        assert close(at("backbone_weight"), full.sum() / whole.sum()), "backbone_weight"
        assert 0 < (full > 0).sum() < (whole > 0).sum(), "the backbone says nothing"
    w = full[np.ix_(there, there)]
    n = len(w)
    paths = params.get("betweenness", False) not in (False, "false")
    for name in ("pagerank", "hub", "authority", "coreness") + ("betweenness",) * paths:
        assert np.isnan(at(name)[~there]).all(), name
    for name in ("core", "community"):
        assert (at(name)[~there] == -1).all(), name
    assert close(at("pagerank")[there], pagerank(w, params.get("damping", 0.85)), 1e-11), "pagerank"
    assert np.allclose(at("hub")[there], leading(w @ w.T), rtol=1e-9, atol=1e-12), "hub"
    assert np.allclose(at("authority")[there], leading(w.T @ w), rtol=1e-9, atol=1e-12), "authority"
    assert close(at("density"), (w > 0).sum() / (n * (n - 1))), "density"
    assert close(at("reciprocity"), np.minimum(w, w.T).sum() / w.sum()), "reciprocity"
    check_core(w, at("coreness")[there], at("core")[there], at("core_r"))
    check_communities(w, at("community")[there], at("modularity"), params,
                      at("cpm") if params.get("quality") == "cpm" else None)
    if paths:
        want = betweenness(w) / ((n - 1) * (n - 2) if params["betweenness"] == "normalised" else 1)
        assert np.allclose(at("betweenness")[there], want, rtol=1e-9, atol=1e-9), "betweenness"
    if "qap" in params:
        other = second_matrix(world, params["qap"]["with"], year)
        both = ~outside(value) & ~outside(other)
        check_qap(value, other, both, at, params["qap"].get("permutations", 999))
    return full, there


def check(world, label, params, r):
    of = world.results[params["result"].split(".")[0]]
    timed = "time" in of.axes["value"]
    before = None
    for t, year in enumerate(r.label["time"] if timed else [None]):
        def at(name):
            return r[name][t] if timed else r[name]
        value = of["value"][of.label["time"].index(year)] if timed else of["value"]
        full, there = check_period(world, label, params, at, value, year)
        if not timed:
            assert "jaccard" not in r and not any("time" in axes for axes in r.axes.values())
        elif before is None:
            assert np.isnan(r["jaccard"][t]) and np.isnan(r["overlap"][t])
        else:
            check_change(at, full, before)
        if "groups" in params:
            check_blocks(world, params, r, at, full, there)
        before = full
    assert ("block_sum" in r) == ("groups" in params)
    assert ("qap_r" in r) == ("qap" in params)
    assert ("cpm" in r) == (params.get("quality") == "cpm")
    assert ("backbone_links" in r) == ("backbone_weight" in r) == ("backbone" in params)
    assert ("betweenness" in r) == (params.get("betweenness", False) not in (False, "false"))
