# fish completion for kubectl-supplychain
function __kubectl_supplychain_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l current (commandline -ct)
    set -l answers ($program __complete $words "$current" 2>/dev/null)
    or return
    set -l directive (string replace : '' -- $answers[-1])
    set -e answers[-1]
    if test (math "bitand($directive, 16)") -ne 0
        __fish_complete_directories (string replace -r '^--[^=]+=' '' -- $current) ''
    else if test (count $answers) -eq 0 -a "$directive" -eq 0
        __fish_complete_path (string replace -r '^[^=]+=' '' -- $current)
    else if test (count $answers) -gt 0
        printf '%s\n' $answers
    end
end
complete -c kubectl-supplychain -f -a '(__kubectl_supplychain_complete)'
