"""Suite report: how long a report takes to be written and to be opened, in headless Chromium on one core,
without a network.

`counties`: the US counties of tests/report where ../shared is, else a synthetic nation of 2,850 counties and 20
periods. Written, with doubles and with --small: seconds of the whole command and bytes. Opened: milliseconds from
the start of the navigation to the first map and to the whole page. The slider: steps of a period a frame, there
and back, and how many frames are drawn in a second.

`large`: the same of a synthetic nation of 100,000 units and 20 periods."""
import os
import sys
import tempfile

import numpy as np

import programs as run
import record

TESTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests", "report")
SUITE = "report"
MB = 1e6
# Of the first part, then of the second: bytes with doubles and with --small; seconds to write, to the first map, to
# the whole page; frames a second.
WANTED = {"counties": {"bytes": 16 * MB, "bytes --small": 11 * MB, "written": 2, "first map": 1.5, "frames": 30},
          "large": {"bytes": 40 * MB, "page": 5}}
OPENED = """
const mark = performance.getEntriesByName('first-map')[0];
done([mark ? mark.startTime / 1000 : -1, performance.now() / 1000]);"""
# A step each frame, from one end to the other and back; frames that took longer than a step count once.
SLIDER = """
const last = S.manifest.periods.length - 1, steps = arguments[0];
let i = 0, began = 0;
const frame = (now) => {
  if (!began) began = now;
  if (i === steps) { done(1000 * steps / (now - began)); return; }
  i++;
  const at = i % (2 * last || 1);
  S.set({t: at > last ? 2 * last - at : at});
  requestAnimationFrame(frame);
};
requestAnimationFrame(frame);"""


def browser():
    """The tests' browser; None where there is none, and why."""
    sys.path.insert(0, TESTS)
    try:
        from browser import Browser
    except SystemExit:  # it has said why
        return None
    return Browser


def us_counties(programs, folder):
    os.environ["SPILLWAY"] = programs.spillway
    import real
    if not real.there():
        return None
    return real.us(folder), "US counties"


def synthetic(programs, folder, units, periods):
    run.call(programs.spillway, "synth", "-o", folder, "--units", str(units), "--periods", str(periods), "--force")
    run.call(programs.spillway, "run", os.path.join(folder, "study.yaml"), "--force", "--quiet")
    return os.path.join(folder, "results.h5"), f"{units} units, {periods} periods"


def written(programs, given, results, part, name):
    """Records of the command, and the page with doubles."""
    made, wanted = [], WANTED[part] if not given.units else {}
    for words in ((), ("--small",)):
        page = results[:-3] + "".join(words) + ".html"
        seconds = [run.call(programs.spillway, "report", results, "--force", "-o", page, *words)[0]
                   for _ in range(given.repeats(5))]
        label = " ".join(("written", *words))
        made.append(record.make(SUITE, name, label, "s", seconds, wanted=wanted.get("written"), sense="at most"))
        size = "bytes" + "".join(" " + word for word in words)
        made.append(record.make(SUITE, name, size, "B", [os.path.getsize(page)], wanted=wanted.get(size), sense="at most"))
    return made, results[:-3] + ".html"


def opened(given, page, part, name, Browser):
    """Seconds to the first map and to the page, each time in a new tab's process; frames a second."""
    wanted, first, whole, frames = WANTED[part] if not given.units else {}, [], [], []
    for _ in range(given.repeats(5)):
        with Browser() as one:
            seen = one.open(page)
            times = seen.ask(OPENED)
            first.append(times[0])
            whole.append(times[1])
            frames.append(seen.ask(SLIDER, 120))
    note = "one core"
    return [record.make(SUITE, name, "first map", "s", first, wanted=wanted.get("first map"), sense="at most", note=note),
            record.make(SUITE, name, "page", "s", whole, wanted=wanted.get("page"), sense="at most", note=note),
            record.make(SUITE, name, "frames of the slider a second", "1/s", frames, wanted=wanted.get("frames"), note=note)]


def measured(programs, given, part, make):
    Browser = browser()
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
        results, name = make(folder)
        made, page = written(programs, given, results, part, name)
        if Browser is None:
            return made + [record.skipped(SUITE, f"{name} in a browser", "no chromium, chromedriver or selenium")]
        cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(cores)})  # what is started from here has this core alone
        try:
            return made + opened(given, page, part, name, Browser)
        finally:
            os.sched_setaffinity(0, cores)


def counties(programs, given):
    def make(folder):
        found = None if given.units else us_counties(programs, folder)
        return found or synthetic(programs, folder, given.size(2850, 2850), 20)
    return measured(programs, given, "counties", make)


def large(programs, given):
    if given.modest:
        return [record.skipped(SUITE, "large", "not of modest size; bench/run report")]
    return measured(programs, given, "large",
                    lambda folder: synthetic(programs, folder, given.size(100000, 100000), 20))


PARTS = {"counties": counties, "large": large}
