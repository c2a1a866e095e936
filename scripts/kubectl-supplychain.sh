#!/bin/sh
# Runs the bundled program with the Node that npm has installed beside it, from any directory and through symbolic links.
self=$0
while [ -L "$self" ]; do
  target=$(readlink "$self")
  case $target in /*) self=$target ;; *) self=$(dirname "$self")/$target ;; esac
done
here=$(cd "$(dirname "$self")" && pwd -P)
node=$here/../node_modules/.bin/node
[ -x "$node" ] || node=node
exec "$node" "$here/main.mjs" "$@"
