#compdef kubectl-supplychain
# zsh completion for kubectl-supplychain
_kubectl-supplychain() {
  local answer directive line choice
  local -a answers choices ending
  answer=$("${(Q)words[1]/#\~/$HOME}" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null) || return 1
  answers=("${(@f)answer}")
  directive=${answers[-1]#:}
  for line in "${(@)answers[1,-2]}"; do
    choice=${${line%%$'\t'*}//:/\\:}
    [[ $line == *$'\t'* ]] && choice+=:${line#*$'\t'}
    choices+=("$choice")
  done
  ((directive & 2)) && ending=(-S '')
  if ((directive & 16)); then
    compset -P '--*='
    _files -/
  elif (($#choices)); then
    _describe 'kubectl-supplychain' choices "${(@)ending}"
  elif ((directive == 0)); then
    compset -P '*='
    _files
  fi
}
# Loaded from $fpath the file is the function itself; sourced, it is to be registered.
if [[ $funcstack[1] == _kubectl-supplychain ]]; then
  _kubectl-supplychain "$@"
else
  compdef _kubectl-supplychain kubectl-supplychain
fi
