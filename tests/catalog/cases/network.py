"""Networks out of gravity, dense and sparse: each figure by its definition over arrays."""
import heapq

import numpy as np

from sweep import close

NEEDS = ["gravity"]
ENTRIES = {
    "n_dense": {"result": "g_two"},
    "n_roads": {"result": "g_roads", "damping": 0.6, "resolution": 1.3, "starts": 3,
                "betweenness": True},
    "n_hours": {"result": "g_hours.value", "starts": 2, "betweenness": True},
    "n_periods": {"result": "g_share", "periods": [2001, 2003], "betweenness": False,
                  "groups": ["province"]},
}
# By random numbers that follow the order of the units.
RANDOM = ("community", "modularity")


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


def check_core(w, coreness, core, r):
    """Nothing that one unit could do better; no larger or smaller core correlates more."""
    a, n = (w + w.T) / 2, len(w)
    if np.isnan(r):  # nearly a star, as g_roads: the coreness of its centre has no bound
        strength = np.sort((w + w.T).sum(1))[::-1]
        assert np.isnan(coreness).all() and (core == -1).all() and strength[0] > 5 * strength[5]
        return
    squares = np.array([np.delete(coreness ** 2, i).sum() for i in range(n)])
    assert np.allclose(np.maximum(0, a @ coreness / squares), coreness, rtol=1e-9, atol=1e-12 * coreness.max())
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


def check_communities(w, group, modularity, g):
    linked = (w.sum(0) + w.sum(1)) > 0
    assert (group[~linked] == -1).all() and (group[linked] > 0).all()
    first = [group.tolist().index(c) for c in range(1, group.max() + 1)]
    assert first == sorted(first), "numbered by the first unit"
    u = w + w.T
    k, m2 = u.sum(1), u.sum()
    b = u / m2 - g * np.outer(k, k) / m2 ** 2

    def quality(of):
        return b[(of[:, None] == of) & linked & linked[:, None]].sum()

    assert np.isclose(quality(group), modularity, rtol=1e-10, atol=1e-12), "modularity"
    for i in np.flatnonzero(linked):  # no unit is better off elsewhere
        for c in range(1, group.max() + 2):
            other = group.copy()
            other[i] = c
            gain = quality(other) - modularity
            assert gain <= 1e-9, f"unit {i} belongs to {c}, not {group[i]}: {gain} more than {modularity}"


def check(world, label, params, r):
    of = world.results[params["result"].split(".")[0]]
    places = [of.label["time"].index(y) for y in r.label["time"]]
    before = None
    for t, place in enumerate(places):
        there = inside(of["value"][place], r["pagerank"][t], label == "n_dense")
        full = links(of["value"][place])
        w = full[np.ix_(there, there)]
        n = len(w)
        for name in ("pagerank", "hub", "authority", "coreness", "betweenness"):
            assert name not in r or np.isnan(r[name][t][~there]).all(), name
        for name in ("core", "community"):
            assert (r[name][t][~there] == -1).all(), name
        assert close(r["pagerank"][t][there], pagerank(w, params.get("damping", 0.85)), 1e-11), "pagerank"
        assert np.allclose(r["hub"][t][there], leading(w @ w.T), rtol=1e-9, atol=1e-12), "hub"
        assert np.allclose(r["authority"][t][there], leading(w.T @ w), rtol=1e-9, atol=1e-12), "authority"
        assert close(r["density"][t], (w > 0).sum() / (n * (n - 1))), "density"
        assert close(r["reciprocity"][t], np.minimum(w, w.T).sum() / w.sum()), "reciprocity"
        check_core(w, r["coreness"][t][there], r["core"][t][there], r["core_r"][t])
        check_communities(w, r["community"][t][there], r["modularity"][t], params.get("resolution", 1))
        if params.get("betweenness"):
            assert np.allclose(r["betweenness"][t][there], betweenness(w), rtol=1e-9, atol=1e-9), "betweenness"
        if before is None:
            assert np.isnan(r["jaccard"][t]) and np.isnan(r["overlap"][t])
        else:
            both, either = ((full > 0) & (before > 0)).sum(), ((full > 0) | (before > 0)).sum()
            assert close(r["jaccard"][t], both / either), "jaccard"
            assert close(r["overlap"][t], np.minimum(full, before).sum() / np.maximum(full, before).sum())
        if "groups" in params:
            of_unit = np.array(world.unit[params["groups"][0]])
            names = r.label[r.axes["block_sum"][1]]
            want = [[full[of_unit == a][:, of_unit == b].sum() for b in names] for a in names]
            assert r.axes["block_sum"] == ["time", "province", "province_to"], r.axes["block_sum"]
            assert close(r["block_sum"][t], want), "block_sum"
        before = full
    assert ("block_sum" in r) == ("groups" in params)
    assert ("betweenness" in r) == bool(params.get("betweenness"))
