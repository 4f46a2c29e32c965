#!/bin/bash
# elections_on_zookeeper.sh: three nodes that let a real ZooKeeper server decide. They die, hang, come back and resign,
# and the server itself hangs and is killed. All the while a command runs wherever a node leads, and what these wrote
# tells whether ever two led at once.
. "$(dirname "$0")/harness.sh"
needs python3 python3
start_zookeeper
start_registry portmapper

# Each knows only itself.
start_node() {
  local id=$1
  shift
  start node-$id "^onc-electiond: serving ELECTION v1 at tcp://$address:741$id" $bin/onc-electiond --foreground \
    --backend zookeeper --ensemble tcp://127.0.0.1:2181 --group test --lease 2 --id $id \
    --node $id=tcp://$address:741$id "$@"
}
ask() { within 20 $bin/onc-election "$1" --server tcp://$address:741"$2" --timeout 2 "${@:3}"; }
leader_by() { ask leader "$1" 2>/dev/null | cut -d' ' -f1; }
term_by() { ask leader "$1" 2>/dev/null | cut -d' ' -f2; }
leads() { [ "$(leader_by "$2")" = "$1" ]; } # ID, as NODE says
somebody_leads() { [ -n "$(leader_by "$1")" ]; }
another_leads() { local now; now=$(leader_by "$2") && [ -n "$now" ] && [ "$now" != "$1" ]; } # than ID, as NODE says
other_than() { echo $(($1 % 3 + 1)); }

# Wherever a node leads, its term and the time are written down, over and over.
write_down() {
  while true; do
    $bin/onc-election run --server tcp://$address:741"$1" --timeout 1 -- bash -c \
      'while true; do echo "$ONC_ELECTION_TERM $(date +%s%N)" >>'$work/beats.$1'; sleep 0.02; done' || true
    sleep 0.1
  done
}

start_node 1 --listen udp://$address:7411 --register required
for id in 2 3; do start_node $id --register no; done
for id in 1 2 3; do write_down $id >$work/run.$id.log 2>&1 & done
eventually "somebody leads" somebody_leads 1
holder=$(leader_by 1)
for id in 2 3; do eventually "node $id knows it" leads "$holder" $id; done
last=0
later() { # TERM: than all before it
  [ "${1:-0}" -gt "$last" ] || fail "term $1 comes after $last"
  echo "ok: term $1 comes after $last: $2"
  last=$1
}
later "$(term_by 1)" "the first"
three_known() { [ "$(ask status 1 | grep -c 'this node\|heard')" = 3 ]; }
eventually "they know each other by ZooKeeper" three_known
expect "the algorithm is none of theirs" 'node 1, zookeeper, lease 1.3 s' "$(ask status 1)"

# The client of 1988 asks too.
if [ -x "$peers/election_client" ]; then
  client=(within 20 "$peers/election_client" $address udp)
  expect "the C client hears who leads" "^$holder $last\$" "$("${client[@]}" leader)"
  expect "nodes do not vote here" '^answer 6$' "$("${client[@]}" vote)"
else
  echo "rpcgen or libtirpc was missing in the build: no C client"
fi

# It dies.
kill -KILL ${pids[node-$holder]}
other=$(other_than "$holder")
eventually "another leads" another_leads "$holder" "$other"
later "$(term_by "$other")" killed
start_node "$holder" --register no
eventually "who returns joins in" leads "$(leader_by "$other")" "$holder"
[ "$(term_by "$holder")" = "$last" ] || fail "who returned is in another term"

# It hangs, and goes on.
holder=$(leader_by "$other")
for id in 1 2 3; do eventually "node $id knows it" leads "$holder" $id; done
other=$(other_than "$holder")
kill -STOP ${pids[node-$holder]}
eventually "another leads" another_leads "$holder" "$other"
later "$(term_by "$other")" stopped
kill -CONT ${pids[node-$holder]}
status=0
within 20 $bin/onc-election run --now --server tcp://$address:741"$holder" --timeout 5 -- true 2>$work/hung.txt ||
  status=$?
[ $status = 3 ] || fail "a node that was stopped believes that it leads: status $status"
eventually "it knows who leads" another_leads "$holder" "$holder"

# It resigns, and joins in again.
holder=$(leader_by "$other")
ask resign "$holder" || fail "$holder does not resign"
eventually "another leads" another_leads "$holder" "$holder"
later "$(term_by "$holder")" resigned

# ZooKeeper hangs: nobody is sure.
nobody_is_sure() {
  local id
  for id in 1 2 3; do
    ask status $id --json | python3 -c 'import json, sys
status = json.load(sys.stdin)
sys.exit(status["condition"] != "no_majority" or status["sure"] != 0)' || return 1
  done
}
kill -STOP ${pids[zookeeper]}
eventually "nobody is sure" nobody_is_sure
status=0
ask leader 1 2>$work/nobody.txt || status=$?
expect "why" '3 .*ZooKeeper does not answer' "$status $(<$work/nobody.txt)"
beats_before=$(cat $work/beats.* | wc -l)
kill -CONT ${pids[zookeeper]}
eventually "somebody leads" somebody_leads 1
[ "$(term_by 1)" -ge "$last" ] || fail "after ZooKeeper had hung, term $(term_by 1) comes after $last"
last=$(($(term_by 1) - 1))
later "$(term_by 1)" "ZooKeeper hung"

# ZooKeeper is killed, and started again.
kill_zookeeper
eventually "nobody is sure" nobody_is_sure
start_zookeeper
eventually "somebody leads" somebody_leads 1
[ "$(term_by 1)" -ge "$last" ] || fail "after ZooKeeper had died, term $(term_by 1) comes after $last"
last=$(term_by 1)
more_beats() { [ "$(cat $work/beats.* | wc -l)" -gt "$beats_before" ]; }
eventually "commands run again" more_beats
echo "ok: with ZooKeeper stopped nobody is sure, and later somebody is again"

# One that ends leaves its place once nobody was told that it leads for longer.
holder=$(leader_by 1)
other=$(other_than "$holder")
stop node-"$holder"
eventually "another leads" another_leads "$holder" "$other"
later "$(term_by "$other")" ended
start_node "$holder" --register no

unset id
says() { # PATTERN STATUS COMMAND...
  local pattern=$1 wanted=$2 status=0 said
  shift 2
  said=$("$@" 2>&1 >/dev/null) || status=$?
  [ $status = "$wanted" ] || fail "$*: status $status, not $wanted: $said"
  expect "status $wanted" "$pattern" "$said"
}
node() { within 20 $bin/onc-electiond --foreground --register no --node 1=tcp://$address:7999 --id "${id:-1}" "$@"; }
says 'only for --backend zookeeper' 2 node --ensemble one:2181
says 'names no server of ZooKeeper' 2 node --backend zookeeper
says 'is no server of ZooKeeper: write host:port' 2 node --backend zookeeper --ensemble udp://one:2181
says 'no backend: it is own or zookeeper' 2 node --backend raft
says "no group's name" 2 node --backend zookeeper --ensemble one:2181 --group ../mutex
says 'only for --backend own' 2 node --backend zookeeper --ensemble one:2181 --algorithm bully
id=2 says 'needs a --node' 2 node --backend zookeeper --ensemble one:2181
says 'cannot be asked, as no address is known' 1 node --backend zookeeper --ensemble no-such-host.invalid:2181
start astray 'serving' $bin/onc-electiond --foreground --register no --id 9 --node 9=tcp://$address:7999 \
  --backend zookeeper --ensemble 127.0.0.1:1 --lease 1
told() { grep -q "none of the ZooKeeper servers at 127.0.0.1:1 answers" $work/astray.log; }
eventually "it says that nobody answers" told
stop astray

for id in 1 2 3; do stop node-$id; done

# The judgement.
sort -n -k2 $work/beats.* >$work/beats
python3 - $work/beats <<'PYTHON' || fail "the beats are not those of one at a time"
import sys
beats = [tuple(map(int, line.split())) for line in open(sys.argv[1])]
terms = [term for term, at in beats]
assert terms == sorted(terms), [pair for pair in zip(beats, beats[1:]) if pair[0][0] > pair[1][0]]
assert len(set(terms)) >= 4, f"commands ran in terms {set(terms)} only"
print(f"ok: {len(beats)} beats in terms {sorted(set(terms))}, one after another")
PYTHON
# No term was two nodes'.
for beats in $work/beats.*; do cut -d' ' -f1 "$beats" | sort -u; done | sort | uniq -d >$work/twice
[ ! -s $work/twice ] || fail "a term has two holders: $(<$work/twice)"

# The servers lose what they knew, which is less than what the nodes' sessions have seen.
for id in 1 2; do start_node $id --register no; done
eventually "node 2 knows who leads" somebody_leads 2
last=$(term_by 2)
kill_zookeeper
rm -r $work/zookeeper/version-2
start_zookeeper
has_gone_back() { local now; now=$(term_by "$1") && [ -n "$now" ] && [ "$now" -lt "$last" ]; }
for id in 1 2; do eventually "node $id knows who leads in an earlier term" has_gone_back $id; done
expect "it says what may have happened" "terms have gone back" "$(cat $work/node-[12].log)"
for id in 1 2; do stop node-$id; done
