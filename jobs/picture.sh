#!/usr/bin/env bash
# Draws the first picture of README.md anew: the map of the demo's report as a browser shows it.
#
#   jobs/picture.sh [REPORT.html [OUT.png]]    the demo's report, to jobs/demo.png
#
# It needs chromium, chromium-driver and python3-selenium (jobs/setup.sh --tests).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

report=${1:-demo/report.html}
out=${2:-jobs/demo.png}
most=200000 # bytes: a picture is loaded with every look at the README

if [ ! -e "$report" ]; then
  echo "picture: $report is not there; jobs/demo.sh writes demo/report.html" >&2
  exit 2
fi
PYTHONPATH=tests/report PYTHONDONTWRITEBYTECODE=1 "${SPILLWAY_PYTHON:-/usr/bin/python3}" - "$report" "$out" "$most" <<'PY'
import sys

from browser import Browser
from picture import with_palette

report, out, most = sys.argv[1], sys.argv[2], int(sys.argv[3])
with Browser(width=1280, height=920) as browser:
    page = browser.open(report, "lang=en&d=light")
    # A year in the middle has units in all classes. Selected: of the three provinces that send most to others, the county that sends most.
    page.ask("""const q = S.quantity("gravity/out_strength"), first = S.manifest.groups[0];
      if (q && first) {
        const c = await S.column(q.key), of = await S.data(first.block), found = new Map();
        const sent = c.values.subarray(c.values.length - c.n);
        for (const u of Array.from(sent.keys()).sort((a, b) => sent[b] - sent[a]))
          if (!found.has(of[u])) found.set(of[u], u);
        S.set({u: [...found.values()].slice(0, 3)});
      }
      if (S.quantity("ccd/coordination")) S.set({q: "ccd/coordination", t: Math.floor(0.6 * S.manifest.periods.length)});
      done(1);""")
    page.js("window.scrollBy(0, document.querySelector('#map h2').getBoundingClientRect().top - 62)")
    page.quiet()
    data = with_palette(page.pixels(page.screenshot()))
if len(data) > most:
    sys.exit(f"picture: {len(data)} bytes; {most} are allowed")
with open(out, "wb") as file:
    file.write(data)
print(f"{out}: {len(data)} bytes")
PY
