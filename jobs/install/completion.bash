# bash completion of spillway: verbs, options, study and results files, measures.
_spillway() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]}
  local options=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "run check measures synth info verify diff weights report table export --help --version" -- "$word")
    return
  fi
  case $before in
    --log-level) mapfile -t COMPREPLY < <(compgen -W "error warn info debug" -- "$word"); return ;;
    --reuse | --since | --against) mapfile -t COMPREPLY < <(compgen -f -X '!*.h5' -- "$word"); return ;;
    --study) mapfile -t COMPREPLY < <(compgen -f -X '!*.y*ml' -- "$word"); return ;;
    --language) mapfile -t COMPREPLY < <(compgen -W "en zh" -- "$word"); return ;;
    --all) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    -o | --output | --polygons) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --threads | --tiles | --seed | --rtol | --atol | --most | --units | --periods | --indicators | --missing | \
      --results | --key | --where | --by | --top | --digits)
      return ;;
  esac
  case $verb in
    run) options="--output --force --restart --reuse --threads --quiet --log-level --help" ;;
    check) options="--since --threads --quiet --log-level --help" ;;
    measures) options="--help" ;;
    synth) options="--output --units --periods --indicators --seed --missing --network --flows --force --help" ;;
    info) options="--help" ;;
    verify) options="--study --tiles --seed --quiet --help" ;;
    diff) options="--rtol --atol --most --values --quiet --help" ;;
    weights) options="--output --force --threads --quiet --log-level --help" ;;
    report) options="--output --against --results --polygons --key --small --language --force --help" ;;
    table) options="--by --periods --units --top --names --digits --output --force --help" ;;
    export) options="--output --periods --where --wide --polygons --key --all --force --help" ;;
  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    return
  fi
  case $verb in
    run | check | weights) mapfile -t COMPREPLY < <(compgen -f -X '!*.y*ml' -- "$word"; compgen -d -S / -- "$word") ;;
    info | verify | diff | report | table | export) mapfile -t COMPREPLY < <(compgen -f -X '!*.h5' -- "$word"; compgen -d -S / -- "$word") ;;
    measures) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" measures 2> /dev/null | awk '$1 ~ /^[a-z_]+$/ { print $1 }')" -- "$word") ;;
  esac
}
complete -o filenames -F _spillway spillway
