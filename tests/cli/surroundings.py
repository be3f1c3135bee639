"""What the tests of a run's surroundings share: a small study, and what the program says of it."""
import os
import resource
import subprocess

SPILLWAY = os.environ["SPILLWAY"]
HERE = os.path.dirname(os.path.abspath(__file__))
ALONE = {"OMPI_MCA_pml": "ob1", "OMPI_MCA_btl": "self"}
SANITIZED = "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ


class World:
    """A small synthetic study in a folder of its own, and results of it in old.h5."""

    def __init__(self, folder):
        self.folder = folder
        subprocess.run([SPILLWAY, "synth", "-o", folder, "--units", "40", "--periods", "2"],
                       check=True, capture_output=True)
        self.says(["run", "study.yaml", "-q", "-o", "old.h5"], 0)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, words, env=None, limit=None, ranks=0, **more):
        env = {**os.environ, **({} if ranks else ALONE), **(env or {})}
        for name in [n for n in env if env[n] is None]:
            del env[name]

        def begin():
            if limit:
                resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        launcher = ["mpirun", "-n", str(ranks)] if ranks else []
        done = subprocess.run([*launcher, SPILLWAY, *words], cwd=self.folder, text=True, env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=begin,
                              timeout=120, **more)
        return done.returncode, done.stdout, done.stderr

    def says(self, words, status, *parts, lines=None, **more):
        """Ends with the status; one line of standard error has all parts. `lines`: how many there
        are, 1 unless it succeeds."""
        code, out, err = self.run(words, **more)
        said = [line for line in err.splitlines() if line]
        assert code == status, (words, code, err)
        if status:
            assert len(said) == (lines or 1), (words, err)
        assert all(any(part in line for line in said) for part in parts), (words, parts, err)
        return out

    def stop(self, words, hold):
        """The run suspends itself once it has marked a task, and is killed there."""
        with open(hold, "w") as file:
            file.write("1")
        run = subprocess.Popen([SPILLWAY, *words, "-q"], cwd=self.folder,
                               env={**os.environ, **ALONE, "SPILLWAY_HOLD": hold})
        os.waitid(os.P_PID, run.pid, os.WSTOPPED | os.WNOWAIT)
        run.kill()
        run.wait()
        os.remove(hold)

    def results(self):
        return sorted(name for name in os.listdir(self.folder) if name.startswith("new.h5"))


RUN = ["run", "study.yaml", "-q", "--force", "-o", "new.h5"]
