#!/bin/bash
# large_folders_are_listed.sh: a folder with 100,000 files is listed page by page, whole and in order, and the server's
# memory does not grow with its revisions; a smaller one is also while others come and go in it.
. "$(dirname "$0")/harness.sh"

needs python3 python3
needs jq jq
mkdir -p $work/root/large $work/root/busy
start onc-filed '^onc-filed: serving FILES v1 at ' \
  $bin/onc-filed --root $work/root --listen local:///run/files.sock --register no --foreground
listed() {
  within 100 $bin/onc-file ls "$1" --json --server local:///run/files.sock | jq -r .path >$work/listed ||
    fail "$1 is not listed"
}
make() { # make FOLDER COUNT: files with names of 200 bytes
  python3 - $work/root/"$1" "$2" <<'PY'
import os, sys
folder = os.open(sys.argv[1], os.O_RDONLY)
for number in range(int(sys.argv[2])):
    os.close(os.open(f"{number * 7919 % 1000003:07}{'x' * 193}", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
PY
}
there() { (cd $work/root && find "$1" -type f | LC_ALL=C sort); }

make busy 10000
there busy >$work/expected
while :; do : >$work/root/busy/come-and-go && rm -f $work/root/busy/come-and-go; done &
busy=$!
listed busy
kill $busy
grep -vx busy/come-and-go $work/listed | cmp $work/expected - || fail "a busy folder is not listed as it is"
echo "ok: 10,000 files are listed while others come and go"

make large 100000
there large >$work/expected
listed large
[ "$(wc -l <$work/listed)" = 100000 ] || fail "$(wc -l <$work/listed) files are listed"
cmp $work/expected $work/listed || fail "a large folder is not listed as it is"
echo "ok: 100,000 files are listed"

resident() { awk '/^VmRSS/ { print $2 }' /proc/"${pids[onc-filed]}"/status; } # KiB
before=$(resident)
for revision in 1 2 3 4; do
  touch $work/root/large/$revision
  listed large
done
there large | cmp - $work/listed || fail "a large folder is not listed as it is by now"
grown=$(($(resident) - before))
# Each revision takes 25 MB; what sanitizers keep of what is freed is theirs.
[ -n "${ONC_SANITIZE:-}" ] || [ $grown -lt 80000 ] || fail "4 revisions took $grown KiB"
echo "ok: 4 revisions took $grown KiB"
stop onc-filed
