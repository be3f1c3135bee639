#!/usr/bin/env bash
# The walls: which file may include what, and how long files and functions may be. The checks are
# then turned on copies with one planted fault each, so that they are known to be able to fail.
set -euo pipefail
source_root=${SPILLWAY_SOURCE:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
max_file=600
max_function=100

# Floor number of a header as it is written in an #include, of a file by its folder. comm and
# store stand side by side (6); the public headers belong to the floor that implements them.
includes_awk='
  BEGIN {
    floor["base"] = 1; floor["kernel"] = 2; floor["panel"] = 3; floor["measure"] = 4
    floor["plan"] = 5; floor["comm"] = 6; floor["store"] = 6; floor["cli"] = 7
    home["status.h"] = home["version.h"] = "base"; home["weights.h"] = "kernel"
    home["panel.h"] = "panel"; home["measure.h"] = "measure"; home["run.h"] = "plan"
  }
  function fault(text) { print name ":" FNR ": " text }
  FNR == 1 {
    name = substr(FILENAME, length(root) + 2)
    split(name, part, "/")
    mine = part[1] == "include" ? home[part[3]] : part[1] == "src" ? part[2] : ""
    if (part[1] ~ /^(src|include)$/ && !(mine in floor)) fault("belongs to no floor")
  }
  /^[ \t]*#[ \t]*include/ {
    quoted = $0 ~ /include[ \t]*"/
    target = $0
    sub(/^[^<"]*[<"]/, "", target)
    sub(/[>"].*$/, "", target)
    last = target
    sub(/^.*\//, "", last)
    # Tests of a floor may use what the floor uses.
    where = mine != "" ? mine : part[1] == "tests" ? part[2] : ""
    # What tests preload wraps calls of MPI from outside.
    if (last ~ /^(mpi|mpi-ext|mpio|pmix)\.h$/ && where != "comm" && name !~ /^tests\/restart\/preload\//)
      fault("includes " target ", which only src/comm may")
    if (last ~ /^(hdf5(_hl)?|H5[A-Za-z]*)\.h$/ && where != "store")
      fault("includes " target ", which only src/store may")
    if (mine == "" || !quoted) next
    split(target, to, "/")
    other = to[1] == "spillway" ? home[to[2]] : to[1]
    if (!(other in floor))
      fault("includes \"" target "\": write it from src/ or include/, with its floor")
    else if (floor[other] > floor[mine] || (floor[other] == floor[mine] && other != mine))
      fault(mine " includes \"" target "\" of " other ": dependencies run downward only")
  }'

# A function begins at a line in the first column that opens a parameter list, has its "{" before
# any ";" at a line's end, and ends at the next "}" in the first column: what clang-format writes.
lengths_awk='
  function close_file() {
    if (name != "" && lines > max_file) print name ": " lines " lines; " max_file " are allowed"
  }
  FNR == 1 { close_file(); name = substr(FILENAME, length(root) + 2); begin = head = 0 }
  { lines = FNR }
  /^[A-Za-z_].*\(/ { head = FNR; title = $0; sub(/\(.*/, "", title); sub(/.*[ *]/, "", title) }
  head && /;[ \t]*$/ { head = 0 }
  head && /{[ \t]*$/ { begin = head; head = 0 }
  /^}/ {
    if (begin && FNR - begin + 1 > max_function)
      print name ":" begin ": " title " has " FNR - begin + 1 " lines; " max_function " are allowed"
    begin = 0
  }
  END { close_file() }'

# Prints the faults of the tree at $1; fails when there are any.
check() {
  local root=$1 faults sources
  mapfile -t sources < <(find "$root"/{src,include,tests,bench} -name '*.[ch]' 2>/dev/null | sort)
  if [ ${#sources[@]} = 0 ]; then
    echo "no sources under $root"
    return 1
  fi
  faults=$(awk -v root="$root" "$includes_awk" "${sources[@]}"
    awk -v root="$root" -v max_file=$max_file -v max_function=$max_function "$lengths_awk" "${sources[@]}")
  [ -z "$faults" ] || { printf '%s\n' "$faults" && return 1; }
}

if ! check "$source_root"; then
  echo "FAILED: the tree breaks its own walls"
  exit 1
fi

# ---- the checks themselves -------------------------------------------------------------------
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# planted FILE TEXT EXPECTED: a copy with TEXT in FILE must be refused with a line of that file
# that says EXPECTED.
planted() {
  local file=$1 text=$2 expected=$3 said
  rm -rf "$scratch/tree"
  mkdir "$scratch/tree"
  cp -r "$source_root/src" "$source_root/include" "$scratch/tree/"
  mkdir -p "$(dirname "$scratch/tree/$file")"
  printf "$text" >"$scratch/tree/$file"
  if said=$(check "$scratch/tree"); then
    echo "FAILED: planted in $file, not found: $expected"
    exit 1
  fi
  if ! grep -q "^$file.*$expected" <<<"$said"; then
    echo "FAILED: planted in $file: wanted '$expected', got: $said"
    exit 1
  fi
}

repeat() { for ((i = 0; i < $1; i++)); do printf '%s\\n' "$2"; done; }

planted src/plan/planted.c '#include <mpi.h>\n' 'only src/comm'
planted src/measure/pair/planted.c '  #  include "openmpi/mpi.h"\n' 'only src/comm'
planted src/store/planted.c '#include <mpi.h>\n' 'only src/comm'
planted src/comm/planted.c '#include <hdf5.h>\n' 'only src/store'
planted src/cli/planted.c '#include <H5DSpublic.h>\n' 'only src/store'
planted include/spillway/panel.h '#include <hdf5_hl.h>\n' 'only src/store'
planted bench/planted.c '#include <mpi.h>\n' 'only src/comm'
planted src/base/planted.h '#include "kernel/arc.h"\n' 'downward only'
planted src/kernel/planted.c '#include "spillway/panel.h"\n' 'downward only'
planted src/plan/planted.c '#include "store/results.h"\n' 'downward only'
planted src/comm/planted.c '#include "store/results.h"\n' 'downward only'
planted src/store/planted.c '#include "comm/comm.h"\n' 'downward only'
planted src/plan/planted.c '#include "planted.h"\n' 'write it from src/'
planted src/attic/planted.c 'int planted;\n' 'belongs to no floor'
planted src/base/planted.c "$(repeat 601 'extern int x;')" '601 lines; 600'
planted src/base/planted.c "int planted(\n    int a) {\n$(repeat 98 '  a++;')}\n" 'planted has 101 lines'

# And what is allowed must pass: a function of just 100 lines, downward includes.
mkdir -p "$scratch/good/src/store" "$scratch/good/src/comm"
printf "#include <hdf5.h>\n#include \"plan/sink.h\"\n#include \"spillway/measure.h\"\n" >"$scratch/good/src/store/a.c"
printf "#include <mpi.h>\nint planted(\n    int a) {\n$(repeat 97 '  a++;')}\n" >"$scratch/good/src/comm/a.c"
if ! check "$scratch/good"; then
  echo "FAILED: what is allowed was refused"
  exit 1
fi
echo "the walls stand; 16 planted faults were found"
