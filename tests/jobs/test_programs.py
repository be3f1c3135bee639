"""Every program that scripts, tests and CMake call comes with a package that jobs/setup.sh lists, or
is part of every Debian. Found in the texts, not by running them, so that a program which happens to
be on this machine does not hide that no list names its package."""
import ast
import glob
import os
import re
import shutil
import subprocess
import sys

SOURCE = os.environ["SPILLWAY_SOURCE"]
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
# Which list stands for which files; the first that matches. What a list's scripts call may come out
# of the lists before it, too.
SCOPES = (("--dev", r"tests/(valgrind|bare)\.sh$|tests/coverage\.py$"),
          ("--bench", r"bench/"),
          # Slurm is a cluster's own, and readers have what they read with; the tests have both.
          ("--tests", r"(tests|\.ci|jobs/slurm)/|jobs/README"),
          ("", r"jobs/|CMake"))
# Called where they are, and said where they are not.
OPTIONAL = {"sudo", "Rscript", "module", "qsub", "qstat"}
# What tools call by themselves.
TOOLS = {"cmake": ["ninja", "cc", "pkg-config"], "cpack": ["dpkg-shlibdeps", "dpkg-deb", "file"]}
KEYWORDS = set("if then elif else fi for while until do done case esac in function select time ! { }"
               " [ [[ ]] : . alias bg break cd command compgen complete continue declare echo eval exec"
               " exit export false getopts hash help kill let local mapfile printf pwd read readarray"
               " readonly return set shift shopt source test times trap true type typeset ulimit umask"
               " unalias unset wait".split())
# Words that start another command; options and assignments may lie between.
WRAPPERS = {"as_root", "command", "do", "elif", "else", "env", "exec", "if", "logged", "nice", "sudo", "then",
            "time", "until", "while", "!", "xargs"}


# ---- which programs ---------------------------------------------------------------------------

def without_quotes(text):
    """Shell text in which quoted strings are one word and the commands in "$( )" stand apart."""
    text = re.sub(r"<<-?\s*['\"]?(\w+)['\"]?.*?\n\s*\1\n", "\n", text, flags=re.S)
    text = text.replace("\\\n", " ")
    text = re.sub(r"\\.", "_", text)
    text = re.sub(r"(?m)(^|\s)#.*$", r"\1", text)
    text = re.sub(r"\$?'[^']*'", "Q", text)

    def quoted(match):
        return "Q" + "".join(f"\n{inner}\n" for inner in re.findall(r"\$\(([^()]*)\)", match[0]))
    return re.sub(r'"(?:[^"$]|\$\((?:[^()"]|"[^"]*"|\([^()]*\))*\)|\$)*"', quoted, text)


def shell_functions():
    """Of all scripts: some are sourced by others."""
    found = set()
    for path in sources():
        if path.endswith((".sh", ".sbatch", ".pbs")):
            with open(os.path.join(SOURCE, path)) as file:
                found.update(re.findall(r"^\s*(\w+)\(\)", file.read(), re.M))
    return found


def shell_commands(text, functions):
    text = re.sub(r"^\s*\w+\(\)", "", without_quotes(text), flags=re.M)
    text = re.sub(r"\$?\(\((?:[^()]|\([^()]*\))*\)\)", "N", text)  # arithmetic
    text = re.sub(r"\w+\+?=\((?:[^()]|\$\([^()]*\))*\)", "A", text)  # arrays
    text = re.sub(r"\$\{[^{}]*\}", "V", text)
    text = re.sub(r"^\s*[^()\n]*[^()\s$<>]\)", "", text, flags=re.M)  # branches of a case
    text = re.sub(r"(;;)[^()\n]*\)", r"\1", text)
    text = re.sub(r"\[\[.*?\]\]", "T", text, flags=re.S)
    for segment in re.split(r"[\n;|&()`]+", text):
        words = segment.split()
        while words and (words[0] in WRAPPERS or re.match(r"\w+=|-|\d*[<>]", words[0])):
            words = words[2:] if re.fullmatch(r"\d*[<>]+", words[0]) else words[1:]
        if words and re.fullmatch(r"[a-z][a-z0-9_.+-]*[a-z0-9+]|Rscript", words[0]):
            if words[0] not in KEYWORDS and words[0] not in functions:
                yield words[0]


CALLERS = {"run", "Popen", "call", "check_call", "check_output", "which", "start", "ask", "execvp"}


