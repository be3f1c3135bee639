"""Files that cannot be opened though they are there: on a file system without locks, held by another
program, cut short, none of HDF5. Each is told in one line that says what would cure it; where a run
could not write its output, before it computes."""
import errno
import os
import shutil
import subprocess
import sys
import tempfile

import h5py

from surroundings import HERE, RUN, SANITIZED, World


def build_locks(folder):
    library = os.path.join(folder, "locks.so")
    subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-o", library,
                    os.path.join(HERE, "preload", "locks.c"), "-ldl"], check=True)
    return library


def check_no_locks(world, library):
    """Before anything is computed, and with the cure, which works."""
    waived = {"HDF5_USE_FILE_LOCKING": "FALSE"}
    for number in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
        for which in ("flock", "ofd", None):
            shim = {"LD_PRELOAD": library, "LOCK_ERRNO": str(number), "LOCK_WHICH": which}
            said = (f"gives no locks ({os.strerror(number)})", "set HDF5_USE_FILE_LOCKING=FALSE")
            world.says(["run", "study.yaml", "-o", "new.h5"], 2, "new.h5.partial", *said, env=shim)
            assert world.results() == [], world.results()
            world.says(RUN, 0, *["without locks"] * (which != "flock"), env={**shim, **waived})
            os.remove(world.path("new.h5"))
            if which != "ofd" and number != errno.ENOSYS:  # HDF5 passes over that
                for words in (["info", "old.h5"], ["verify", "old.h5"],
                              ["run", "study.yaml", "--reuse", "old.h5", "-o", "new.h5"]):
                    world.says(words, 2, *said, env=shim)
                world.says(["info", "old.h5"], 0, env={**shim, **waived})
    print("no locks: ok")


def write_panel(world):
    """The study's panel in HDF5, of one indicator."""
    with h5py.File(world.path("panel.h5"), "w") as file:
        file["code"] = [b"01", b"02", b"03"]
        file["year"] = [2001, 2002]
        file["gdp"] = [[1., 2., 3.], [2., 3., 4.]]
    with open(world.path("h5.yaml"), "w") as file:
        file.write("panel: {file: panel.h5, unit: code, time: year}\nmeasures:\n"
                   "  - inequality: {of: gdp}\noutput: {file: of_h5.h5}\n")


def check_held(world):
    write_panel(world)
    world.says(["check", "h5.yaml"], 0)
    held = "another program has it open for writing; wait until that has closed it"
    with h5py.File(world.path("old.h5"), "r+"), h5py.File(world.path("panel.h5"), "r+"):
        world.says(["info", "old.h5"], 2, "old.h5: " + held)
        world.says(["diff", "old.h5", "old.h5"], 2, "old.h5: " + held)
        world.says(["check", "h5.yaml"], 2, "panel.h5: " + held)
    with h5py.File(world.path("old.h5")), h5py.File(world.path("panel.h5")):
        world.says(["info", "old.h5"], 0)
        world.says(["check", "h5.yaml"], 0)
    print("held files: ok")


def check_what_it_is(world):
    with open(world.path("old.h5"), "rb") as file:
        data = file.read()
    cases = {"cut.h5": (data[:5000], f"is truncated: it has 5000 bytes of {len(data)}"),
             "one_less.h5": (data[:-1], f"is truncated: it has {len(data) - 1} bytes of {len(data)}"),
             "empty.h5": (b"", "is not an HDF5 file: it is empty"),
             "text.h5": (b"code,year\n01,2001\n", "it is text"),
             "gz.h5": (b"\x1f\x8b\x08\0\0\0\0\0", "it is compressed by gzip"),
             "zip.h5": (b"PK\x03\x04\x14\0\0\0", "it is a zip archive"),
             "classic.h5": (b"CDF\x01\0\0\0\0", "nccopy -k nc4"),
             "zeros.h5": (bytes(4096), "of another kind"),
             "marked.h5": (b"\x89HDF\r\n\x1a\n\x03\x08\x08\x05" + bytes(8) + b"\xff" * 8 +
                           (4096).to_bytes(8, "little") + bytes(4060), "h5clear -s")}
    for name, (content, part) in cases.items():
        with open(world.path(name), "wb") as file:
            file.write(content)
        world.says(["info", name], 2, name, part)
        shutil.copy(world.path(name), world.path("panel.h5"))
        world.says(["check", "h5.yaml"], 2, "panel.h5", part)
    world.says(["info", "."], 2, ".: is a folder")
    world.says(["info", "none.h5"], 2, "none.h5: cannot be opened: No such file")
    print("what a file is: ok")


def main():
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder)
        check_held(world)
        check_what_it_is(world)
        if SANITIZED:
            print("skipped: sanitizers come first")
        else:
            check_no_locks(world, build_locks(folder))


if __name__ == "__main__":
    sys.exit(main())
