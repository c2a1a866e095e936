#!/usr/bin/env bash
# build.sh [TOOL...]: builds pinned Go tools (default: all of this folder) and prints the folder that holds them.
# TOOL is the name of a folder here, or the path of one elsewhere: each tool has a module of its own, so that their
# dependencies never meet, and one module may have several programs. It is built again only when its go.mod or go.sum has changed,
# and kept outside the tree, in ${XDG_CACHE_HOME:-~/.cache}/kubectl-supplychain/tools.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-supplychain/tools
bin=$cache/bin
mkdir -p "$bin" "$cache/stamp"
export GOFLAGS="-mod=readonly -buildvcs=false" GOTOOLCHAIN=local GOWORK=off

# The name of a program: that of its package, unless the package is called otherwise.
program() {
  case $1 in
  */rekor-server/posix) echo rekor-server ;;
  go.etcd.io/etcd/server/*) echo etcd ;;
  github.com/argoproj/argo-cd/*/cmd) echo argocd ;;
  *) echo "${1##*/}" ;;
  esac
}

# What a program says its version is, where it cannot know it: Kubernetes compares those of its parts.
stamped() {
  local version minor
  case $1 in
  kubernetes)
    version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
    minor=${version#*.}
    printf -- '-X k8s.io/component-base/version.%s ' "gitVersion=$version" gitMajor=1 "gitMinor=${minor%%.*}"
    ;;
  argocd)
    version=$(go list -m -f '{{.Version}}' github.com/argoproj/argo-cd/v3)
    printf -- '-X github.com/argoproj/argo-cd/v3/common.version=%s' "${version#v}"
    ;;
  syft)
    version=$(go list -m -f '{{.Version}}' github.com/anchore/syft)
    printf -- '-X main.version=%s' "${version#v}"
    ;;
  trivy)
    version=$(go list -m -f '{{.Version}}' github.com/aquasecurity/trivy)
    printf -- '-X github.com/aquasecurity/trivy/pkg/version/app.ver=%s' "${version#v}"
    ;;
  esac
}

[ $# -gt 0 ] || set -- $(cd "$here" && ls -d */ | tr -d /)
for tool in "$@"; do
  case $tool in */*) module=$tool ;; *) module=$here/$tool ;; esac
  tool=${module##*/}
  stamp=$(cat "$module/go.mod" "$module/go.sum" | sha256sum | cut -c1-16)
  [ "$(cat "$cache/stamp/$tool" 2>/dev/null)" = "$stamp" ] && continue
  started=$SECONDS
  (
    cd "$module"
    # A module that needs a newer Go than the one here names it, and it comes through the module proxy.
    if grep -q '^toolchain ' go.mod; then export GOTOOLCHAIN=auto; fi
    if [ "$tool" = trivy ]; then export GOEXPERIMENT=jsonv2; fi
    for package in $(go list tool); do
      name=$(program "$package")
      go build -trimpath -ldflags "-s -w $(stamped "$tool")" -o "$bin/.$name.$$" "$package"
      mv "$bin/.$name.$$" "$bin/$name"
    done
  )
  echo "$stamp" >"$cache/stamp/$tool"
  echo "built $tool in $((SECONDS - started)) s" >&2
done
echo "$bin"
