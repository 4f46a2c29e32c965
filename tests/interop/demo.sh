#!/bin/bash
# demo.sh: the demo, as anybody and as root, shows what it promises and leaves nothing behind.
. "$(dirname "$0")/harness.sh"

needs rpcbind rpcinfo
mount -t tmpfs -o mode=755 tmpfs /mnt # where anybody may look, and a /run of the demo's own hides nothing
mkdir /mnt/bin /mnt/source
mount --bind "$ONC_BIN" /mnt/bin
mount --bind "$ONC_SOURCE" /mnt/source
mount -t tmpfs -o mode=1777 tmpfs /tmp
shown() {
  expect "$who sees $1" "$2" "$(grep -E -m 1 "$2" $work/demo.log || tail -n 5 $work/demo.log)"
}
for who in nobody root; do
  user=()
  [ $who = root ] || user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
  within 60 "${user[@]}" bash /mnt/source/demo/run /mnt/bin >$work/demo.log 2>&1 </dev/null || fail "the demo failed for $who"
  shown "idlc at work" '\$ idlc time\.x'
  shown "the generated class" 'class Client'
  shown "a portmapper" 'portmapper: serving at'
  shown "a server" 'onc-timed: serving TIME v1, TIME v2 at .*, registered with the portmapper'
  shown "the time set and read" '^ +1988-04-01 12:00:0[0-9] UTC$'
  shown "clocks apart" '127[.0-9:]+ [-+]0\.[0-9]{6} .*127[.0-9:]+ \+1\.[0-9]{6} .*127[.0-9:]+ -0\.[0-9]{6}$'
  shown "clocks together" '127[.0-9:]+ \+0\.3[0-9]{5} .*127[.0-9:]+ \+0\.3[0-9]{5} .*127[.0-9:]+ \+0\.3[0-9]{5}$'
  shown "the file that went up" '^ +-0[0-7]{3} +100663296 .* instrument\.data$'
  sums=$(sed -nE 's/^ +([0-9a-f]{64})  (instrument|back)\.data$/\1/p' $work/demo.log)
  expect "$who sees the sum of what went up and came back" '^2 1$' "$(wc -l <<<"$sums") $(sort -u <<<"$sums" | wc -l)"
  shown "nodes that have a coordinator" '^ +3 1$'
  shown "another, in a later term" '^ +coordinator [12] in term [0-9]+, since'
  held=$(sed -nE 's/^ +process [1-4] (has token|is done).*/\1/p' $work/demo.log | tr '\n' ' ')
  expect "$who sees one process after the other" '^(has token is done ){4}$' "$held"
  shown "the registry" '536870913 tcp +127[.0-9]+ +1'
  if grep -q $'\e' $work/demo.log; then fail "colours where there is no terminal"; fi
  [ -z "$(ls -A /tmp)" ] || fail "left behind: $(ls -A /tmp)"
done
shown "rpcinfo content over TCP" 'rpcinfo -t 127'
[ "$(grep -c '^ *program 536870913 version 1 ready and waiting' $work/demo.log)" = 2 ] || fail "rpcinfo is not content"
