"""A Slurm of one node on this machine: munged, slurmctld and slurmd out of Debian's packages, in a
private folder, on free ports, started and ended here. Nothing of a Slurm that the machine has is
read, used or touched.

Processes are known by their id, and ended with their group: a stopped daemon may stay as a zombie,
and another's daemon has the same name."""
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "restart"))
from restart import signal_to, wait_until  # noqa: E402

PROGRAMS = ["munged", "mungekey", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel",
            "scontrol", "sinfo"]
CONFIG = """ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CryptoType=crypto/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
TmpFS={folder}
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin={task}
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000,sched_interval=1,bf_interval=1
ReturnToService=2
SlurmdParameters=config_overrides
KillWait=20
MailProg=/bin/true
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} Boards=1 SocketsPerBoard=1 CoresPerSocket={cores} ThreadsPerCore=1 RealMemory={memory}
PartitionName=test Nodes={host} Default=YES OverSubscribe=FORCE:4 MaxTime=INFINITE State=UP
"""


def why_not():
    """Why there can be no Slurm here, or None."""
    if os.geteuid() != 0:
        return "starting munged, slurmctld and slurmd needs root"
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing:
        return "not installed: " + " ".join(missing) + " (jobs/setup.sh --tests installs them)"
    try:
        pwd.getpwnam("munge")
    except KeyError:
        return "there is no user munge, as whom munged runs"
    return None


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Slurm:
    """with Slurm() as slurm: ... ; slurm.env is what its commands want. Its node has the cores of
    this machine, two at least, each for up to four jobs, and ranks are bound to them where all of
    them may be used (`binds`)."""

    def __init__(self):
        self.cores = max(2, os.cpu_count())
        self.binds = len(os.sched_getaffinity(0)) == self.cores
        if not self.binds:
            print("note: not all cores may be used here, so ranks are not bound")
        self.daemons = []
        self.folder = tempfile.mkdtemp(prefix="slurm-", dir="/tmp")
        os.chmod(self.folder, 0o755)
        self.env = {**os.environ, "SLURM_CONF": os.path.join(self.folder, "slurm.conf")}

    # ---- life -------------------------------------------------------------------------------

    def __enter__(self):
        try:
            self.start_munge()
            self.write_config()
            self.start("slurmctld", "-D", "-f", self.env["SLURM_CONF"])
            self.start("slurmd", "-D", "-f", self.env["SLURM_CONF"])
            wait_until(self.ready, 120, "the node to be idle", every=0.2)
        except BaseException:
            self.tell_logs()
            self.stop()
            raise
        return self

    def __exit__(self, kind, *_):
        if kind:
            self.tell_logs()
        self.stop()

    def start(self, *words, user=None):
        log = open(os.path.join(self.folder, words[0] + ".out"), "w")
        self.daemons.append(subprocess.Popen(
            words, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=user,
            group=user, extra_groups=[] if user else None, start_new_session=True, cwd="/"))
        log.close()

    def start_munge(self):
        user = pwd.getpwnam("munge")
        own = os.path.join(self.folder, "munge")
        os.mkdir(own, 0o755)
        subprocess.run(["mungekey", "--create", "--keyfile", f"{own}/key"], check=True)
        for path in (own, f"{own}/key"):
            os.chown(path, user.pw_uid, user.pw_gid)
        self.start("munged", "--foreground", f"--socket={own}/socket", f"--key-file={own}/key",
                   f"--pid-file={own}/pid", f"--seed-file={own}/seed", f"--log-file={own}/log",
                   user="munge")
        wait_until(lambda: os.path.exists(f"{own}/socket"), 120, "munged's socket")

    def write_config(self):
        for name in ("state", "spool"):
            os.mkdir(os.path.join(self.folder, name))
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
        # Nothing here asks for cgroups. Where none are mounted (containers, a chroot) slurmd still
        # looks for them, and does not start, unless it is told which kind it would be.
        if not os.path.ismount("/sys/fs/cgroup"):
            with open(os.path.join(self.folder, "cgroup.conf"), "w") as file:
                file.write("CgroupPlugin=cgroup/v1\n")
        with open(self.env["SLURM_CONF"], "w") as file:
            file.write(CONFIG.format(host=socket.gethostname().split(".")[0], folder=self.folder,
                                     controller=free_port(), node=free_port(), task="task/affinity" if self.binds else "task/none",
                                     cores=self.cores, memory=memory))

    def stop(self):
        if self.daemons:
            subprocess.run(["scancel", "--user=root", "--signal=KILL"], env=self.env,
                           capture_output=True, timeout=60)
        for process in self.jobs_left():
            signal_to(process, signal.SIGKILL)
        for daemon in self.daemons:  # nothing of theirs is kept: no need to ask them first
            try:
                os.killpg(daemon.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            daemon.wait()
        self.daemons = []
        shutil.rmtree(self.folder, ignore_errors=True)

    def jobs_left(self):
        """Processes of this Slurm's jobs: each has its configuration in the environment."""
        mark = f"SLURM_CONF={self.folder}/".encode()
        found, daemons = [], {d.pid for d in self.daemons} | {os.getpid()}
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    if mark in file.read() and int(name) not in daemons:
                        found.append(int(name))
            except OSError:
                pass
        return found

    def tell_logs(self):
        for name in ("munged.out", "munge/log", "slurmctld.out", "slurmctld.log", "slurmd.out",
                     "slurmd.log"):
            path = os.path.join(self.folder, name)
            if os.path.exists(path) and os.path.getsize(path):
                with open(path, errors="replace") as file:
                    print(f"---- {name}\n" + "".join(file.readlines()[-25:]), flush=True)

    def ready(self):
        """Whether the node is idle; a daemon that has ended never gets it there."""
        for daemon in self.daemons:
            assert daemon.poll() is None, f"{daemon.args[0]} ended with {daemon.returncode}"
        return "idle" in self.ask("sinfo", "-h", "-o", "%T")

    # ---- commands ---------------------------------------------------------------------------

    def ask(self, *words, **more):
        return subprocess.run(words, env={**self.env, **more}, text=True, capture_output=True,
                              timeout=120).stdout
