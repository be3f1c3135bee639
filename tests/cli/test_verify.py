"""spillway verify: equal files, each kind of change found and named, changed inputs refused."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SPILLWAY_SOURCE"], "tests", "restart"))
import h5py  # noqa: E402

from restart import SPILLWAY, Study  # noqa: E402


def verify(path, *words):
    done = subprocess.run([SPILLWAY, "verify", path, *words], text=True, capture_output=True)
    return done.returncode, done.stdout, done.stderr


def check_changes(study, path):
    """One value of each kind, found with every tile in the sample."""
    everything = ["--study", study.file, "--tiles", "100000"]
    for name, place, said in (("ccd/coordination", (1, 7), "/ccd/coordination, 2002, 0"),
                              ("ccd/class", (1, 7), "/ccd/class, 2002, 0"),
                              ("dense/value", (0, 3, 290), "/dense, 2001: 1 of "),
                              ("directed/value", (0, 290, 3), "/directed, all periods"),
                              ("top/partner", (1, 5, 0), "/top, 2002: 1 of "),
                              ("top/value", (1, 5, 0), "rank 1"),
                              ("above/value", (4,), "entry 4"),
                              ("links/partner", (4,), "/links, 2001: 1 of "),
                              ("after/I", (0,), "/after: values by period, or tables"),
                              ("top/total", (1,), "/top: values by period, or tables"),
                              ("composites/economy/weight", (0,), "/composites/economy/weight: "),
                              ("sums/in_strength", (0, 5), "/sums, 2001, units "),
                              ("dense/tile_checksum", (0, 2), "/dense, 2001, tile 2: "),
                              ("top/block_checksum", (0, 0), "/top, 2001, units ")):
        changed = study.path("changed.h5")
        shutil.copy(path, changed)
        with h5py.File(changed, "r+") as file:
            value = file[name][place]
            file[name][place] = value + 1 if file[name].dtype.kind in "iu" else value * 1.25 + 1
        status, out, err = verify(changed, *everything)
        assert status == 1 and "DIFFERENT" in out, (name, out, err)
        said = said.replace("all periods", "2001")
        assert any(said in line for line in out.splitlines()[:-1]), (name, said, out)


def main():
    study = Study(300, 2, tile=64)
    path = study.path("panel/out.h5")
    for words in ([], ["--restart"]):
        status, _, err = study.run("panel/out.h5", words=[*words, "--force"])
        assert status == 0, err
    status, out, err = verify(path)  # the study's place is found by its output.file
    assert status == 0 and out.startswith(f"{path}: equal; ") and " 0 tiles" not in out, (out, err)
    assert verify(path, "--tiles", "0", "--seed", "9")[0] == 0
    assert verify(path, "-q")[1] == ""
    for precision in "float64", "float32\n  compression: deflate":
        with open(study.file) as file:
            text = file.read()
        with open(study.file, "w") as file:
            file.write(text.replace("output: {file: out.h5}",
                                    f"output:\n  file: out.h5\n  precision: {precision}"))
        assert study.run("other.h5", words=["--force"])[0] == 0
        status, out, err = verify(study.path("other.h5"), "--study", study.file)
        assert status == 0, (out, err)
        status, _, err = verify(path, "--study", study.file)
        assert status == 2 and "which contains a different text" in err, err
        with open(study.file, "w") as file:
            file.write(text)
    check_changes(study, path)
    assert verify(study.path("absent.h5"))[0] == 2
    assert verify(path, "--tiles", "many")[0] == 2
    elsewhere = study.path("elsewhere.h5")
    shutil.copy(path, elsewhere)
    status, _, err = verify(elsewhere)
    assert status == 2 and len(err.splitlines()) == 1 and "--study" in err, err
    with open(study.path("panel/panel.csv"), "a") as file:
        file.write("\n")
    status, _, err = verify(path)
    assert status == 2 and "its input panel.csv has changed since" in err, err


if __name__ == "__main__":
    main()
