#!/usr/bin/env bash
# The two commands of README.md on a bare Debian 12, as a stranger gives them: nothing is installed,
# there is no ../shared, no cgroup file system, and another process holds apt's lock at first.
#
#   tests/bare.sh [FOLDER]     makes it in a new folder under FOLDER (default: $TMPDIR, else /tmp),
#                              which takes 5 GB and 10 to 20 minutes; the folder is removed at the end
#
# Run it before each release. It needs root, debootstrap (jobs/setup.sh --dev) and what was committed:
# the commit under test is HEAD. The mirror is that of this machine's apt. All it mounts and starts
# lives in namespaces of its own and ends with them, however the script ends.
# Exit status: 0 both commands passed; 2 it cannot be tried here; 1 a command failed.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly source
readonly release=bookworm lock_seconds=20

say() { printf 'bare: %s\n' "$*"; }
refuse() {
  say "$*" >&2
  exit 2
}

# ---- from outside: a folder, and namespaces ---------------------------------------------------

outside() {
  local folder status=0
  [ "$(id -u)" = 0 ] || refuse "making and entering a bare system needs root"
  command -v debootstrap >/dev/null || refuse "debootstrap is missing; jobs/setup.sh --dev installs it"
  git -C "$source" diff --quiet HEAD || say "note: what is not committed is not tried"
  folder=$(mktemp -d -p "${1:-${TMPDIR:-/tmp}}" bare-XXXXXX)
  unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
    "${BASH_SOURCE[0]}" --inside "$folder" || status=$?
  rm -rf --one-file-system "$folder"
  exit "$status"
}

# ---- inside: the system ---------------------------------------------------------------------

# URI SUITE, a line each, of the Debian archives that this machine's apt knows for the release.
archives() {
  # shellcheck disable=SC2016 # apt's own variables
  apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' 'Origin: Debian' |
    grep -E " $release(-updates|-security)?\$" | sort -u
}

make_system() {
  local root=$1 mirror
  mirror=$(archives | sed -n "s/ $release\$//p" | head -1)
  [ -n "$mirror" ] || refuse "this machine's apt knows no Debian $release (apt-get update may help)"
  debootstrap --variant=minbase "$release" "$root" "$mirror" >"$root.log" 2>&1 || {
    tail -20 "$root.log" >&2
    refuse "debootstrap failed"
  }
  archives | sed -e 's/^/deb /' -e 's/$/ main/' >"$root/etc/apt/sources.list"
  # A proxy of this machine's apt, where there is one, is part of its mirror.
  apt-config dump | grep -E '^Acquire::(http|https)::Proxy' >"$root/etc/apt/apt.conf.d/90mirror" || true
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys" # bare: no cgroups below it
  mount --rbind /dev "$root/dev"
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
}

# ---- a stranger -----------------------------------------------------------------------------

# As a login shell would: nothing of this machine's environment.
as_stranger() {
  local root=$1
  shift
  chroot "$root" /usr/bin/env -i HOME=/root TERM=dumb LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    bash -c "cd /root/spillway && $*" </dev/null
}

# Takes the lock of apt's lists, as another apt-get does, and keeps it for a while.
hold_apt() {
  local held
  read -r held < <(python3 -c 'import fcntl, os, sys, time
file = open(sys.argv[1], "a")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
os.close(1)
time.sleep(float(sys.argv[2]))' "$1/var/lib/apt/lists/lock" "$lock_seconds")
  [ "$held" = held ]
}

inside() {
  local folder=$1 root=$1/root commands command began status=0
  mapfile -t commands < <(sed -n 's/^    \(\.\/[a-z]*\/[a-z]*\.sh\)  *sets everything up.*/\1/p' "$source/README.md")
  [ ${#commands[@]} -eq 2 ] || refuse "README.md does not show its two commands as it did"
  mkdir "$root"
  began=$SECONDS
  make_system "$root"
  git clone -q "file://$source" "$root/root/spillway"
  say "a bare $(cat "$root/etc/debian_version") is made: $((SECONDS - began)) s"
  hold_apt "$root"
  for command in "${commands[@]}"; do
    began=$SECONDS
    as_stranger "$root" "$command" >"$folder/log" 2>&1 || status=$?
    if [ $status -ne 0 ]; then
      tail -200 "$folder/log"
      say "$command: exit status $status after $((SECONDS - began)) s"
      return 1
    fi
    grep -E '^SKIPPED|^[0-9]+ skipped|tests passed|^ranks:' "$folder/log" || true
    say "$command: passed in $((SECONDS - began)) s"
    if [ "$command" = "${commands[0]}" ] && ! grep -q "another process holds apt's lock" "$folder/log"; then
      tail -20 "$folder/log"
      say "$command did not say that it waits for apt's lock"
      return 1
    fi
  done
}

if [ "${1:-}" = --inside ]; then
  inside "$2"
else
  outside "$@"
fi
