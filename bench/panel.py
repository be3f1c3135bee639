"""Units that the benchmarks share."""
import numpy as np


def country(n):
    """Units as a national panel has them: provinces in code order, counties scattered in each."""
    draw = np.random.default_rng(20240101)
    provinces = max(1, n // 90)
    data = np.empty((6, n))
    of = np.arange(n) * provinces // n
    lon, lat = draw.uniform(78, 131, provinces), draw.uniform(20, 50, provinces)
    order = np.lexsort((lat, np.floor(lon / 6)))
    data[0] = lon[order][of] + draw.normal(0, 1.2, n)
    data[1] = lat[order][of] + draw.normal(0, 0.9, n)
    data[2] = draw.lognormal(3, 1, n)
    data[3:6] = draw.uniform(0.01, 1, (3, n))
    return data
