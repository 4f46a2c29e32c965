#!/bin/bash
# locks_on_zookeeper.sh: three members that keep their locks in a real ZooKeeper server. Clients of each take turns with
# one lock, while members and the server die, hang and come back; what the clients wrote while they held it tells whether
# ever two did at once.
. "$(dirname "$0")/harness.sh"
needs python3 python3
start_zookeeper

start_member() { # ID [LEASE]
  local id=$1
  start member-$id "^onc-mutexd: serving MUTEX v1 at tcp://$address:742$id" $bin/onc-mutexd --foreground \
    --register no --backend zookeeper --ensemble 127.0.0.1:2181 --lease "${2:-2}" --id $id \
    --node $id=tcp://$address:742$id
}
mutex() { # WHAT MEMBER NAME ...
  local what=$1 member=$2
  shift 2
  within 20 $bin/onc-mutex "$what" "$1" --server tcp://$address:742"$member" "${@:2}"
}

# Turns with one lock, by clients of member ID, over and over.
take_turns() {
  while true; do
    $bin/onc-mutex run 'a lock/shared' --server tcp://$address:742"$1" --lease 2 -- bash -c \
      'for _ in 1 2 3 4 5 6 7 8 9 10; do echo "$ONC_MUTEX_TOKEN $(date +%s%N)" >>'$work/beats.$1'; sleep 0.02; done' ||
      sleep 0.2
  done
}
count_beats() { cat $work/beats.* 2>/dev/null | wc -l; }
have_beats() { # ID: one more turn of each
  local id
  for id; do
    local before
    before=$(wc -l <$work/beats.$id)
    more() { [ "$(wc -l <$work/beats.$id)" -gt "$before" ]; }
    eventually "clients of member $id have their turn" more
  done
}

for id in 1 2 3; do start_member $id; done
for id in 1 2 3; do
  : >$work/beats.$id
  take_turns $id >$work/turns.$id.log 2>&1 &
done
have_beats 1 2 3
expect "who holds it and who waits" 'locks kept elsewhere.* a lock/shared held by .* at member [123] .* waiting: .* at member [123]' \
  "$(mutex status 2 'a lock/shared' | tr '\n' ' ')"

# One lock has nothing to do with another; one that is held is not free.
expect "a free lock's token" '^[0-9]+$' "$(mutex try 1 free)"
$bin/onc-mutex run held --server tcp://$address:7421 --lease 2 -- bash -c "echo x >$work/held; sleep 1234" &
run=$!
eventually "it is held" test -e $work/held
says() { # PATTERN STATUS COMMAND...
  local pattern=$1 wanted=$2 status=0 said
  shift 2
  said=$("$@" 2>&1 >/dev/null) || status=$?
  [ $status = "$wanted" ] || fail "$*: status $status, not $wanted: $said"
  expect "status $wanted" "$pattern" "$said"
}
says "'held' is held by .*" 3 mutex try 2 held
says "nobody holds 'unheard of'" 3 mutex status 3 'unheard of'

# Its client dies: free after its lease.
kill -KILL $run
wait $run || true
first=$(mutex run 2 held -- sh -c 'echo "$ONC_MUTEX_TOKEN"')
second=$(mutex run 3 held -- sh -c 'echo "$ONC_MUTEX_TOKEN"')
[ "$second" -gt "$first" ] || fail "token $second comes after $first"
echo "ok: who dies loses it after its lease; token $first, then $second"

# A member dies, and comes back.
kill -KILL ${pids[member-1]}
have_beats 2 3
start_member 1
have_beats 1
echo "ok: a member was killed"

# A member hangs.
kill -STOP ${pids[member-2]}
have_beats 1 3
kill -CONT ${pids[member-2]}
have_beats 2
echo "ok: a member was stopped"

# ZooKeeper hangs: nobody holds anything for long, and nobody gets anything.
kill -STOP ${pids[zookeeper]}
nobody_is_sure() {
  local id status
  for id in 1 2 3; do
    status=0
    mutex try $id free || status=$?
    [ $status = 5 ] || return 1
  done
}
eventually "nobody is sure" nobody_is_sure
before=$(count_beats)
says 'cannot reach what it keeps its locks in' 5 mutex try 3 free
says 'cannot reach what it keeps its locks in' 5 mutex status 3 free
[ "$(count_beats)" = "$before" ] || fail "somebody held it when nobody was sure"
kill -CONT ${pids[zookeeper]}
have_beats 1 2 3
echo "ok: ZooKeeper was stopped"

