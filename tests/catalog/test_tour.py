#!/usr/bin/env python3
"""The tour of src/README.md leads somewhere: every file it names is there, and every source file is
named, itself or by a group (NAME_*.c, or the last folder of its path)."""
import fnmatch
import glob
import os
import re

root = os.environ["SPILLWAY_SOURCE"]
with open(os.path.join(root, "src", "README.md")) as page:
    tour = page.read().split("## Tour", 1)[1].split("\n## Adding", 1)[0]
named = set(re.findall(r"`([\w/*]+(?:\.[ch]|\.def|/))`", tour))
paths = [os.path.relpath(p, root) for folder in ("src", "include")
         for p in glob.glob(f"{root}/{folder}/**/*.*", recursive=True) if p.endswith((".c", ".h", ".def"))]


def leads_to(name, path):
    if name.endswith("/"):
        return f"/{path}".rpartition("/")[0].endswith("/" + name[:-1])
    return fnmatch.fnmatch(f"/{path}", "*/" + name)


nowhere = sorted(n for n in named if not any(leads_to(n, p) for p in paths))
unnamed = sorted(p for p in paths if p.endswith(".c") and not any(leads_to(n, p) for n in named))
assert len(named) > 50, "the tour names too little"
assert not nowhere, f"named, and not there: {nowhere}"
assert not unnamed, f"not in the tour: {unnamed}"
print(f"{len(named)} names for {len(paths)} files")
