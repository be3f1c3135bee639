"""spillway verify: equal files, each kind of change found and named, changed inputs refused."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SPILLWAY_SOURCE"], "tests", "restart"))
import h5py  # noqa: E402
import numpy as np  # noqa: E402

from restart import ALONE, SPILLWAY, Study  # noqa: E402


def verify(path, *words):
    done = subprocess.run([SPILLWAY, "verify", path, *words], text=True, capture_output=True,
                          env={**os.environ, **ALONE})
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
                              ("share/partner", (4,), "/share, 2001: 1 of "),
                              ("radiation/value", (1, 5, 0), "/radiation, 2002: 1 of "),
                              ("links/partner", (4,), "/links, 2001: 1 of "),
                              ("after/I", (0,), "/after: values by period, or tables"),
                              ("top/total", (1,), "/top: values by period, or tables"),
                              ("composites/economy/weight", (0,), "/composites/economy/weight: "),
                              ("sums/in_strength", (0, 5), "/sums, 2001, units "),
                              ("dense/tile_checksum", (0, 2), "/dense, 2001, tile 2: "),
                              ("top/block_checksum", (0, 0), "/top, 2001, units "),
                              ("ccd/operand_hash", (1,), "/ccd, 2002: operand_hash is not "),
                              ("dense/operand_hash", (0,), "/dense, 2001: operand_hash is not ")):
        changed = study.path("changed.h5")
        shutil.copy(path, changed)
        with h5py.File(changed, "r+") as file:
            value = file[name][place]
            file[name][place] = value + 1 if file[name].dtype.kind in "iu" else value * 1.25 + 1
        status, out, err = verify(changed, *everything)
        assert status == 1 and "DIFFERENT" in out, (name, out, err)
        said = said.replace("all periods", "2001")
        assert any(said in line for line in out.splitlines()[:-1]), (name, said, out)


def replace(file, name, change):
    """The dataset made anew, of other contents, with its attributes and axes."""
    old = file[name]
    values, attributes = old[...], {k: v for k, v in old.attrs.items() if k != "DIMENSION_LIST"}
    axes = [axis[0] if len(axis) else None for axis in old.dims]
    del file[name]
    new = file.create_dataset(name, data=change(values))
    for key, value in attributes.items():
        new.attrs[key] = value
    for axis, scale in zip(new.dims, axes):
        if scale is not None:
            axis.attach_scale(scale)


def longer(values):
    """A hundred times as many along each axis: what is read of it would not fit by far."""
    for axis in range(values.ndim):
        values = np.repeat(values, 100 if axis == 0 else 3, axis=axis)
    return np.repeat(values[None], 5000) if values.ndim == 0 else values


FORGED = {
    "longer": longer,
    "shorter": lambda v: v[:-1] if v.ndim else v.reshape(1)[:0],
    "more axes": lambda v: np.broadcast_to(v, (3, 2) + v.shape),
    "fewer axes": lambda v: v.ravel() if v.ndim > 1 else v.reshape(v.shape + (1,)),
    "another type": lambda v: v.astype("i2" if v.dtype.kind in "fu" else "f8"),
    "no numbers": lambda v: np.full(v.shape, b"x"),
}
# One of each kind, of each who reads it first.
DATASETS = ("ccd/coordination", "ccd/class", "composites/economy/weight", "dense/value", "top/partner",
            "top/value", "above/row_start", "above/partner", "directed/value", "sums/out_strength",
            "sums/total", "sums/n_pairs", "after/I", "dense/operand_hash", "dense/tile_checksum",
            "ccd/block_checksum", "directed/block_checksum", "after/value_checksum")


def check_forged(study, path):
    """A dataset of other extents or of another type than the study makes it: a line that says both,
    and nothing is read of it."""
    forged = study.path("forged.h5")
    for number, name in enumerate(DATASETS):
        for k, (how, change) in enumerate(FORGED.items()):
            if k > 0 and (number + k) % 4:  # the longest of all, the rest of some
                continue
            shutil.copy(path, forged)
            with h5py.File(forged, "r+") as file:
                replace(file, name, change)
            status, out, err = verify(forged, "--study", study.file, "--tiles", "3")
            at = (name, how, status, out, err)
            assert status == 1 and len(err.splitlines()) == 1, at
            assert f"/{name} is " in err and ", and by the study " in err, at
    shutil.copy(path, forged)
    with h5py.File(forged, "r+") as file:
        replace(file, "dense/value", longer)
    err = verify(forged, "--study", study.file)[2]
    assert ("/dense/value is float32 (time 200, unit 900, unit_to 900), and by the study float32 "
            "(time 2, unit 300, unit_to 300)") in err, err


def check_foreign(study, path):
    """What is missing, what the study does not make, and labels that are not its own."""
    def missing(file):
        del file["top/value"]

    def added(file):
        file["ccd/guess"] = 1.0

    def added_group(file):
        file.create_group("guess").attrs["measure"] = "guess"

    def swapped(file):
        labels = file["unit"][:]
        file["unit"][3:5] = labels[[4, 3]]

    def another_year(file):
        file["time"][1] = 1999

    def label(file):
        file["ccd/class_label"][1] = "fair"

    def system(file):
        file["ccd/system"][0] = "ecology"

    def province(file):
        file["group_province"][7] = "elsewhere"

    def place(file):
        file["lon"][3] += 1e-12

    def parameters(file):
        text = file["top"].attrs["parameters"]
        file["top"].attrs["parameters"] = text.replace(b"1.5", b"1.6")

    def formula(file):
        del file["ccd"].attrs["formula"]

    def unit(file):
        file["dense/out_strength"].attrs["units"] = "EUR"

    def seed(file):
        file.attrs["seed"] = 2

    def own_time(file):
        file["directed/time"][0] = 2002

    def own_unit(file):  # of a group alone: no longer a link to that of the root
        del file["ccd/unit"]
        labels = file["unit"][:]
        labels[2] = "x"
        file["ccd"].create_dataset("unit", data=labels)

    def undefined(file):
        file["ccd/coordination"].attrs["undefined"] = 3

    def rank(file):
        file["top/rank"][4] = 9

    forged = study.path("forged.h5")
    for change, said in ((label, "/ccd/class_label, position 1: 'fair', but the study defines '"),
                         (system, "/ccd/system, position 0: 'ecology', but the study defines 'eco"),
                         (province, "/group_province, position 7: 'elsewhere', but the study de"),
                         (place, "/lon, position 3: '"),
                         (parameters, "/top: parameters: '"),
                         (formula, "/ccd: formula is missing, or of another type; the study defi"),
                         (unit, "/dense/out_strength: units: 'EUR', but the study defines '"),
                         (seed, "/: seed: '2', but the study defines '1'"),
                         (own_time, "/directed/time, position 0: '2002', but the study defines "),
                         (own_unit, "/ccd/unit, position 2: 'x', but the study defines '"),
                         (undefined, "/ccd/coordination: undefined: 3, but 0 values are"),
                         (rank, "/top/rank, position 4: '9', but the study defines '5'"),
                         (missing, "cannot open /top/value"),
                         (added, "/ccd/guess: the study defines no such variable"),
                         (added_group, "/guess: the study defines no such group"),
                         (swapped, "/unit, position 3: "),
                         (another_year, "/time, position 1: '1999', but the study defines '2002'")):
        shutil.copy(path, forged)
        with h5py.File(forged, "r+") as file:
            change(file)
        status, out, err = verify(forged, "--study", study.file, "--tiles", "3")
        assert status == 1 and said in (out or err), (said, out, err)


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
    check_forged(study, path)
    check_foreign(study, path)
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
