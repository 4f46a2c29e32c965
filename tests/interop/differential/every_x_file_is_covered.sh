#!/bin/bash
# every_x_file_is_covered.sh FILE.x...: these, the files of the differential test, are all of Debian's that rpcgen takes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

covered=$(printf '%s\n' "$@" | sort)
taken=$(
  for path in /usr/include/rpcsvc/*.x /usr/include/tirpc/*/*.x; do
    cp "${path%/*}"/*.x . # rpcgen finds what a file includes only beside it
    file=${path##*/}
    # nis.x: in a #define that % lines continue with \, Debian's rpcgen takes the second line for a definition.
    if rpcgen -C -h "$file" >/dev/null 2>"$file.log" && rpcgen -C -c "$file" >/dev/null 2>>"$file.log"; then
      echo "$path"
    else
      echo "rpcgen does not take $path: $(grep -v '^[ ^]' "$file.log" | head -n 1)" >&2
    fi
  done | sort
)
[ -n "$taken" ] || { echo "rpcgen takes nothing at all" >&2; exit 1; }
if [ "$covered" != "$taken" ]; then
  diff <(echo "$covered") <(echo "$taken") >&2 || true
  echo "FAILED: < is tested but not taken by rpcgen, > is taken but not tested" >&2
  exit 1
fi
echo "$(echo "$taken" | wc -l) files are taken by rpcgen, and tested"
