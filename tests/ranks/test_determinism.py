#!/usr/bin/env python3
"""The same study gives the same bits: for ranks 1 to 4 and threads 1 and 2, with the machine split
into nodes, for periods together and one by one, for every output form, and with the rows of every input file permuted. SPILLWAY_DETERMINISM=all: every
pair of ranks and threads."""
import os
import random
import re
import subprocess
import sys
import tempfile

import h5py

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results"))
from digest import digest  # noqa: E402

SPILLWAY = os.environ["SPILLWAY"]

# Every measure of the study that synth writes, and each form of keep.
MORE = """
  - gravity: {mass: [population], keep: dense, periods: [%(year)s], as: g_dense}
  - gravity: {mass: [population], share: population, keep: dense, periods: [%(year)s], as: g_share}
  - gravity: {mass: [population], share: population, keep: summary, as: g_share_summary}
  - market_potential: {mass: gdp, as: potential}
  - field_strength: {mass: gdp, centres: {top: 4, apart_km: 150}, as: fields_apart}
  - huff: {attraction: gdp, demand: population, centres: {top: 3}, as: markets}
  - accessibility: {mass: population, within: [100, 400], as: reach}
  - industrial_structure: {industries: [agriculture, manufacturing, finance], labour: [population, income, trade], base_over: complete, as: structure}
  - shift_share: {industries: [agriculture, manufacturing], total: gdp, base_over: complete, form: esteban-marquillas, as: shift}
  - ellison_glaeser: {industries: [agriculture, manufacturing, finance], plants: [population, income, trade], as: eg}
  - synergy: {systems: {growth: {positive: [gdp_pc, income]}, nature: {positive: [green_cover], negative: [pm25]}}}
  - roll_up: {sum: [gdp], ratio: {openness: [trade, gdp]}, by: [province, agglomeration], reference: national}
  - decoupling: {of: pm25, driver: gdp}
  - productivity: {inputs: [population, trade], outputs: [gdp, income], index: malmquist, as: malmquist}
  - productivity: {inputs: [population], outputs: [gdp], scale: vrs, orient: input, peers: {keep: {top: 3}}, as: efficient}
  - inequality: {of: gdp_pc, weight: population, groups: [province], matrices: prefecture, as: i_groups}
  - inequality: {of: gdp_pc, groups: [province], matrices: agglomeration, intervals: {draws: 59, method: bca, within: province}, as: i_bounds}
  - location_quotient: {industries: [finance], total: gdp, base_over: complete, intervals: {draws: 59, method: bca, change: [%(year)s, 2003]}, as: lq_bounds}
  - roll_up: {ratio: {openness: [trade, gdp]}, by: province, intervals: {draws: 59, change: [%(year)s, 2003]}, as: r_bounds}
  - convergence: {of: income, intervals: {draws: 59}, as: cv_bounds}
  - distribution: {of: gdp_pc, bandwidth: sheather-jones, as: curve}
  - local_moran: {of: gdp_pc, weights: contiguity, permutations: 199, as: local_clusters}
  - getis_ord: {of: pm25, weights: contiguity, permutations: 99}
  - local_geary: {of: [pm25, gdp_pc], weights: contiguity, permutations: 99}
  - lee: {of: pm25, with: gdp_pc, weights: contiguity, permutations: 99}
  - spatial_distribution: {of: population, as: s_whole}
  - spatial_distribution: {of: gdp, by: province, top: 9, ellipse: crimestat, as: s_groups}
  - structural_similarity: {shares: [manufacturing, finance, other_services], keep: summary, as: s_summary}
  - structural_similarity: {shares: [manufacturing, finance, other_services], periods: [%(year)s], keep: dense, as: s_dense}
  - structural_similarity: {shares: [manufacturing, finance], form: krugman, keep: {top: 7}, as: s_krugman}
  - structural_similarity: {shares: [manufacturing, finance], form: complementarity, demand: [finance, manufacturing], keep: summary, as: s_directed}
  - gravity: {mass: [population], decay: 1.3, distance: geodesic, keep: {above: 1e6}, periods: [%(year)s], as: g_above}
  - radiation_model: {mass: population, keep: dense, as: r_dense}
  - radiation_model: {mass: population, keep: {top: 7}, as: r_top}
  - radiation_model: {mass: gdp, out: population, finite: true, keep: {above: 100}, as: r_above}
  - radiation_model: {mass: gdp, keep: {share: 0.03}, as: r_share}
  - gravity: {mass: [gdp], keep: {share: 0.01}, by: smallest, as: g_far}
  - panel_regression: {y: gdp_pc, x: [investment_pc, trade_share], cluster: province, as: p_groups}
  - panel_regression: {y: gdp_pc, x: [investment_pc, trade_share], errors: {conley: {cutoff_km: 300, lags: 1}}, as: p_conley}
  - coupling_coordination: {systems: [economy, ecology], as: cc_pair}
  - geary: {of: gdp_pc, weights: contiguity, permutations: 99, as: geary}
  - lisa_markov: {of: gdp_pc, weights: contiguity, permutations: 99, as: quadrants}
  - moran: {of: gdp_pc, by_distance: [100, 400], permutations: 99, as: bands}
  - moran: {of: gdp_pc, with: income, weights: contiguity, permutations: 99, as: of_two}
  - join_count: {of: cc_pair.lagging, weights: contiguity, permutations: 99, as: joins}
  - geodetector: {y: gdp_pc, factors: [income, population, province], discretise: natural, as: detector}
  - gwr: {y: gdp_pc, x: [investment_pc, trade_share], as: gwr_plain}
  - gwr: {y: gdp_pc, x: [trade_share], kernel: exponential, adaptive: false, periods: [%(year)s], as: gwr_km}
  - gwr: {y: gdp_pc, x: [trade_share], time_scale: 100, as: gwr_time}
  - mgwr: {y: gdp_pc, x: [trade_share], bandwidth: [40, 60], periods: [%(year)s], as: mgwr_given}
"""

