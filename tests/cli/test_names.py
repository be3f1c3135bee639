"""Names of files: an output through links, which stay links, and lands where they lead; names that
are empty, a folder, or of nothing, refused with status 2 before anything is read."""
import os
import shutil
import sys
import tempfile

from surroundings import World


def refused(world, words, part, **more):
    """Before the panel is read: one that nobody could read is not noticed."""
    world.says(words, 2, part, **more)
    assert not [name for name in os.listdir(world.folder) if "partial" in name]


# ---- links --------------------------------------------------------------------------------------

def check_links(world):
    with tempfile.TemporaryDirectory() as disk:
        os.mkdir(f"{disk}/there")
        link, chain, other = (world.path(name) for name in ("link.h5", "chain.h5", "other.h5"))
        os.symlink(f"{disk}/there/real.h5", link)
        os.symlink("link.h5", chain)
        for words, ranks in ((["link.h5"], 0), (["chain.h5", "--force"], 0),
                             (["chain.h5", "--force"], 2)):
            out = world.says(["run", "study.yaml", "-o", *words], 0, ranks=ranks)
            assert f" -> {disk}/there/real.h5 (" in out and f"), by the link {words[0]}\n" in out, out
            assert os.path.islink(link) and os.path.islink(chain)
            assert os.listdir(f"{disk}/there") == ["real.h5"], os.listdir(f"{disk}/there")
            with open(f"{disk}/there/real.h5", "rb") as new, open(world.path("old.h5"), "rb") as old:
                assert new.read() == old.read()
        world.says(["verify", "link.h5"], 0)
        refused(world, ["run", "study.yaml", "-o", "link.h5"], "real.h5 exists; give --force")
        # What an unfinished run leaves stands beside the file, not beside the link.
        hold = world.path("hold")
        os.remove(f"{disk}/there/real.h5")
        world.stop(["run", "study.yaml", "-o", "link.h5"], hold)
        assert os.listdir(f"{disk}/there") and all(name.startswith("real.h5.partial")
                                                   for name in os.listdir(f"{disk}/there"))
        world.says(["run", "study.yaml", "-o", "chain.h5"], 0)
        assert os.listdir(f"{disk}/there") == ["real.h5"] and os.path.islink(link)
        # A disk that is not mounted.
        shutil.rmtree(f"{disk}/there")
        refused(world, ["run", "study.yaml", "-o", "chain.h5", "--force"], f"chain.h5: is a link to "
                f"{disk}/there/real.h5, whose folder cannot be entered: No such file or directory; is "
                "its disk mounted?")
        assert os.listdir(disk) == []
        os.mkdir(f"{disk}/real.h5")
        os.symlink(f"{disk}/real.h5", other)
        refused(world, ["run", "study.yaml", "-o", "other.h5", "--force"], "other.h5: is a folder")
        for name in ("link.h5", "chain.h5", "other.h5"):
            os.remove(world.path(name))
    os.symlink("b.h5", world.path("a.h5"))
    os.symlink("a.h5", world.path("b.h5"))
    refused(world, ["run", "study.yaml", "-o", "a.h5"], "leads in a circle")
    # The folder of a plain name is made.
    world.says(["run", "study.yaml", "-q", "-o", "made/new/out.h5"], 0)
    print("links: ok")


def check_synth_links(world):
    os.mkdir(world.path("panels"))
    os.symlink("../elsewhere.csv", world.path("panels/panel.csv"))
    words = ["synth", "--units", "20", "--periods", "1", "-o"]
    world.says([*words, "panels"], 0)
    assert os.path.islink(world.path("panels/panel.csv"))
    assert os.path.getsize(world.path("elsewhere.csv")) > 100
    world.says([*words, "panel.csv"], 2, "panel.csv: is not a folder")
    world.says([*words, "/proc/none"], 2, "/proc/none: cannot create the folder")
    os.makedirs(world.path("odd/units.csv"))
    world.says([*words, "odd", "--force"], 2, "odd/units.csv: is a folder")
    print("synth: ok")


# ---- names --------------------------------------------------------------------------------------

STUDY = """panel: {file: "panel.csv", unit: code, time: year}
units: {file: "units.csv", unit: code, lon: lon, lat: lat}
weights: {w: {kind: file, file: "edges.csv"}, m: {kind: matrix, file: "W.csv"}}
composites: {c: {positive: [gdp], weights: {from: "last.h5"}}}
measures:
  - location_quotient: {industries: [finance], total: gdp, base: {file: "national.csv"}}
  - gravity: {mass: [gdp], distance: {file: "d.csv"}}
  - moran: {of: gdp, weights: w}
output: {file: "out.h5"}
"""


def check_study(world):
    """Each file in turn. The panel is no text, which is only found when it is read."""
    os.mkdir(world.path("folder"))
    os.mkdir(world.path("folder.csv"))
    names = [part.split('"')[0] for part in STUDY.split('"')[1::2]]
    for name in names:
        if not os.path.exists(world.path(name)):
            shutil.copy(world.path("units.csv"), world.path(name))
    os.rename(world.path("panel.csv"), world.path("kept.csv"))
    with open(world.path("panel.csv"), "wb") as file:
        file.write(b"\0" * 100)
    for name in names:
        for given, part in (("", "empty"), ("folder.csv", "folder.csv: is a folder"),
                            ("none.csv", "none.csv: cannot be read: No such file")):
            if name == "out.h5" and given == "none.csv":
                continue
            with open(world.path("names.yaml"), "w") as file:
                file.write(STUDY.replace(f'"{name}"', f'"{given}"'))
            for verb in ["run", "check"][:1 if name == "out.h5" else 2]:
                if (name, given) == ("d.csv", ""):
                    part = 'distance: found ""; expected a name'
                refused(world, [verb, "names.yaml", *["--force"] * (verb == "run")], part)
    os.rename(world.path("kept.csv"), world.path("panel.csv"))
    print(f"files of a study: {len(names)}, ok")


def check_command_line(world):
    for name in ("folder", ".", "folder/", "new/", "new/."):
        refused(world, ["run", "study.yaml", "--force", "-o", name], "is a folder")
        assert not os.path.exists(world.path("new"))
    with open(world.path("half.yaml"), "w") as file:
        file.write('panel: {file: "nul.csv", unit: code}\nmeasures:\n  - inequality: {of: gdp}\n')
    with open(world.path("nul.csv"), "wb") as file:
        file.write(b"\0" * 100)
    for name, part in (("folder", "folder: is a folder"), ("none.h5", "none.h5: cannot be opened"),
                       ("units.csv", "is not an HDF5 file")):
        refused(world, ["run", "half.yaml", "-o", "o.h5", "--reuse", name], part)
    for words in (["info", "folder"], ["verify", "folder"], ["diff", "old.h5", "folder"],
                  ["check", "study.yaml", "--since", "folder"], ["run", "folder"],
                  ["verify", "old.h5", "--study", "folder"]):
        refused(world, words, "older" if words[0] == "run" else "folder")
    print("names on the command line: ok")


def main():
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder)
        check_study(world)
        check_command_line(world)
        check_links(world)
        check_synth_links(world)


if __name__ == "__main__":
    sys.exit(main())
