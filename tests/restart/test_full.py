"""File systems that fill up in mid-run, shared memory that is too small, folders that are read-only:
one line says so, what is done stays, and with room made the run goes on to the same results.

In a mount namespace of its own, which root may have."""
import os
import signal
import subprocess
import sys
import time

from restart import MEASURES, Faults, Study, continued, marked_tasks, said

JOURNAL = "out.h5.partial.journal"


def mount(where, *options):
    os.makedirs(where, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", where], check=True)


def fill(path):
    """All room that is left."""
    with open(path, "wb", buffering=0) as file:
        for portion in 1 << 20, 1 << 12:
            try:
                while True:
                    file.write(bytes(portion))
            except OSError:
                pass


def wait_for_pause(process):
    while True:
        with open(f"/proc/{process.pid}/stat") as file:
            state = file.read().rsplit(")", 1)[1].split()[0]
        assert state != "Z", "the run ended before it was paused"
        if state == "T":
            return
        time.sleep(0.01)


def check_full(study, faults, want, half, sparse):
    """The disk fills up at half of the marks. Where blocks cannot be reserved it is the numbers that
    find no room, else the journal."""
    folder = study.path("disk")
    mount(folder, "-o", "size=200m")
    on_disk = Study(2000, 2, tile=128, where=folder)
    env = faults.env("write", half, "pause", ".journal", **({"FAULT_SPARSE": "1"} if sparse else {}))
    process = on_disk.start("out.h5", threads=1, words=["-q"], env=env)
    wait_for_pause(process)
    fill(on_disk.path("filler"))
    process.send_signal(signal.SIGCONT)
    err = process.communicate(timeout=120)[1]
    assert process.returncode == 1 and len(said(err)) == 1, (process.returncode, err)
    assert "No space left" in err and "keeps what is done" in err, err
    left = set(on_disk.left("out.h5"))
    assert left == {".partial", ".partial.journal"}, left
    marked = marked_tasks(on_disk.path(JOURNAL))
    os.remove(on_disk.path("filler"))
    got, out, err = on_disk.complete("out.h5")
    assert got == want and continued(out)[0] == marked > 0, (marked, out, err)
    print(f"full{' and sparse' if sparse else ''}: {continued(out)[0]} of {marked} marked tasks "
          "taken over", flush=True)
    on_disk.folder.cleanup()
    subprocess.run(["umount", folder], check=True)


def check_read_only(study):
    mount(study.path("read_only"), "-o", "size=1m,ro")
    for ranks in 0, 2:
        status, _, err = study.run("read_only/out.h5", ranks)
        assert status == 2 and len(said(err)) == 1 and "Read-only file system" in err, err
    subprocess.run(["umount", study.path("read_only")], check=True)


def check_shared_memory(study, want, sizes):
    """Too little from the beginning, and too little when pairs begin, to be counted (a share) or
    stored: then what was done by then stays, and the same command, given more, goes on with it."""
    env = {"OMPI_MCA_btl": "self,tcp", "OMPI_MCA_btl_tcp_if_include": "lo"}
    for size, left in sizes:
        mount("/dev/shm", "-o", "size=" + size)
        status, _, err = study.run("out.h5", 2, env=env)
        assert status in (1, 2) and len(said(err)) == 1 and "shared memory" in err, (status, err)
        assert sorted(study.left("out.h5")) == left, (size, study.left("out.h5"), err)
        assert os.listdir("/dev/shm") == [], "something is left in shared memory"
        subprocess.run(["umount", "/dev/shm"], check=True)
        print(said(err)[0])
    assert study.complete("out.h5", 2)[0] == want


def main():
    study = Study(2000, 2, tile=128)
    faults = Faults(study.folder.name)
    want = study.complete("whole.h5")[0]
    half = len(faults.calls(study, "count.h5", "write", ".journal")) // 2
    for sparse in False, True:
        check_full(study, faults, want, half, sparse)
    check_read_only(study)
    check_shared_memory(study, want, [("200k", []), ("1200k", [".partial.journal"])])
    # A share's counts need as much as the pairs do.
    plain = "".join(line for line in MEASURES.splitlines(True) if "as: share" not in line)
    study = Study(2000, 2, plain, tile=128)
    want = study.complete("whole.h5")[0]
    check_shared_memory(study, want, [("1200k", [".partial", ".partial.journal"])])


if __name__ == "__main__":
    if "inside" in sys.argv:
        main()
    else:
        alone = ["unshare", "-m", "--propagation", "private"]
        if os.getuid() != 0 or subprocess.run([*alone, "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
                                              capture_output=True).returncode != 0:
            print("skipped: no full or read-only file systems are tried: only root may mount them, "
                  "where mounts are allowed")
            sys.exit(77)
        os.execvp(alone[0], [*alone, sys.executable, os.path.abspath(__file__), "inside"])
