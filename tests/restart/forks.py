"""One start for all k: a run that stops at the calls that are to fail, and of which a child goes on with
each fault (preload/forks.c)."""
import hashlib
import os
import signal
import socket
import subprocess
import tempfile

from restart import ALONE, memory_folder

REPORT = 64  # bytes of a datagram at most


class Forked:
    """A run of one rank and one thread. Files whose names begin with its output's are what they were
    at the call again, when the run goes on or the next child begins (`files`).

        with Forked(study, "out.h5", faults, "memory") as run:
            while run.stop():                         # at call run.k, of callers run.stack
                status, err = run.attempt("fail")     # the files are as the child has left them
        run.status, run.err                           # of the run itself, undisturbed
    """

    def __init__(self, study, name, faults, kind, path=None, words=(), more=None, most=120,
                 files=True):
        self.study, self.most, self.k, self.stack = study, most, 0, None
        self.folder = tempfile.TemporaryDirectory(dir=memory_folder())  # no path that faults look for
        self.said, self.own = (os.path.join(self.folder.name, name) for name in ("said", "own"))
        self.status, self.err, self.seconds = None, None, 0  # processor time of children
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket = ours
        env = faults.env(kind, 0, "fork", path, FAULT_TALK=str(theirs.fileno()),
                         FAULT_SAID=self.said, **({"FAULT_FILES": study.path(name)} if files else {}))
        with open(self.own, "w") as file:
            self.process = subprocess.Popen(
                [study.program, "run", study.file, "-o", study.path(name), "--threads", "1", *words],
                stdout=file, stderr=file, pass_fds=[theirs.fileno()],
                env={**os.environ, **ALONE, **(more or {}), **env})
        theirs.close()
        self.began = False
        ours.settimeout(most)

    def __enter__(self):
        return self

    def __exit__(self, *of):
        if self.status is None:
            self.process.kill()
            self.process.wait()
        self.socket.close()
        self.folder.cleanup()

    def hear(self):
        """A report's words; none when the run has ended."""
        return self.socket.recv(REPORT).decode().split()

    def stop(self, k=0):
        """Whether the run has come to the k-th call, or the next; else it has ended."""
        if self.began:
            self.socket.send(f"go {max(k, self.k + 1)}".encode())
        words = self.hear()
        self.began = True
        if words and words[0] == "at":
            self.k, self.stack = int(words[1]), words[2]
            return True
        assert not words, words
        self.status = self.process.wait(self.most)
        with open(self.own) as file:
            self.err = file.read()
        return False

    def attempt(self, what="fail"):
        """(status, what was printed) of a child that goes on with the fault; -9 where it hung."""
        self.socket.send(f"try {what}".encode())
        child, = [int(words[1]) for words in [self.hear()] if words[0] == "child"]
        try:
            words = self.hear()
        except TimeoutError:
            os.kill(child, signal.SIGKILL)
            words = self.hear()
        assert words[0] == "ended", words
        self.seconds += int(words[2], 16) / 1e6
        with open(self.said) as file:
            return os.waitstatus_to_exitcode(int(words[1])), file.read()


class Copies:
    """The same command once more after what children have left of an output, undisturbed: of a copy,
    as the run waits with the files open; of the same bytes once.

    complete(name): runs the command with that output, and checks it."""

    def __init__(self, study, name, complete):
        self.study, self.name, self.complete, self.seen = study, name, complete, set()

    def go_on(self):
        files, hashed = {}, hashlib.sha256()
        for end in self.study.left(self.name):
            with open(self.study.path(self.name + end), "rb") as file:
                files[end] = file.read()
            hashed.update(f"{end} {len(files[end])} ".encode() + files[end])
        if hashed.digest() in self.seen:
            return
        for end, data in files.items():
            with open(self.study.path("again.h5" + end), "wb") as file:
                file.write(data)
        self.complete("again.h5")
        self.study.remove("again.h5")
        self.seen.add(hashed.digest())
