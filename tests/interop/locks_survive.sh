#!/bin/bash
# locks_survive.sh lamport|ricart-agrawala|suzuki-kasami: three members whose processes die, hang and come back, and
# clients that do. All the while commands run that want the same lock, and what these wrote tells whether ever two held
# it at once.
# shellcheck disable=SC2046 # the options that at() writes are words of their own
. "$(dirname "$0")/harness.sh"
algorithm=$1
needs python3 python3
start_registry portmapper

lease=2
nodes=()
for id in 1 2 3; do nodes+=(--node $id=tcp://$address:742$id); done

start_member() {
  local id=$1
  shift
  start member-$id "^onc-mutexd: serving MUTEX v1 at tcp://$address:742$id" $bin/onc-mutexd --foreground \
    --state-dir $work/state --algorithm $algorithm --lease $lease --id $id "${nodes[@]}" "$@"
}
# at IDS... : the options that name these members.
at() { for id; do printf -- '--server tcp://%s:742%s ' $address $id; done; }
try() { within 20 $bin/onc-mutex try "$1" $(at "${@:2}") >/dev/null 2>&1; } # NAME, at IDS
holder_says() { within 20 $bin/onc-mutex status "$1" $(at "$2") 2>/dev/null | grep -q "held by $3 at"; } # NAME ID WHO

# Whoever holds the lock writes down its token and the time, over and over.
beats='for i in 1 2 3 4 5 6 7 8; do echo "$ONC_MUTEX_TOKEN $(date +%s%N)"; sleep 0.02; done'
write_down() { # IDS: the members to ask
  while true; do
    $bin/onc-mutex run door $(at "$@") --lease 2 -- bash -c "$beats" >>$work/beats.$1 || true
    sleep 0.1
  done
}
touch $work/beats.1 $work/beats.2 $work/beats.3
# How far they are.
tokens() { cat $work/beats.* | cut -d' ' -f1 | sort -u | wc -l; }
go_on() {
  local before
  before=$(tokens)
  more() { [ "$(tokens)" -gt $((before + 3)) ]; }
  eventually "$1" more
  echo "ok: $1"
}

start_member 1 --listen udp://$address:7421 --register required
start_member 2 --register no
start_member 3 --register no
eventually "a lock is granted" try window 1

# The client of 1988 takes one, too.
if [ -x "$peers/mutex_client" ]; then
  for transport in tcp udp; do
    client=(within 30 "$peers/mutex_client" $address $transport)
    said=$("${client[@]}" acquire)
    expect "the C client is granted a lock over $transport" '^token [0-9]+, surely$' "$said"
    token=${said//[^0-9]/}
    expect "again the same" "^token $token, surely\$" "$("${client[@]}" acquire)"
    expect "renews it" "^token $token, surely\$" "$("${client[@]}" renew "$token")"
    expect "not by another's token" '^outcome 9$' "$("${client[@]}" renew $((token - 1)))"
    status=0
    said=$(within 20 $bin/onc-mutex try door $(at 2) 2>&1) || status=$?
    expect "ours hears it" "^3 onc-mutex: 'door' is held by a program of C for .*, and you are next\$" "$status $said"
    expect "it is in the status" 'door held by a program of C, 0 waiting' "$("${client[@]}" status)"
    expect "it is released" '^outcome 12$' "$("${client[@]}" release "$token")"
    expect "also where that is repeated" '^outcome 12$' "$("${client[@]}" release "$token")"
    expect "and renewed no more" '^outcome 8$' "$("${client[@]}" renew "$token")"
  done
else
  echo "rpcgen or libtirpc was missing in the build: no C client"
fi

# What is undecodable: a name of 256 bytes, half a call.
python3 - $address <<'PYTHON' || fail "undecodable arguments are not answered with GARBAGE_ARGS"
import socket, struct, sys
def accept_status(procedure, arguments):
    call = struct.pack(">10I", 7, 0, 2, 0x20000004, 1, procedure, 0, 0, 0, 0) + arguments
    with socket.create_connection((sys.argv[1], 7421), 10) as peer:
        peer.sendall(struct.pack(">I", 0x80000000 | len(call)) + call)
        return struct.unpack(">7I", peer.recv(28, socket.MSG_WAITALL))[6]
assert accept_status(4, struct.pack(">I", 256) + b"x" * 256) == 4
assert accept_status(1, struct.pack(">I", 1) + b"x\0\0\0") == 4
assert accept_status(5, struct.pack(">QIQIQQI", 0, 1, 1, 1, 1, 1, 1001)) == 4
assert accept_status(99, b"") == 3
PYTHON
echo "ok: what is undecodable is refused"

# run and try: the command's status and token, who holds the lock, how long it is waited for.
says() { # PATTERN STATUS COMMAND...
  local pattern=$1 wanted=$2 status=0 said
  shift 2
  said=$(within 30 "$@" 2>&1) || status=$?
  [ $status = "$wanted" ] || fail "$*: status $status, not $wanted: $said"
  expect "status $wanted" "$pattern" "$said"
}
says '^token [0-9]+$' 7 $bin/onc-mutex run window $(at 1) -- sh -c 'echo "token $ONC_MUTEX_TOKEN"; exit 7'
$bin/onc-mutex run window $(at 1) --who somebody -- sleep 12345 &
holder=$!
eventually "it is seen elsewhere" holder_says window 3 somebody
says "'window' is held by somebody for .* s, and you are next" 3 $bin/onc-mutex try window $(at 2)
says "waiting: 'window' is held by somebody" 3 $bin/onc-mutex run window $(at 3) --timeout 2 -- true
says '"not_free","holder":\{"who":"somebody"' 3 $bin/onc-mutex try window $(at 2) --json
kill -TERM $holder
status=0
wait $holder || status=$?
[ $status = 143 ] || fail "a command that was ended has status $status"
says '"outcome":"granted","token":[0-9]+,"sure":' 0 $bin/onc-mutex try window $(at 2) --json
says '"outcome":"granted","token":[0-9]+,"sure":[0-9.]+\} done$' 0 \
  sh -c "$bin/onc-mutex try window $(at 2) --json -- echo done | tr '\n' ' ' | sed 's/ $//'"
says '^$' 3 sh -c "$bin/onc-mutex status window $(at 2) 2>/dev/null"
says '"locks": \[\],' 3 $bin/onc-mutex status window $(at 2) --json
within 20 $bin/onc-mutex status $(at 3) --json |
  python3 -c 'import json, sys; assert all(peer["in_view"] for peer in json.load(sys.stdin)["peers"])' || fail "no JSON"

# From here on they compete.
for order in "1 2 3" "2 3 1" "3 1 2" "2 1 3"; do write_down $order >>$work/run.log 2>&1 & done
go_on "commands take turns"

# A client dies.
$bin/onc-mutex run door $(at 2) --who mortal --lease 2 -- sleep 12346 2>/dev/null &
mortal=$!
eventually "a client has it" holder_says door 1 mortal
kill -KILL $mortal
go_on "its lock is free again, and others go on"
! pgrep -fx 'sleep 12346' >/dev/null || fail "its command goes on"

# A client hangs: its command ends, and the others go on.
$bin/onc-mutex run door $(at 2) --who hung --lease 2 -- sleep 12347 2>$work/hung.txt &
hung=$!
eventually "a client has it" holder_says door 1 hung
kill -STOP $hung
go_on "who hangs holds up nobody"
! pgrep -fx 'sleep 12347' >/dev/null || fail "its command goes on"
kill -CONT $hung
status=0
wait $hung || status=$?
[ $status = 4 ] || fail "it ended with $status: $(<$work/hung.txt)"
expect "it says so, and why" "sleep was stopped, as 'door' is .*, or may soon not be: this program did not go on in time" \
  "$(<$work/hung.txt)"

# The member dies that serves the holder. Another's client keeps its own lock meanwhile.
$bin/onc-mutex run window $(at 2) --who steady -- bash -c "until [ -e $work/enough ]; do sleep 0.1; done" &
steady=$!
$bin/onc-mutex run door $(at 3) --who bereft -- sleep 12348 2>$work/bereft.txt &
bereft=$!
eventually "a client has it" holder_says door 1 bereft
kill -KILL ${pids[member-3]}
go_on "the lock of a member that has died is granted to others"
status=0
wait $bereft || status=$?
[ $status = 4 ] || fail "whose member died ended with $status: $(<$work/bereft.txt)"
expect "it says why" "sleep was stopped, as 'door' is .*, or may soon not be: .*tcp://$address:7423" "$(<$work/bereft.txt)"
start_member 3 --register no
# As each of them sees it: of one that has just ended another may not know yet.
all_in_view() {
  local id
  for id in 1 2 3; do
    within 20 $bin/onc-mutex status $(at $id) >$work/seen.$id && ! grep -q 'not in the view' $work/seen.$id || return 1
  done
}
eventually "who returns is taken in again" all_in_view
go_on "all go on with it"

# One hangs, and goes on.
kill -STOP ${pids[member-3]}
go_on "a member that hangs is done without"
says 'no reply within 2 s; it may have run.* [0-9]+$' 0 sh -c "$bin/onc-mutex try spare $(at 3 1) 2>&1 | tr '\n' ' ' | sed 's/ $//'"
kill -CONT ${pids[member-3]}
eventually "it is taken in again" all_in_view
says "nobody holds 'spare' or waits for it" 3 $bin/onc-mutex status spare $(at 3)
go_on "all go on with it"
touch $work/enough
status=0
wait $steady || status=$?
[ $status = 0 ] || fail "a client of a member that lived lost its lock: status $status"
echo "ok: what others held they kept"

# One is ended as it should be: nobody waits for a lease.
stop member-3
go_on "who has said farewell is done without"
start_member 3 --register no
eventually "it is taken in again" all_in_view

# A second process is started as member 1, with a state of its own, and nobody finds it.
start twin "^onc-mutexd: serving MUTEX v1 at tcp://$address:7429" $bin/onc-mutexd --foreground --register no \
  --state-dir $work/twin --algorithm $algorithm --lease $lease --id 1 --node 1=tcp://$address:7429 "${nodes[@]:2}"
for name in twin member-2 member-3; do
  pattern='two processes run as member 1, and only the one that answers at'
  [ $name = twin ] && pattern='another process answers where member . finds member 1'
  eventually "$name says so" grep -q "$pattern" $work/$name.log
done
says '"two_processes"' 0 $bin/onc-mutex status $(at 2) --json
says '7429 two processes are started as this one' 5 $bin/onc-mutex status $(at 9)
says 'hears too few others' 5 $bin/onc-mutex try spare $(at 9)
all_in_view || fail "the member was left out"
go_on "the others go on with the one that they find"
stop twin

# A majority is lost: nothing is granted, and what is held is let go.
$bin/onc-mutex run gate $(at 1) -- sleep 12349 2>$work/alone.txt &
alone=$!
eventually "a client has it" pgrep -fx 'sleep 12349'
kill -KILL ${pids[member-2]} ${pids[member-3]}
status=0
wait $alone || status=$?
[ $status = 4 ] || fail "without a majority a lock was kept: status $status: $(<$work/alone.txt)"
expect "it says why" "sleep was stopped, as 'gate' is .*: the member at tcp://$address:7421 .*too few others" \
  "$(<$work/alone.txt)"
# Its command was ended a little before the member's own time was over.
is_alone() { ! within 20 $bin/onc-mutex status $(at 1) >/dev/null; }
eventually "it is in no view" is_alone
says 'hears too few others for a majority' 5 $bin/onc-mutex try gate $(at 1)
says 'hears too few others for a majority' 5 $bin/onc-mutex run gate $(at 1) --timeout 1 -- true
says 'nothing is granted' 5 $bin/onc-mutex status $(at 1)

# All die, and come back with what they had promised.
kill -KILL ${pids[member-1]}
for id in 1 2 3; do eventually "member $id is gone" gone ${pids[member-$id]}; done
for id in 1 2 3; do start_member $id --register no; done
go_on "all die, come back and go on"

# What makes no sense.
second=($bin/onc-mutexd --foreground --register no --id 2 "${nodes[@]}" --state-dir)
says 'member 2 already runs, .*; end it first, or start this one with the --id of another member$' 1 \
  "${second[@]}" $work/state
says "7422, where --node says that this one is found: .*; end that, or have every --node name another port$" 1 \
  "${second[@]}" $work/second
cp -r $work/state $work/damaged
echo nonsense >$work/damaged/2.state
damaged=($bin/onc-mutexd --foreground --register no --state-dir $work/damaged)
says 'damaged.*onc-mutexd\(8\)' 1 "${damaged[@]}" --id 2 "${nodes[@]}"
says 'none of the members' 2 "${damaged[@]}" --id 4 "${nodes[@]}"
says 'like 1=tcp://host:7421' 2 "${damaged[@]}" --id 1 --node one
for uri in udp://$address:7 local:///run/x; do
  says 'call each other by tcp' 2 "${damaged[@]}" --id 1 --node 1=$uri
done
says 'none of the members' 2 "${damaged[@]}" --id 010 --node 8=tcp://$address:7
says 'needs --ensemble HOST:PORT' 2 "${damaged[@]}" --id 1 --node 1=tcp://$address:7 --backend zookeeper
says 'from 0.05 to 3600' 2 "${damaged[@]}" --id 1 "${nodes[@]}" --lease nan
says 'is no algorithm: it is lamport, ' 2 "${damaged[@]}" --id 1 "${nodes[@]}" --algorithm king
says 'nobody listens there' 1 $bin/onc-mutex run door --server tcp://$address:1 -- true
says 'no endpoint' 1 $bin/onc-mutex status --server tpc://host
says 'a lock.s name has' 2 $bin/onc-mutex try ''
says 'not a number of seconds from 0 to 31536000' 2 $bin/onc-mutex run door --timeout nan -- true
says "^onc-mutex: 'lock' is no command: it is run, try or status" 2 $bin/onc-mutex lock door
says '^onc-mutex: say what to do: run, try or status' 2 $bin/onc-mutex
says '^onc-mutex: NAME is required' 2 $bin/onc-mutex try
says '^onc-mutex: COMMAND is required' 2 $bin/onc-mutex run door
says "^onc-mutex: --timeout: '-1' is not a number of seconds" 2 $bin/onc-mutex status --timeout -1
says "^onc-mutex: '--json' is neither an option" 2 $bin/onc-mutex status door -- --json
for words in 'run -- true' 'run -- sleep 12350' 'run --who me -- true' 'try -- true' 'try -- sleep 12350'; do
  # shellcheck disable=SC2086 # words
  says '^onc-mutex: the lock has no name: write NAME before --' 2 $bin/onc-mutex $words
done
says 'cannot run /nonexistent' 127 $bin/onc-mutex run window $(at 1) -- /nonexistent

for id in 1 2 3; do stop member-$id; done

# The judgement.
sort -n -k2 $work/beats.* >$work/beats
python3 - $work/beats <<'PYTHON' || fail "the beats are not those of one at a time"
import sys
beats = [tuple(map(int, line.split())) for line in open(sys.argv[1])]
tokens = [token for token, at in beats]
assert tokens == sorted(tokens), [pair for pair in zip(beats, beats[1:]) if pair[0][0] > pair[1][0]]
views = sorted({token >> 32 for token in tokens})
assert len(views) >= 4, f"locks were granted in views {views} only"
print(f"ok: {len(beats)} beats by {len(set(tokens))} tokens in views {views}, one after another")
PYTHON
