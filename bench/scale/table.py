"""What a nation of 10^5 units, a continent of 10^6 and a world of 10^7 grid cells need on 1 to 10,000
nodes, by the model: time, memory, messages, files, and what breaks first.

    table.py [--periods T] [--tile SIDE] [--measure NAME]

A limit that ends a run stands with how many times it is exceeded; (in brackets) one that does not end
it but leaves nodes, or a promise, behind. Nothing here is measured but what figures.py says."""
import argparse

import figures
import model

SIZES = {"nation": 10**5, "continent": 10**6, "world": 10**7}
NODES = (1, 10, 100, 1000, 10000)
KEEPS = ("dense", "top", "above", "summary")


def show_bytes(count):
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} PB"


def show_time(seconds):
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"


def show_times(ratio):
    return f"{ratio:.2g} times" if ratio < 10 else f"{ratio:.0f} times"


def first_to_break(study, team):
    hard, soft = model.limits(study, team)
    worst, lame = max(hard, key=hard.get), max(soft, key=soft.get)
    if hard[worst] > 1:
        return f"{worst}, {show_times(hard[worst])}"
    return f"({lame}, {show_times(soft[lame])})" if soft[lame] > 1.05 else "-"


def print_study(study):
    results, journal = model.file_bytes(study)
    walk = model.Walk(study, 1)
    print(f"  {study.measure}, {study.keep}: results {show_bytes(results)}, journal "
          f"{show_bytes(journal)}, {walk.tasks} tasks a period")
    for nodes in NODES:
        team = model.Team(nodes)
        took, by = model.total(study, team)
        rank, node, _ = model.memory(study, team)
        sent = model.bytes_sent(study, team)
        busy = model.arithmetic(study, team, model.Walk(study, nodes))[1]
        print(f"    {nodes:6} {show_time(took):>9}  {by:17}{100 * busy:5.0f}%{show_bytes(rank):>9}"
              f"{show_bytes(node):>9}{show_bytes(max(sent[1:])):>9}{show_bytes(sent[0]):>9}  "
              f"{first_to_break(study, team)}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--periods", type=int, default=20)
    parser.add_argument("--tile", type=int, default=model.TILE)
    parser.add_argument("--measure", choices=["gravity", "coupling"])
    given = parser.parse_args()
    print(f"model: {given.periods} periods, tile {given.tile}, {figures.RANKS} ranks a node of "
          f"{figures.CORES} cores; nothing below is measured")
    for name, n in SIZES.items():
        print(f"\n{name}, {n} units")
        print(f"    {'nodes':>6} {'time':>9}  {'most of it':17}{'busy':>6}{'a rank':>9}{'a node':>9}"
              f"{'sent':>9}{'rank 0':>9}  what breaks first")
        for measure in [given.measure] if given.measure else ["gravity", "coupling"]:
            for keep in KEEPS:
                print_study(model.Study(measure, keep, n, given.periods, tile=given.tile))
    print()


if __name__ == "__main__":
    main()
