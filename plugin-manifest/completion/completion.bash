# bash completion for kubectl-supplychain
#
# Bash breaks words at : and = and replaces the last piece alone. So pieces are put together before they are sent, and what stands
# before the last one is taken off each choice. Words are sent as they were typed: nothing in them is run.
__kubectl_supplychain() {
  local line=${COMP_LINE:0:COMP_POINT} words=() piece i
  for ((i = 0; i <= COMP_CWORD; i++)); do
    piece=${COMP_WORDS[i]}
    if ((i > 0)) && [[ $line != [[:space:]]* ]]; then
      words[${#words[@]} - 1]+=$piece
    else
      words+=("$piece")
    fi
    line=${line#"${line%%[![:space:]]*}"}
    line=${line#"$piece"}
  done
  [[ $piece == [:=] ]] && piece=
  local before=${words[${#words[@]} - 1]%"$piece"} program=${words[0]/#\~/$HOME} answer choice
  COMPREPLY=()
  answer=$("$program" __complete "${words[@]:1}" 2>/dev/null) || return 0
  local directive=${answer##*:}
  if ((directive & 16)); then
    compopt -o filenames 2>/dev/null
    while IFS= read -r choice; do COMPREPLY+=("$choice"); done < <(compgen -d -- "$piece")
    return 0
  fi
  while IFS=$'\t' read -r choice _; do
    COMPREPLY+=("${choice#"$before"}")
  done < <(printf %s "${answer%:*}")
  ((directive & 2)) && compopt -o nospace 2>/dev/null
  ((directive & 4)) && compopt +o default 2>/dev/null
  return 0
}
complete -o default -F __kubectl_supplychain kubectl-supplychain
