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
with Browser(width=1280, height=860) as browser:
    page = browser.open(report, "lang=en&d=light")
    # Selected: the three counties that send most to others.
    page.ask("""const q = S.quantities.find(q => q.key === "gravity/out_strength") || S.quantities[0];
      const c = await S.column(q.key), last = c.values.subarray(c.values.length - S.manifest.n);
      const u = Array.from(last.keys()).sort((a, b) => last[b] - last[a]).slice(0, 3);
      S.set({u: u}); await S.quiet(); done(1);""")
    page.js("document.querySelector('#map').scrollIntoView(); window.scrollBy(0, -60)")
    page.quiet()
    data = with_palette(page.pixels(page.screenshot()))
if len(data) > most:
    sys.exit(f"picture: {len(data)} bytes; {most} are allowed")
with open(out, "wb") as file:
    file.write(data)
print(f"{out}: {len(data)} bytes")
PY
