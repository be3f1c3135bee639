"""A figure of the benchmarks with what belongs to it, and the file that such figures are kept in.

A record has
    suite, name      which measurement, e.g. "kernel", "gravity g_two"
    quantity, unit   what was measured, e.g. "pairs a second", "1/s"
    median, low, high, runs    of the runs: median, quartiles, how many
    bound, share     what the machine allows in the same unit and how much of it is reached
    wanted, sense    "at least" or "at most" this; reached: true, false, or null where nothing is wanted
    better           "more" or "less"
    parameters       units, ranks, threads, ...: what plots and comparisons go by
    note             the bound's arithmetic, what was warm, and the like
"""
import datetime
import functools
import json
import os
import re
import subprocess
import sys

import numpy as np

FORMAT = "spillway-bench-1"
FIELDS = ("suite", "name", "quantity", "unit", "median", "low", "high", "runs", "bound", "share", "wanted",
          "sense", "reached", "better", "parameters", "note")
LESS_IS_BETTER = ("s", "ns", "B")


def make(suite, name, quantity, unit, runs, bound=None, share=None, wanted=None, sense="at least", better=None,
         note="", **parameters):
    """`runs`: the figure of each run. The share of the bound is worked out unless it is given."""
    low, middle, high = (float(x) for x in np.percentile(runs, [25, 50, 75]))
    if bound is not None and share is None:
        share = bound / middle if unit == "s" else middle / bound
    if better is None:
        better = "less" if unit in LESS_IS_BETTER or (wanted is not None and sense == "at most") else "more"
    reached = None
    if wanted is not None:
        reached = bool(middle >= wanted if sense == "at least" else middle <= wanted)
    return {"suite": suite, "name": name, "quantity": quantity, "unit": unit, "median": middle, "low": low,
            "high": high, "runs": len(runs), "bound": bound and float(bound),
            "share": share and float(share), "wanted": wanted, "sense": sense if wanted is not None else None,
            "reached": reached, "better": better, "parameters": parameters, "note": note}


def skipped(suite, name, why):
    """What could not be measured here, in the file and on the screen."""
    print(f"{suite}: {name}: skipped: {why}", flush=True)
    return {"suite": suite, "name": name, "why": why}


# ---- machine and program --------------------------------------------------------------------------

def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return ""


def said(*command):
    """The output of a command; empty where it is not there or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def caches():
    found, base = {}, "/sys/devices/system/cpu/cpu0/cache"
    for index in sorted(os.listdir(base)) if os.path.isdir(base) else []:
        level, kind, size = (read(f"{base}/{index}/{name}") for name in ("level", "type", "size"))
        if level and kind != "Instruction":
            found[f"L{level}"] = size
    return found


def machine():
    model = re.search(r"^model name\s*: (.*)$", read("/proc/cpuinfo"), re.M)
    memory = re.search(r"MemTotal:\s+(\d+) kB", read("/proc/meminfo"))
    governor = read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    return {"processor": model.group(1) if model else os.uname().machine,
            "cores": len(os.sched_getaffinity(0)), "caches": caches(),
            "memory_bytes": 1024 * int(memory.group(1)) if memory else None,
            "governor": governor or None, "kernel": os.uname().release,
            "load_before": round(os.getloadavg()[0], 2)}


@functools.cache
def versions(build):
    """Of the compiler and of the libraries, as the build has them."""
    cache = read(os.path.join(build, "CMakeCache.txt"))

    def cached(name):
        found = re.search(rf"^{name}(?::\w+)?=(.*)$", cache, re.M)
        return found.group(1) if found else ""

    found = {"compiler": said(cached("CMAKE_C_COMPILER") or "cc", "--version").split("\n")[0],
             "flags": cached("CMAKE_C_FLAGS_RELEASE"), "build": cached("CMAKE_BUILD_TYPE"),
             "mpi": said("mpirun", "--version").split("\n")[0], "hdf5": cached("HDF5_VERSION"),
             "numpy": np.__version__, "python": sys.version.split()[0]}
    for name in ("openblas", "libfyaml", "proj", "gsl", "igraph"):
        found[name] = said("pkg-config", "--modversion", name)
    match = re.search(r"HDF5 Version:\s*(\S+)", said("h5pcc", "-showconfig"))
    found["hdf5"] = found["hdf5"] or (match.group(1) if match else "")
    return found


@functools.cache
def commit(root):
    """The commit, marked where the tree has changes; empty outside a repository."""
    name = said("git", "-C", root, "rev-parse", "--short=12", "HEAD")
    return name + "+changes" if name and said("git", "-C", root, "status", "--porcelain") else name


# ---- the file -------------------------------------------------------------------------------------

def save(path, root, build, command, facts, records, left_out, complete):
    """`complete`: the run has come to its end; before that, what it has measured so far."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    content = {"format": FORMAT, "command": command, "commit": commit(root),
               "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
               "machine": facts, "versions": versions(build), "complete": complete,
               "records": records, "skipped": left_out}
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.write("\n")
    os.replace(path + ".part", path)


def load(path):
    """A file of `save`, or an end with one line."""
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except (OSError, ValueError) as error:
        refuse(f"{path}: {error}")
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        refuse(f"{path}: not a file of bench/run ('format' is not {FORMAT})")
    return content


def refuse(line):
    print(line, file=sys.stderr)
    sys.exit(2)


# ---- the table ------------------------------------------------------------------------------------

def show(number):
    """Four digits, without exponents where people read them."""
    if number is None:
        return ""
    return f"{number:.4g}" if number == 0 or 1e-3 <= abs(number) < 1e6 else f"{number:.3e}"


def line(record):
    text = (f"{record['name']:32} {record['quantity']:26} {show(record['median']):>10} "
            f"{show(record['low']):>10} {show(record['high']):>10} {record['runs']:4} {record['unit']:6}")
    if record["bound"]:
        text += f" bound {show(record['bound'])}, share {record['share']:.2f}"
    elif record["share"]:
        text += f" share {record['share']:.2f}"
    if record["wanted"] is not None:
        text += f" {'reached' if record['reached'] else 'MISSED'}: {record['sense']} {show(record['wanted'])}"
    return text.rstrip()


def table(records):
    """Figures by suite; each note once, under the last of the figures it belongs to."""
    suite, lines = None, []
    for record, after in zip(records, records[1:] + [None]):
        if record["suite"] != suite:
            suite = record["suite"]
            lines += ["", f"{suite:32} {'':26} {'median':>10} {'quartile':>10} {'quartile':>10} runs"]
        lines.append("  " + line(record))
        if record["note"] and not (after and after["note"] == record["note"]):
            lines.append("      " + record["note"])
    return "\n".join(lines)