kill_zookeeper
eventually "nobody is sure" nobody_is_sure
start_zookeeper
have_beats 1 2 3
echo "ok: ZooKeeper was killed"

# The others need not wait for one that ends.
stop member-3
have_beats 1 2
start_member 3
have_beats 3

says 'only for --backend zookeeper' 2 $bin/onc-mutexd --id 1 --node 1=tcp://$address:7999 --ensemble one:2181
says 'only for --backend own' 2 $bin/onc-mutexd --id 1 --node 1=tcp://$address:7999 --backend zookeeper \
  --ensemble one:2181 --algorithm lamport

# Of empty folders there may be any number: those that are held are listed all the same.
administer() { python3 "$here/zookeeper.py" "$@" || fail "ZooKeeper does not do as its administrator says"; }
administer many /oncpp/mutex 3000
held() { $bin/onc-mutex status --server tcp://$address:7421 | grep -c ' held by '; }
for lock in one two three four five; do
  $bin/onc-mutex run $lock --server tcp://$address:7422 -- sleep 1234 &
done
all_held() { [ "$(held)" -ge 5 ]; }
eventually "status lists all that are held" all_held

# What nobody may write to is refused at once, and is granted once somebody may.
administer create /oncpp/mutex/forbidden
administer allow /oncpp/mutex/forbidden 17
says 'cannot reach what it keeps its locks in' 5 mutex try 1 forbidden
expect "it says why" 'refuses what it is asked at /oncpp/mutex/forbidden/.*: not authenticated' "$(<$work/member-1.log)"
administer allow /oncpp/mutex/forbidden 31
mutex try 1 forbidden >/dev/null || fail "it is still refused"

# What others have put there is nobody's place.
administer create /oncpp/mutex/foreign /oncpp/mutex/foreign/backup-0000000001
mutex try 1 foreign >/dev/null || fail "a node that is none of ours holds a lock"
expect "it says so" 'node /oncpp/mutex/foreign/backup-0000000001 is none that this program makes' \
  "$(<$work/member-1.log)"

for id in 1 2 3; do stop member-$id; done

# The judgement.
sort -n -k2 $work/beats.* >$work/beats
python3 - $work/beats <<'PYTHON' || fail "the beats are not those of one at a time"
import sys
beats = [tuple(map(int, line.split())) for line in open(sys.argv[1])]
tokens = [token for token, at in beats]
assert tokens == sorted(tokens), [pair for pair in zip(beats, beats[1:]) if pair[0][0] > pair[1][0]]
assert len(set(tokens)) >= 10, f"it was held {len(set(tokens))} times only"
print(f"ok: {len(beats)} beats by {len(set(tokens))} holders, one after another")
PYTHON
for beats in $work/beats.*; do cut -d' ' -f1 "$beats" | sort -u; done | sort | uniq -d >$work/twice
[ ! -s $work/twice ] || fail "a token has two holders: $(<$work/twice)"

# Shorter bounds of the session's timeout: what is still told to be sure follows at once.
start_member 4 4
lease_is() {
  [[ $(within 20 $bin/onc-mutex status --server tcp://$address:7424 --json |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["lease"])') =~ $1 ]]
}
eventually "its lease is two thirds of the timeout" lease_is '^2\.6'
kill_zookeeper
start_zookeeper maxSessionTimeout=1000
eventually "it follows the shorter timeout" lease_is '^0\.6'
expect "it warns" "a shorter timeout than before, 1000 ms" "$(<$work/member-4.log)"

# The servers lose what they knew, which is less than what the members' sessions have seen.
kill_zookeeper
rm -r $work/zookeeper/version-2
start_zookeeper
grants() { mutex try 4 'after all'; }
eventually "it grants locks again" grants
expect "it says what may have happened" "has taken up the session again: another begins" "$(<$work/member-4.log)"
stop member-4
