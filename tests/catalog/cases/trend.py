"""Trends of twelve years: least squares, Mann & Kendall, Sen and Pettitt, plainly."""
import math

import numpy as np

Z95 = 1.959963984540054
ENTRIES = {
    "trend": {"of": "gdp", "_long": True},
    "trend_corrected": {"of": "gdp", "autocorrelation": "hamed-rao", "_long": True},
    "trend_plain": {"of": "income", "autocorrelation": "none", "_long": True,
                    "periods": [2001, 2002, 2004, 2005, 2009, 2010, 2012]},
}


def average_ranks(x):
    return np.array([(x < v).sum() + ((x == v).sum() + 1) / 2 for v in x])


def correction(time, x, sen):
    n = len(x)
    rank = average_ranks(x - sen * time) - (n + 1) / 2
    if not rank.any():
        return 1
    rho = np.array([(rank[:n - k] * rank[k:]).sum() / (rank ** 2).sum() for k in range(1, n)])
    left = n - np.arange(1, n)
    rho[abs(rho) <= Z95 / math.sqrt(n)] = 0
    return 1 + 2 / (n * (n - 1) * (n - 2)) * (left * (left - 1) * (left - 2) * rho).sum()


def at_rank(sorted_values, rank):
    if not 1 <= rank <= len(sorted_values):
        return np.nan
    return np.interp(rank, np.arange(1, len(sorted_values) + 1), sorted_values)


def student(t, df):
    """Two-sided p-value of t with a whole number of degrees of freedom (Abramowitz & Stegun 26.7)."""
    angle = math.atan(abs(t) / math.sqrt(df))
    term, total = (math.cos(angle), 0) if df % 2 else (1, 0)
    for k in range(df % 2 + 1, df, 2):
        total += term
        term *= math.cos(angle) ** 2 * k / (k + 1)
    inside = math.sin(angle) * total
    return 1 - (2 / math.pi * (angle + inside) if df % 2 else inside)


def trend(time, x, corrected):
    there = ~np.isnan(x)
    time, x, n = time[there], x[there], there.sum()
    if n < 4:
        return {"n_used": n}
    i, j = np.triu_indices(n, 1)
    slope = np.sort((x[j] - x[i]) / (time[j] - time[i]))
    s, ties = np.sign(x[j] - x[i]).sum(), np.unique(x, return_counts=True)[1]
    sen = np.median(slope)
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    variance *= correction(time, x, sen) if corrected else 1
    sd = math.sqrt(variance) if variance > 0 else np.nan
    z = (s - np.sign(s)) / sd
    b = np.polyfit(time - time.mean(), x, 1)
    rest = x - np.polyval(b, time - time.mean())
    se = math.sqrt((rest ** 2).sum() / (n - 2) / ((time - time.mean()) ** 2).sum())
    u = abs(np.cumsum([np.sign(v - x).sum() for v in x])[:-1])
    return {"n_used": n, "slope": b[0], "intercept": b[1] - b[0] * time.mean(), "mk_s": s,
            "slope_se": se, "p_value": student(b[0] / se, n - 2),
            "mk_z": z, "mk_p": math.erfc(abs(z) / math.sqrt(2)), "sen": sen,
            "sen_lo": at_rank(slope, (len(slope) - Z95 * sd) / 2),
            "sen_hi": at_rank(slope, (len(slope) + Z95 * sd) / 2 + 1),
            "change_point": time[u.argmax()],
            "pettitt_p": min(1, 2 * math.exp(-6 * u.max() ** 2 / (n ** 3 + n ** 2)))}


def check(world, label, params, r):
    years = [t for t, year in enumerate(world.year)
             if "periods" not in params or int(year) in params["periods"]]
    time, x = np.array([float(world.year[t]) for t in years]), world.column[params["of"]][years]
    want = [trend(time, x[:, unit], label == "trend_corrected") for unit in range(world.n)]
    for name in want[0]:
        values = np.array([w.get(name, np.nan) for w in want])
        assert r.axes[name] == ["unit"], name
        if name == "n_used":
            assert r[name].tolist() == values.tolist(), name
        else:
            assert np.allclose(r[name], values, rtol=1e-7, atol=1e-12, equal_nan=True), name
