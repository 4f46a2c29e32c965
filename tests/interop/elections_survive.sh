#!/bin/bash
# elections_survive.sh ring|bully: three nodes whose processes die, hang, come back and resign. All the while a command
# runs wherever a node leads, and what these wrote tells whether ever two led at once.
. "$(dirname "$0")/harness.sh"
algorithm=$1
needs python3 python3
start_registry portmapper

lease=1
nodes=()
for id in 1 2 3; do nodes+=(--node $id=tcp://$address:741$id); done

start_node() {
  local id=$1
  shift
  start node-$id "^onc-electiond: serving ELECTION v1 at tcp://$address:741$id" $bin/onc-electiond --foreground \
    --state-dir $work/state --algorithm $algorithm --lease $lease --id $id "${nodes[@]}" "$@"
}
ask() { within 20 $bin/onc-election "$1" --server tcp://$address:741"$2" --timeout 2 "${@:3}"; }
leader_by() { ask leader "$1" 2>/dev/null | cut -d' ' -f1; }
term_by() { ask leader "$1" 2>/dev/null | cut -d' ' -f2; }
leads() { [ "$(leader_by "$2")" = "$1" ]; }                                           # ID, as NODE says
another_leads() { local now; now=$(leader_by "$2") && [ -n "$now" ] && [ "$now" != "$1" ]; } # than ID, as NODE says

# Wherever a node leads, its term and the time are written down, over and over.
write_down() {
  while true; do
    $bin/onc-election run --server tcp://$address:741"$1" --timeout 1 -- bash -c \
      'while true; do echo "$ONC_ELECTION_TERM $(date +%s%N)" >>'$work/beats.$1'; sleep 0.02; done' || true
    sleep 0.1
  done
}

# Who watches need not come after the nodes, and hears when they go and come back.
start watch 'nobody listens there' $bin/onc-election watch --interval 0.05 --server tcp://$address:7413

start_node 1 --listen udp://$address:7411 --register required
start_node 2 --register no
start_node 3 --register no
eventually "who watches hears that a node has come" grep -qx 'onc-election: the node answers' $work/watch.log
for id in 1 2 3; do write_down $id >$work/run.$id.log 2>&1 & done
# Another does where a busy machine was slow to start it.
highest_leads() { leads 3 1 || { ask resign "$(leader_by 1)" && false; } 2>/dev/null; }
eventually "the highest leads" highest_leads
for id in 2 3; do eventually "node $id knows it" leads 3 $id; done
first=$(term_by 1)
expect "its term" '^[0-9]+$' "$first"

# The client of 1988 asks too.
if [ -x "$peers/election_client" ]; then
  for transport in tcp udp; do
    client=(within 20 "$peers/election_client" $address $transport)
    expect "the C client hears who leads over $transport" "^3 $first\$" "$("${client[@]}" leader)"
    expect "and who listens" "1 at tcp://$address:7411, heard" "$("${client[@]}" status)"
    expect "node 1 has nothing to resign from" "^answer 7: 3 leads in term $first\$" "$("${client[@]}" resign)"
    expect "nobody votes for strangers" '^answer 6$' "$("${client[@]}" vote)"
  done
else
  echo "rpcgen or libtirpc was missing in the build: no C client"
fi

# What is undecodable: a list of 65 ids, an algorithm of answers that are none.
python3 - $address <<'PYTHON' || fail "undecodable arguments are not answered with GARBAGE_ARGS"
import socket, struct, sys
def accept_status(procedure, arguments):
    call = struct.pack(">10I", 7, 0, 2, 0x20000003, 1, procedure, 0, 0, 0, 0) + arguments
    with socket.create_connection((sys.argv[1], 7411), 10) as peer:
        peer.sendall(struct.pack(">I", 0x80000000 | len(call)) + call)
        return struct.unpack(">7I", peer.recv(28, socket.MSG_WAITALL))[6]
sender = struct.pack(">IQIQ", 2, 0, 1, 1)
assert accept_status(1, sender + struct.pack(">66I", 65, *range(65))) == 4
assert accept_status(3, sender) == 4
assert accept_status(99, b"") == 3
PYTHON
echo "ok: what is undecodable is refused"

# It dies.
kill -KILL ${pids[node-3]}
eventually "the next one leads" leads 2 1
expect "another is asked where one does not answer" '^2 [0-9]+$' \
  "$(within 20 "$bin/onc-election" leader --server tcp://$address:7413 --server tcp://$address:7411)"
second=$(term_by 1)
[ "$second" -gt "$first" ] || fail "term $second comes after $first"
start_node 3 --register no
eventually "who returns joins in" leads 2 3
eventually "who watches hears that it is back" grep -qx 'onc-election: the node answers again' $work/watch.log
eventually "and who leads" grep -q '^2 ' $work/watch.log
[ "$(grep -c 'nobody listens there' $work/watch.log)" -le 2 ] || fail "who watches is told the same over and over"
kill ${pids[watch]}
[ "$(term_by 3)" = "$second" ] || fail "who returned is in term $(term_by 3), not $second"
echo "ok: killed: term $first, then $second"

# It hangs, and goes on.
kill -STOP ${pids[node-2]}
eventually "another leads" another_leads 2 1
third=$(term_by 1)
[ "$third" -gt "$second" ] || fail "term $third comes after $second"
kill -CONT ${pids[node-2]}
status=0
within 20 $bin/onc-election run --now --server tcp://$address:7412 --timeout 5 -- true 2>$work/hung.txt || status=$?
[ $status = 3 ] || fail "a node that was stopped believes that it leads: status $status"
eventually "it knows who leads" another_leads 2 2
echo "ok: stopped: term $second, then $third"

# It resigns.
holder=$(leader_by 1)
ask resign $holder || fail "$holder does not resign"
eventually "another leads" another_leads $holder 1
[ "$(term_by 1)" -gt "$third" ] || fail "term $(term_by 1) comes after $third"
echo "ok: resigned: term $third, then $(term_by 1)"

# It is ended: before, it tells the others, which do not wait for it then.
holder=$(leader_by 1)
ended=$(term_by 1)
other=$((holder % 3 + 1))
stop node-$holder
[ "$(leader_by $other)" != "$holder" ] || fail "node $holder has ended, and node $other takes it for the coordinator"
eventually "another leads" another_leads $holder $other
[ "$(term_by $other)" -gt "$ended" ] || fail "term $(term_by $other) comes after $ended"
case $holder in
  1) start_node 1 --listen udp://$address:7411 --register required ;;
  *) start_node $holder --register no ;;