NESTED = """  nested: {positive: [economy, ecology], score: topsis, obstacles: true}
"""


def run(study, out, ranks=0, threads=1, node_ranks=0, without=()):
    command = (["mpirun", "-n", str(ranks)] if ranks else []) + [
        SPILLWAY, "run", study, "-o", out, "--force", "--threads", str(threads)]
    env = dict(os.environ)
    if node_ranks:
        env.update(SPILLWAY_NODE_RANKS=str(node_ranks), SPILLWAY_WINDOW_BYTES="1")
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, (command, done.stderr)
    with h5py.File(out) as f:
        return digest(f, without)


def permute(path, rng):
    with open(path) as f:
        header, *rows = f.readlines()
    rng.shuffle(rows)
    with open(path, "w") as f:
        f.writelines([header] + rows)


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([SPILLWAY, "synth", "-o", folder, "--units", "600", "--periods", "3",
                        "--seed", "3", "--missing", "0.01", "--force"], check=True,
                       capture_output=True)
        study, out = f"{folder}/study.yaml", f"{folder}/out.h5"
        with open(study) as f:
            text = f.read()
        with open(f"{folder}/panel.csv") as f:
            f.readline()
            year = re.search(r",(\d{4}),", f.readline()).group(1)
        head, tail = text.split("measures:\n", 1)
        with open(study, "w") as f:
            head = head.replace("composites:\n", "composites:\n" + NESTED)
            f.write(head + "measures:\n" + MORE.strip("\n") % {"year": year} + "\n" + tail)
        plain = run(study, out, without=["inputs"])
        first = run(study, out)
        cases = [(1, 1, 0), (2, 2, 0), (3, 1, 0), (4, 2, 0), (0, 3, 0), (3, 1, 1), (4, 1, 2)]
        if os.environ.get("SPILLWAY_DETERMINISM") == "all":
            cases += [(1, 2, 0), (2, 1, 0), (3, 2, 0), (4, 1, 0)]
        for ranks, threads, node_ranks in cases:
            got = run(study, out, ranks, threads, node_ranks)
            assert got == first, f"ranks {ranks}, threads {threads}, node of {node_ranks}"
        rng = random.Random(11)
        for name in sorted(os.listdir(folder)):
            if name.endswith(".csv"):
                permute(f"{folder}/{name}", rng)
        # All but the hashes of the inputs themselves, and how many rows each rank happened to read.
        assert run(study, out, 2, 1, without=["inputs"]) == plain, "rows permuted"
        print("bits agree:", first)


main()