def literal(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def python_commands(text, programs):
    """Programs handed to what starts one; in other lists only words that are programs here, and no
    words of the shell, as "time" is an axis of most results."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = literal(node.args[0])
            if name in CALLERS and first and re.fullmatch(r"[\w.+-]+", first) and first in programs:
                yield first
        if isinstance(node, ast.List) and node.elts and literal(node.elts[0]) in programs - KEYWORDS:
            yield node.elts[0].value
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PROGRAMS":
            yield from map(literal, node.value.elts)


def cmake_commands(text):
    yield "cmake"
    for words in re.findall(r"\bCOMMAND\s+([a-z][\w.+-]*)(?=[\s)])", text):
        yield words
    for words in re.findall(r"find_program\(\s*\w+\s+(?:NAMES\s+)?([\w.+-]+)", text):
        yield words


def commands_of(path, programs, functions):
    with open(os.path.join(SOURCE, path), errors="replace") as file:
        text = file.read()
    first = text.split("\n", 1)[0]
    if path.endswith((".sh", ".sbatch", ".pbs")) or re.match(r"#!.*\b(ba)?sh\b", first):
        found = list(shell_commands(text, functions))
    elif path.endswith(".py") or re.match(r"#!.*python", first):
        found = list(python_commands(text, programs))
    elif path.endswith(("CMakeLists.txt", ".cmake")):
        found = list(cmake_commands(text))
    elif path.endswith(".md"):  # what a reader copies
        found = [word for block in re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
                 for word in shell_commands(block, functions)]
    else:
        return set()
    return set(found).union(*(TOOLS.get(word, ()) for word in found))


# ---- where they come from ---------------------------------------------------------------------

class Packages:
    """What dpkg knows: whose a file is, and what a package brings with it."""

    def __init__(self):
        self.owner, self.needs, self.basic, self.names = {}, {}, set(), {}
        for path in glob.glob("/var/lib/dpkg/info/*.list"):
            package = os.path.basename(path)[:-len(".list")].split(":")[0]
            with open(path) as file:
                for line in file:
                    self.owner.setdefault(line.rstrip("\n"), package)
        said = subprocess.run(["dpkg-query", "-W", "-f", "${Package}\t${Essential}\t${Priority}\t"
                               "${Provides}\t${Pre-Depends}, ${Depends}\n"],
                              text=True, capture_output=True, check=True).stdout
        for line in said.splitlines():
            name, essential, priority, provides, depends = line.split("\t")
            for other in [name, *re.findall(r"([a-z0-9][\w.+-]*)(?: \([^)]*\))?(?:, |$)", provides)]:
                self.names.setdefault(other, []).append(name)
            self.needs[name] = {re.sub(r"[ (:].*", "", word.strip())
                                for word in re.split(r"[,|]", depends) if word.strip()}
            if essential == "yes" or priority == "required" or name == "apt":
                self.basic.add(name)

    def closure(self, listed):
        found, left = set(), list(listed) + list(self.basic)
        while left:
            for name in self.names.get(left.pop(), []):
                if name not in found:
                    found.add(name)
                    left.extend(self.needs[name])
        return found

    def of_program(self, name):
        """Packages of the program and of what its name leads to; with none of them it is no package's."""
        path, found = shutil.which(name, path=PATH), []
        while path:
            folder, base = os.path.split(path)
            for way in (path, "/usr" + path, path.replace("/usr/", "/", 1), os.path.realpath(path),
                        os.path.join(os.path.realpath(folder), base)):
                if way in self.owner:
                    found.append(self.owner[way])
            path = os.path.join(folder, os.readlink(path)) if os.path.islink(path) else None
        return found


def listed(option):
    words = [option] if option else []
    return subprocess.run([os.path.join(SOURCE, "jobs/setup.sh"), *words, "--list"], text=True,
                          capture_output=True, check=True).stdout.split()


def all_programs():
    return {name for folder in PATH.split(":") if os.path.isdir(folder) for name in os.listdir(folder)}


def sources():
    for folder in ("jobs", "tests", "bench", ".ci", "."):
        for at, folders, files in os.walk(os.path.join(SOURCE, folder)):
            if folder == ".":
                folders.clear()
            for name in files:
                yield os.path.relpath(os.path.join(at, name), SOURCE)


def faults_of(path, found, packages, closures):
    scope = next(option for option, pattern in SCOPES if re.search(pattern, path))
    for word in sorted(found - OPTIONAL):
        owners = packages.of_program(word)
        if not owners:
            yield f"{path} calls {word}: there is no such program here"
        elif not any(owner in closures[scope] for owner in owners):
            yield f"{path} calls {word}: jobs/setup.sh {scope} lists no package for it ({owners[0]})"


def main():
    if not shutil.which("dpkg-query"):
        print("skipped: this machine has no dpkg")
        sys.exit(77)
    packages, programs = Packages(), all_programs()
    plain = listed("")
    closures = {"": packages.closure(plain), "--tests": packages.closure(listed("--tests")),
                "--dev": packages.closure(listed("--dev")),
                "--bench": packages.closure(listed("--bench") + listed("--tests"))}
    functions = shell_functions()
    texts = {path: commands_of(path, programs, functions) for path in sources() if not path.startswith("build")}
    texts = {path: found for path, found in texts.items() if found}
    # What only people with more than the tests' packages run is tried where these are installed.
    absent = {option for option in ("--dev", "--bench")
              if any(name not in packages.names for name in listed(option))}
    for option in sorted(absent):
        print(f"skipped: the packages of jobs/setup.sh {option} are not all here")
    faults = [fault for path, found in sorted(texts.items())
              for fault in faults_of(path, found, packages, closures)
              if next(o for o, pattern in SCOPES if re.search(pattern, path)) not in absent]
    every = set().union(*texts.values())
    print(f"{len(every)} programs called in {len(texts)} files: {' '.join(sorted(every))}")
    # It sees what it should see, and a package that is taken off the list.
    assert {"mpirun", "cmake", "ctest", "file", "sbatch", "munged", "apt-get", "ncdump"} <= every, every
    short = packages.closure([name for name in listed("--tests") if name not in ("file", "netcdf-bin")])
    planted = list(faults_of("tests/x.sh", {"file", "grep", "ncdump", "no-such"}, packages,
                             {**closures, "--tests": short}))
    assert len(planted) == 3 and "no-such" in planted[2], planted
    assert not faults, "\n".join(faults)


if __name__ == "__main__":
    main()