esac
eventually "who returns joins in" another_leads $holder $holder
eventually "node 1 knows who leads" another_leads $holder 1
echo "ok: ended: term $ended, then $(term_by 1)"

# run: its command's status, its term; and its command ends with it, however it ends.
holder=$(leader_by 1)
status=0
run_there=($bin/onc-election run --server tcp://$address:741$holder --)
said=$(within 20 "${run_there[@]}" sh -c 'echo "term $ONC_ELECTION_TERM"; exit 5') || status=$?
expect "the command's status and term" "^5 term $(term_by 1)\$" "$status $said"
"${run_there[@]}" bash -c "echo x >$work/begun; sleep 12345; true" &
run=$!
eventually "the command runs" test -e $work/begun
kill -KILL $run
wait $run || true
no_sleep() { ! pgrep -fx 'sleep 12345'; }
eventually "what it began ends with who ran it" no_sleep
rm $work/begun
"${run_there[@]}" bash -c "echo x >$work/begun; sleep 12345; true" 2>$work/run.txt &
run=$!
eventually "the command runs" test -e $work/begun
kill -STOP $run
eventually "it ends even where who ran it hangs" no_sleep
kill -CONT $run
status=0
wait $run || status=$?
[ $status = 4 ] || fail "it ended with $status: $(<$work/run.txt)"
expect "it says why" 'bash was stopped, as term [0-9]+ is over, or may be soon: this program did not go on in time' \
  "$(<$work/run.txt)"

# All die, and come back with what they had promised.
before=$(term_by 1)
for id in 1 2 3; do kill -KILL ${pids[node-$id]}; done
for id in 1 2 3; do eventually "node $id is gone" gone "${pids[node-$id]}"; done
start_node 1 --listen udp://$address:7411 --register required
status=0
ask leader 1 >/dev/null 2>$work/alone.txt || status=$?
[ $status = 3 ] || fail "one node alone has a leader"
too_few() { { ask leader 1 2>&1 || true; } | grep -q 'too few nodes are heard for a majority'; }
eventually "it says that they are too few" too_few
start_node 2 --register no
start_node 3 --register no
somebody_leads() { [ -n "$(leader_by 1)" ]; }
eventually "somebody leads" somebody_leads
[ "$(term_by 1)" -gt "$before" ] || fail "after all had died, term $(term_by 1) comes after $before"
ask leader 1 --json | python3 -c 'import json, sys; assert json.load(sys.stdin)["condition"] == "led"' || fail "no JSON"
ask status 1 --json | python3 -c 'import json, sys; assert len(json.load(sys.stdin)["peers"]) == 3' || fail "no JSON"

# Those that would break promises do not start.
says() { # PATTERN STATUS COMMAND...
  local pattern=$1 wanted=$2 status=0 said
  shift 2
  said=$("$@" 2>&1 >/dev/null) || status=$?
  [ $status = "$wanted" ] || fail "$*: status $status, not $wanted: $said"
  expect "status $wanted" "$pattern" "$said"
}
node() { within 20 $bin/onc-electiond --foreground --register no "$@"; }
says 'node 2 already runs, .*; end it first, or start this one with the --id of another node$' 1 \
  node --state-dir $work/state --id 2 "${nodes[@]}"
says "7412, where --node says that this one is found: .*; end that, or have every --node name another port$" 1 \
  node --state-dir $work/second --id 2 "${nodes[@]}"
cp -r $work/state $work/damaged
echo nonsense >$work/damaged/2.state
says 'damaged.*onc-electiond\(8\)' 1 node --state-dir $work/damaged --id 2 "${nodes[@]}"
says 'none of the nodes' 2 node --id 4 "${nodes[@]}"
says "'0x1' is no ID" 2 node --id 0x1 "${nodes[@]}"
says '10 is none of the nodes' 2 node --id 010 "${nodes[@]}"
says 'a place of one host alone' 2 node --id 1 --node 1=local:///tmp/one
says 'like 1=tcp' 2 node --id 1 --node one
says 'where the others find it' 2 node --id 1 --node 1=tcp://$address
says 'no endpoint' 2 node --id 1 --node 1=tpc://$address:1
says 'there twice' 2 node --id 1 "${nodes[@]}" --node 1=tcp://$address:1
says 'from 0.05 to 3600' 2 node --id 1 "${nodes[@]}" --lease nan
says 'no algorithm: it is ring or bully' 2 node --id 1 "${nodes[@]}" --algorithm king
says '2 and --node 4 are both at' 2 node --id 1 "${nodes[@]}" --node 4=tcp://$address:7412
says 'nobody listens there' 1 $bin/onc-election leader --server tcp://$address:1
says 'no endpoint' 2 $bin/onc-election status --server tpc://host
says "^onc-election: 'foo' is no command: it is status, leader, watch, resign or run" 2 $bin/onc-election foo
says '^onc-election: say what to do: status' 2 $bin/onc-election
says "'more' is neither an option" 2 $bin/onc-election status more
says '^onc-electiond: --state-dir is there more than once' 2 node --id 1 "${nodes[@]}" --state-dir a --state-dir b
says '^onc-electiond: --state-dir: a folder has a name' 2 node --id 1 "${nodes[@]}" --state-dir ''
says '^onc-electiond: --lease needs a value' 2 node --id 1 "${nodes[@]}" --lease
says 'not a number of seconds' 2 $bin/onc-election status --timeout nan

# What node 1 takes for 2 is 3, whose word counts once; and 4 has another lease.
few=(--foreground --register no --state-dir $work/few --id)
start node-4 serving $bin/onc-electiond "${few[@]}" 4 --lease 9 --node 1=tcp://$address:7421 \
  --node 2=tcp://$address:7422 --node 3=tcp://$address:7423 --node 4=tcp://$address:7424
start node-misled serving $bin/onc-electiond "${few[@]}" 1 --node 1=tcp://$address:7421 \
  --node 2=tcp://$address:7413 --node 3=tcp://$address:7423 --node 4=tcp://$address:7424
log_says() { grep -q "$2" $work/"$1".log; }
eventually "it says who answers" log_says node-misled \
  "at tcp://$address:7413, where node 2 is said to be, node 3 answers, and is not listened to; mend --node 2"
eventually "it says who has another lease" log_says node-misled 'node 4 has other nodes, another algorithm or another'
eventually "the other says so too" log_says node-4 'node 1 has other nodes, another algorithm or another lease'
said=$(within 20 $bin/onc-election status --server tcp://$address:7421)
expect "status shows both" '2 tcp://[^ ]* another node answers there, .*4 tcp://[^ ]* of another group, ' "${said//$'\n'/ }"
[ "$(grep -c 'where node 2 is said to be' $work/node-misled.log)" = 1 ] || fail "it says so more than once"
stop node-4
stop node-misled

# Another says that it is node 3, too.
twins=("${nodes[@]:0:4}" --node 3=tcp://$address:7443)
start node-twin serving $bin/onc-electiond --foreground --register no --state-dir $work/twin \
  --algorithm $algorithm --lease $lease --id 3 "${twins[@]}"
for id in 1 2; do
  eventually "node $id says so" log_says node-$id \
    "two processes say they are node 3: only the one that answers at tcp://$address:7413 is listened to; end the other"
done
eventually "so does the twin" log_says node-twin \
  'another process answers where the others look for node 3, so this one is not listened to; end one of the two'
[ "$(grep -c 'another process answers' $work/node-twin.log)" = 1 ] || fail "it says so more than once"
said=$(within 20 $bin/onc-election status --server tcp://$address:7411)
expect "status shows it" "3 tcp://$address:7413 two processes say they are it, " "$said"
expect "also that of the twin" "3 tcp://$address:7443 two processes say they are it, " \
  "$(within 20 $bin/onc-election status --server tcp://$address:7443)"
eventually "somebody leads as ever" somebody_leads
log_says node-twin 'node 3 leads' && fail "the twin has led"
log_says node-3 'process' && fail "the first is told that another answers in its place: $(<$work/node-3.log)"
stop node-twin
all_is_well() { ! within 20 $bin/onc-election status --server tcp://$address:7411 | grep -q 'two processes'; }
eventually "nothing is shown any more" all_is_well

# Where it serves nobody else comes, and there is nobody whom it could have heard.
start node-lonely serving $bin/onc-electiond "${few[@]}" 1 --node 1=tcp://127.0.0.1:7441 --node 2=tcp://$address:7442
eventually "it says that others cannot reach it" log_says node-lonely \
  "onc-electiond: node 1 serves at tcp://127.0.0.1:7441, where node 2 at tcp://$address:7442 cannot reach it; write an"
said=$(within 20 $bin/onc-election status --server tcp://127.0.0.1:7441)
expect "status knows who was never heard" "2 tcp://$address:7442 never heard" "$said"
stop node-lonely

# Closed descriptors: neither the lock nor a socket takes their place.
$bin/onc-electiond --register no --state-dir $work/closed --id 1 --node 1=tcp://$address:7431 <&- >&- 2>&- ||
  fail "it does not start without standard descriptors"
flock -n $work/closed/1.lock true && fail "without standard descriptors the lock is lost"
leads_alone() { [ -n "$(within 20 $bin/onc-election leader --server tcp://$address:7431 2>/dev/null)" ]; }
eventually "it writes its state and leads" leads_alone
status=0
within 20 $bin/onc-election status --server tcp://$address:7431 >&- 2>$work/closed.txt || status=$?
expect "what cannot be printed is an error" '^1 .*cannot write to standard output' "$status $(<$work/closed.txt)"
kill $(pgrep -f -- "--state-dir $work/closed")

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
