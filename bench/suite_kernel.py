"""Suite kernel: every measure of the catalogue on one thread, the panel in memory, nothing stored.

A pair measure: pairs a second of its pair pass with keep: summary, one period (all, where pairs are
of series), the folding of strengths included. Its bound is what the operations that its descriptor counts would take at twice
the rate of fused multiply-adds measured just before each run, or the bytes it counts out of the
first-level cache; divisions and roots count as one operation and are dearer than that, so a share
near 1 is not to be had. Suite peers counts the operations of two measures one by one.

`products`: the kernel of sums of products alone (bench/products.c), as structural similarity (20 numbers)
and correlations of series (20 and 240) use it, as a share of multiply-adds at the clock of the moment. Wanted:
1/1.3. What else a run of these measures takes is in suite peers.

Other measures: values by unit and period a second; these passes are bound by memory at the sizes
that occur and are not given a bound."""
import tempfile

import numpy as np

import programs as run
import record
import world

SUITE = "kernel"


def measures(programs, given):
    """Records one by one, so that the file has what was measured when a long run is stopped."""
    units = given.size(4000, 2000)
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
        country = world.make(programs, folder, units, given.periods)
        cache = run.bounds(programs, 1)["cache"]
        for name, kind, flops, moved in run.catalogue(programs):
            if name == "bench_nothing" or (given.only and name not in given.only):
                continue
            entries = world.entries(name, given.periods)
            if not entries:
                yield record.skipped(SUITE, name, "no entries that stand alone in "
                                     f"tests/catalog/cases/{name}.py for {given.periods} periods")
            for label, params in entries:
                if kind == "pair":
                    yield pair(programs, given, country, name, label, params, flops, moved, cache)
                else:
                    yield other(programs, given, country, name, label, params, kind)


def pair(programs, given, country, name, label, params, flops, moved, cache):
    periods = {} if world.is_of_series(name) else {"periods": [int(country.year[0])]}
    path = country.study("pair.yaml", [(name, dict(params, keep="summary", **periods))])
    runs = run.run_study(programs, path, 1, given.repeats(5))
    seconds = np.array([one["pairs"] for one in runs])
    evaluated = np.array([one["evaluated"] for one in runs])
    bound, share, note = None, None, "the descriptor counts no operations: no bound"
    if flops:
        # Each run against the rate just before it: a core's clock moves.
        bounds = np.array([min(2 * one["fma"] / flops, cache / moved) for one in runs])
        bound, share = np.median(bounds), np.median(evaluated / seconds / bounds)
        note = (f"bound: the less of 2 fma / {flops:g} operations and {cache / 1e9:.0f} GB/s of the "
                f"first-level cache / {moved:g} bytes, as the descriptor counts a pair whatever its form")
    return record.make(SUITE, f"{name} {label}", "pairs a second", "1/s", evaluated / seconds, bound=bound,
                       share=share, note=note, measure=name, units=country.n, threads=1, flops=flops,
                       bytes=moved, kind="pair", of=params)


def other(programs, given, country, name, label, params, kind):
    if kind == "composite":
        path = country.study("other.yaml", [], [(label, params)])
    else:
        path = country.study("other.yaml", [(name, params)])
    runs = run.run_study(programs, path, 1, given.repeats(5))
    values = country.n * country.periods
    return record.make(SUITE, f"{name} {label}", "unit-periods a second", "1/s",
                       [values / one["unit"] for one in runs], measure=name, units=country.n,
                       periods=country.periods, threads=1, kind=kind, of=params)


def bounds(programs, given):
    """What the machine can do, for the roofline."""
    found, units = [], {"fma": "1/s", "divide": "1/s", "root": "1/s", "cache": "B/s", "memory": "B/s"}
    threads = [1] if given.cores == 1 else [1, given.cores]
    for count in threads:
        seen = [run.bounds(programs, count) for _ in range(given.repeats(3))]
        found += [record.make(SUITE, f"bound {what}", what, unit, [one[what] for one in seen], threads=count)
                  for what, unit in units.items()]
    return found


def products(programs, given):
    """Squares of 500 units, as the engine cuts 10,000; of a quarter where there are fewer."""
    units = given.size(10000, 2000)
    for count in (20, 240):
        # The first run touches memory.
        rates = np.array(run.numbers(programs.bench("products"), str(units), str(count),
                                     str(min(500, units // 4)), str(given.repeats(9) + 1)))[1:]
        pairs, bound = rates[:, 0], rates[:, 1] / count
        common = {"units": units, "threads": 1}
        yield record.make(SUITE, f"sums of products of {count}", "pairs a second", "1/s", pairs,
                          bound=np.median(bound), share=np.median(pairs / bound), **common)
        yield record.make(SUITE, f"sums of products of {count}", "share of the bound", "1", pairs / bound,
                          wanted=1 / 1.3, note="bound: multiply-adds in registers, before and after each "
                          "row of squares", **common)


PARTS = {"bounds": bounds, "products": products, "measures": measures}
