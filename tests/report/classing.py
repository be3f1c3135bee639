"""Classes of a map, worked out once more: what the breaks of a rule are, and who is in which class."""
import numpy as np

RATIOS = [1 / 4, 1 / 2, 4 / 5, 5 / 4, 2, 4]
SAMPLE = 400  # natural breaks are of so many quantiles


def quantile(ordered, p):
    """Between the two nearest values, as R's type 7."""
    place = (len(ordered) - 1) * p
    below = int(np.floor(place))
    if below >= len(ordered) - 1:
        return ordered[-1]
    return ordered[below] + (ordered[below + 1] - ordered[below]) * (place - below)


def merged(breaks, values):
    """Equal breaks are one, and one that no value is below is none."""
    return [b for b in sorted(set(float(b) for b in breaks)) if b > values.min()]


def quantiles(values, k):
    ordered = np.sort(values)
    return merged([quantile(ordered, i / k) for i in range(1, k)], values)


def equal(values, k, log=False):
    x = np.log(values[values > 0]) if log else values
    edges = x.min() + (x.max() - x.min()) * np.arange(1, k) / k
    return merged(np.exp(edges) if log else edges, values)


def cost(ordered, breaks):
    """Sum of squares about the means of classes: what natural breaks make least."""
    parts = np.split(ordered, np.searchsorted(ordered, breaks))
    return sum(((part - part.mean()) ** 2).sum() for part in parts if len(part))


def least_cost(ordered, k):
    """The least that k classes of sorted values can have: Fisher's recursion."""
    one, two = np.cumsum(np.r_[0, ordered]), np.cumsum(np.r_[0, ordered ** 2])

    def within(lo, hi):  # of values lo .. hi - 1
        return np.maximum(two[hi] - two[lo] - (one[hi] - one[lo]) ** 2 / (hi - lo), 0)
    n = len(ordered)
    best = np.array([0.] + [within(0, m) for m in range(1, n + 1)])
    for _ in range(1, k):
        best = np.array([0.] + [min(best[lo] + within(lo, m) for lo in range(m)) for m in range(1, n + 1)])
    return best[n]


def classes(values, breaks):
    """Of each value its class, from 0; -1 where it is missing. A break is of the class above."""
    found = np.searchsorted(breaks, values, side="right")
    return np.where(np.isnan(values), -1, found)


def counts(values, breaks):
    """Of each class how many, and last the missing."""
    found = classes(values, breaks)
    return [int((found == c).sum()) for c in range(len(breaks) + 1)] + [int((found < 0).sum())]
