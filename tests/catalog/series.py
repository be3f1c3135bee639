"""Series of units made comparable, by plain arrays."""
import numpy as np


def transformed(x, kind):
    """Periods by units."""
    if kind == "level":
        return x
    if kind == "difference":
        return np.diff(x, axis=0)
    g = np.diff(np.log(x), axis=0)
    return g if kind == "growth" else g - np.nanmean(g, axis=1, keepdims=True)
