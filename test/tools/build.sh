#!/usr/bin/env bash
# build.sh [TOOL...]: builds pinned Go tools (default: all of this folder) and prints the folder that holds them.
# TOOL is the name of a folder here, or the path of one elsewhere: each tool has a module of its own, so that their
# dependencies never meet. It is built once per go.mod + go.sum and kept outside the tree, in
# ${XDG_CACHE_HOME:-~/.cache}/kubectl-supplychain/tools.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-supplychain/tools
bin=$cache/bin
mkdir -p "$bin" "$cache/stamp"
export GOFLAGS="-mod=readonly -buildvcs=false" GOTOOLCHAIN=local GOWORK=off

[ $# -gt 0 ] || set -- $(cd "$here" && ls -d */ | tr -d /)
for tool in "$@"; do
  case $tool in */*) module=$tool ;; *) module=$here/$tool ;; esac
  tool=${module##*/}
  stamp=$tool-$(cat "$module/go.mod" "$module/go.sum" | sha256sum | cut -c1-16)
  [ -e "$cache/stamp/$stamp" ] && continue
  started=$SECONDS
  package=$(sed -n 's/^tool //p' "$module/go.mod")
  # rekor-tiles' main package is called `posix`; everything else is named as its package.
  case $tool in rekor-tiles) name=rekor-server ;; *) name=${package##*/} ;; esac
  (cd "$module" && go build -trimpath -ldflags "-s -w" -o "$bin/.$name.$$" "$package")
  mv "$bin/.$name.$$" "$bin/$name"
  touch "$cache/stamp/$stamp"
  echo "built $name in $((SECONDS - started)) s" >&2
done
echo "$bin"
