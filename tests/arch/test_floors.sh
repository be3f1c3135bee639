#!/usr/bin/env bash
# The walls: which file may include what, across floors and across the rooms of a floor, how long
# files and functions may be, and how many files lie in a folder. The checks are then turned on copies with one planted fault each, so that they are known to be able to fail.
set -euo pipefail
source_root=${SPILLWAY_SOURCE:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
max_file=600
max_function=100
max_folder=25

# Floor number of a header as it is written in an #include, of a file by its folder. comm and
# store stand side by side (6); the public headers belong to the floor that implements them.
# Within a floor, the place of each room in its order, as src/README.md has it; "plan/" would be the
# files of the floor outside its rooms. A room includes from itself and from rooms of a lower place.
includes_awk='
  BEGIN {
    floor["base"] = 1; floor["kernel"] = 2; floor["panel"] = 3; floor["measure"] = 4
    floor["plan"] = 5; floor["comm"] = 6; floor["store"] = 6; floor["cli"] = 7
    home["status.h"] = home["version.h"] = home["arena.h"] = "base"
    home["node.h"] = home["rng.h"] = "base"; home["weights.h"] = home["fold.h"] = "kernel"
    home["panel.h"] = "panel"; home["measure.h"] = home["job.h"] = home["resource.h"] = home["resample.h"] = "measure"; home["program.h"] = "cli"
    rooms("base/ panel/ comm/")
    rooms("kernel/ | kernel/series kernel/linear kernel/frontier | kernel/classes kernel/space kernel/graph kernel/rings kernel/resample | kernel/pairs kernel/weights kernel/local kernel/autocorrelation kernel/sparse kernel/roads | kernel/topology kernel/map kernel/spatial kernel/causality kernel/comovement kernel/flows kernel/rows | kernel/effects")
    rooms("measure/ | measure/share | measure/space measure/transform measure/calibrate measure/resample | measure/composite measure/unit measure/pair measure/global measure/model measure/local measure/spatial")
    rooms("plan/study | plan/ports | plan/walk | plan/task | plan/descriptor | plan/pairs | plan/sums | plan/run")
    rooms("store/text | store/h5 store/foreign | store/netcdf store/units store/crosswalk store/polygons | store/panel store/layout | store/page store/root | store/results | store/links store/diff | store/roads")
    rooms("cli/session | cli/synth cli/markup cli/map | cli/report cli/export | cli/front cli/table | cli/verbs | cli/")
  }
  function rooms(list,  word, n, i, at) { # "|": one place higher
    n = split(list, word, " ")
    at = 1
    for (i = 1; i <= n; i++)
      if (word[i] == "|") at++
      else place[word[i]] = at
  }
  function room_of(path,  part, n) { # path from src/
    n = split(path, part, "/")
    return n == 2 ? part[1] "/" : n == 3 ? part[1] "/" part[2] : path
  }
  function fault(text) { print name ":" FNR ": " text }
  FNR == 1 {
    name = substr(FILENAME, length(root) + 2)
    split(name, part, "/")
    mine = part[1] == "include" ? home[part[3]] : part[1] == "src" ? part[2] : ""
    if (part[1] ~ /^(src|include)$/ && !(mine in floor)) fault("belongs to no floor")
    room = part[1] == "src" && mine in floor ? room_of(substr(name, 5)) : ""
    if (room != "" && !(room in place)) fault("belongs to no room of " mine)
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
    # Not thread-safe: one file calls it.
    if ((last ~ /^igraph/ && last != "igraph.h" || target == "igraph.h" || target ~ /^igraph\//) &&
        name != "src/kernel/graph/igraph.c")
      fault("includes " target ", which only src/kernel/graph/igraph.c may")
    # It ends the program on errors: one file calls it.
    if (last == "glpk.h" && target == last && name != "src/kernel/frontier/glpk.c")
      fault("includes " target ", which only src/kernel/frontier/glpk.c may")
    # Its supernodal arithmetic calls a BLAS, whose bits differ by machine: one file calls it.
    if ((last ~ /^(cholmod|SuiteSparse)[A-Za-z_]*\.h$/ || target ~ /^suitesparse\//) &&
        name != "src/kernel/sparse/cholmod.c")
      fault("includes " target ", which only src/kernel/sparse/cholmod.c may")
    # It writes files by itself: one file calls it.
    if ((last ~ /^xlsxwriter/ || target ~ /^xlsxwriter\//) && name != "src/cli/table/xlsx.c")
      fault("includes " target ", which only src/cli/table/xlsx.c may")
    if (last == "readstat.h" && name != "src/store/foreign/library.h")
      fault("includes " target ", which only src/store/foreign/library.h may")
    if (last ~ /^(gdal|ogr_|cpl_|geos_c)[A-Za-z_]*\.h$/ && name !~ /^(src|tests)\/store\/polygons/)
      fault("includes " target ", which only src/store/polygons may")
    if (mine == "" || !quoted) next
    split(target, to, "/")
    other = to[1] == "spillway" ? home[to[2]] : to[1]
    if (!(other in floor))
      fault("includes \"" target "\": write it from src/ or include/, with its floor")
    else if (mine == "measure" && to[1] == "base")
      fault("a measure includes \"" target "\": it takes public headers and kernels alone")
    else if (floor[other] > floor[mine] || (floor[other] == floor[mine] && other != mine))
      fault(mine " includes \"" target "\" of " other ": dependencies run downward only")
    else if (room in place && to[1] == mine) {
      its = room_of(target)
      if (place[its] > place[room] || (place[its] == place[room] && its != room))
        fault(room " includes \"" target "\": the rooms of " mine " depend the other way")
    }
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

# Folders of src with more files than are allowed.
crowded() {
  (cd "$1" && find src -type f -printf '%h\n') | sort | uniq -c |
    awk -v most=$max_folder '$1 > most { print $2 ": " $1 " files; " most " are allowed" }'
}

# Prints the faults of the tree at $1; fails when there are any.
check() {
  local root=$1 faults sources
  mapfile -t sources < <(find "$root"/{src,include,tests,bench} -name '*.[ch]' 2>/dev/null | sort)
  if [ ${#sources[@]} = 0 ]; then
    echo "no sources under $root"
    return 1
  fi
  faults=$(awk -v root="$root" "$includes_awk" "${sources[@]}"
    awk -v root="$root" -v max_file=$max_file -v max_function=$max_function "$lengths_awk" "${sources[@]}"
    crowded "$root")
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
  found=$((found + 1))
}
found=0

repeat() { for ((i = 0; i < $1; i++)); do printf '%s\\n' "$2"; done; }

planted src/plan/walk/planted.c '#include <mpi.h>\n' 'only src/comm'
planted src/measure/pair/planted.c '  #  include "openmpi/mpi.h"\n' 'only src/comm'
planted src/store/text/planted.c '#include <mpi.h>\n' 'only src/comm'
planted src/comm/planted.c '#include <hdf5.h>\n' 'only src/store'
planted src/cli/verbs/planted.c '#include <H5DSpublic.h>\n' 'only src/store'
planted include/spillway/panel.h '#include <hdf5_hl.h>\n' 'only src/store'
planted bench/planted.c '#include <mpi.h>\n' 'only src/comm'
planted src/measure/global/planted.c '#include <igraph.h>\n' 'only src/kernel/graph/igraph.c'
planted src/measure/unit/planted.c '#include <glpk.h>\n' 'only src/kernel/frontier/glpk.c'
planted src/cli/export/planted.c '#include <readstat.h>\n' 'only src/store/foreign/library.h'
planted src/cli/table/planted.c '#include <xlsxwriter.h>\n' 'only src/cli/table/xlsx.c'
planted src/kernel/graph/planted.c '#include "igraph/igraph_community.h"\n' 'only src/kernel/graph'
planted src/store/links/planted.c '#include <ogr_api.h>\n' 'only src/store/polygons'
planted src/kernel/spatial/planted.c '#include <suitesparse/cholmod.h>\n' 'only src/kernel/sparse/cholmod.c'
planted src/base/planted.h '#include "kernel/space/arc.h"\n' 'downward only'
planted src/kernel/space/planted.c '#include "spillway/panel.h"\n' 'downward only'
planted src/plan/walk/planted.c '#include "store/results/results.h"\n' 'downward only'
planted src/comm/planted.c '#include "store/results/results.h"\n' 'downward only'
planted src/store/text/planted.c '#include "comm/comm.h"\n' 'downward only'
planted src/plan/walk/planted.c '#include "planted.h"\n' 'write it from src/'
planted src/attic/planted.c 'int planted;\n' 'belongs to no floor'
planted src/plan/planted.c 'int planted;\n' 'belongs to no room of plan'
planted src/store/attic/planted.c 'int planted;\n' 'belongs to no room of store'
planted src/plan/study/planted.c '#include "plan/ports/team.h"\n' 'rooms of plan depend the other way'
planted src/plan/pairs/planted.h '#include "plan/run/engine.h"\n' 'rooms of plan depend the other way'
planted src/store/text/planted.c '#include "store/panel/rows.h"\n' 'rooms of store depend'
planted src/store/netcdf/planted.c '#include "store/panel/rows.h"\n' 'rooms of store depend'
planted src/store/panel/planted.c '#include "store/results/results.h"\n' 'rooms of store depend'
planted src/kernel/series/planted.h '#include "kernel/pairs/lanes.h"\n' 'rooms of kernel depend'
planted src/kernel/sparse/planted.c '#include "kernel/spatial/filter.h"\n' 'rooms of kernel depend'
planted src/kernel/hot.h '#include "kernel/series/stats.h"\n' 'rooms of kernel depend'
planted src/measure/pair/planted.c '#include "measure/composite/spec.h"\n' 'rooms of measure depend'
planted src/measure/model/planted.c '#include "measure/global/planted.h"\n' 'rooms of measure depend'
planted src/measure/unit/planted.c '#include "base/node.h"\n' 'public headers and kernels alone'
planted src/cli/session/planted.c '#include "cli/verbs/commands.h"\n' 'rooms of cli depend'
planted src/base/planted.c "$(repeat 601 'extern int x;')" '601 lines; 600'
planted src/base/planted.c "int planted(\n    int a) {\n$(repeat 98 '  a++;')}\n" 'planted has 101 lines'

# One file too many in a folder that is full.
rm -rf "$scratch/tree"
mkdir -p "$scratch/tree/src/store/h5"
for ((i = 0; i <= max_folder; i++)); do echo "extern int planted;" >"$scratch/tree/src/store/h5/$i.c"; done
if said=$(check "$scratch/tree") || [ "$said" != "src/store/h5: 26 files; 25 are allowed" ]; then
  echo "FAILED: 26 files in a folder: $said"
  exit 1
fi
rm "$scratch/tree/src/store/h5/0.c"
if ! check "$scratch/tree"; then
  echo "FAILED: 25 files in a folder were refused"
  exit 1
fi

# And what is allowed must pass: a function of just 100 lines, downward includes.
mkdir -p "$scratch/good/src/store/panel" "$scratch/good/src/comm"
printf "#include <hdf5.h>\n#include \"plan/ports/sink.h\"\n#include \"store/h5/h5.h\"\n#include \"spillway/measure.h\"\n" >"$scratch/good/src/store/panel/a.c"
printf "#include <mpi.h>\nint planted(\n    int a) {\n$(repeat 97 '  a++;')}\n" >"$scratch/good/src/comm/a.c"
if ! check "$scratch/good"; then
  echo "FAILED: what is allowed was refused"
  exit 1
fi
echo "the walls stand; $((found + 1)) planted faults were found"
