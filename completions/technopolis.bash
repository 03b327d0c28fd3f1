# bash completion for technopolis(1)

_technopolis_files() {
    local extension=$1 current=$2
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -d -- "$current"; compgen -f -X "!*.$extension" -- "$current")
}

# The site ids of a result, where sqlite3 is there to ask.
_technopolis_sites() {
    local file=$1 current=$2
    [ -f "$file" ] && command -v sqlite3 >/dev/null || return 0
    mapfile -t COMPREPLY < <(compgen -W "$(sqlite3 -readonly "$file" 'SELECT site_id FROM sites LIMIT 5000' 2>/dev/null)" -- "$current")
}

_technopolis() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]-}
    local options= i
    local operands=()
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "run validate explain site report list --version --help" -- "$current")
        return
    fi
    case $previous in
    --output | -o)
        if [ "$command" = report ]; then _technopolis_files html "$current"; else _technopolis_files gpkg "$current"; fi
        return
        ;;
    --profile | -p)
        local names
        names=$("${COMP_WORDS[0]}" list profiles 2>/dev/null | sed -n 's/^\([^ :]*\):.*/\1/p')
        mapfile -t COMPREPLY < <(compgen -W "$names all" -- "$current")
        return
        ;;
    --set | -s | --threads | -t | --lon | --lat | --name) return ;;
    esac
    case $command in
    run) options="--output --set --threads --quiet --json --help" ;;
    validate) options="--set --json --help" ;;
    explain) options="--profile --json --help" ;;
    site) options="--lon --lat --name --set --threads --json --help" ;;
    report) options="--output --help" ;;
    list) options="--json --help" ;;
    esac
    if [ "${current#-}" != "$current" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
        return
    fi
    for ((i = 2; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --output | -o | --profile | -p | --set | -s | --threads | -t | --lon | --lat | --name) i=$((i + 1)) ;;
        -*) ;;
        *) operands+=("${COMP_WORDS[i]}") ;;
        esac
    done
    case $command in
    run | validate | site) _technopolis_files yaml "$current" ;;
    report) _technopolis_files gpkg "$current" ;;
    list) mapfile -t COMPREPLY < <(compgen -W "stages criteria profiles products" -- "$current") ;;
    explain)
        if [ ${#operands[@]} -eq 0 ]; then _technopolis_files gpkg "$current"; else _technopolis_sites "${operands[0]}" "$current"; fi
        ;;
    esac
}
complete -F _technopolis technopolis
