#!/bin/bash
# time_survives.sh: a time server that is killed goes on as it was: its clock, and the stamps it gives to rpcgen's client.
. "$(dirname "$0")/harness.sh"

[ -x "$peers/time_client" ] || skip "rpcgen or libtirpc was missing in the build: apt-get install rpcsvc-proto libtirpc-dev"
start_registry portmapper
server=($bin/onc-timed --listen tcp://0.0.0.0:0 --register required --foreground --state-dir $work/state)
client=(within 20 "$peers/time_client" $address tcp)
stamp() { "${client[@]}" "$@" | sed 's/^stamp //'; }

last=0
later() { # later STAMP: than all before it
  [ "$1" -gt "$last" ] || fail "stamp $1 came after $last"
  last=$1
}
for life in 1 2 3 4; do
  start onc-timed 'registered with the portmapper' "${server[@]}"
  for _ in 1 2 3; do later "$(stamp tick)"; done
  [ $life != 2 ] || later "$(stamp observe 1000000)"
  if [ $life = 1 ]; then
    within 20 $bin/onc-time set "2030-01-01 00:00:00" --server tcp://$address
  else
    expect "the clock in life $life" '^2030-01-01 00:0' "$(within 20 $bin/onc-time get --server tcp://$address)"
  fi
  kill -KILL ${pids[onc-timed]}
  wait ${pids[onc-timed]} || :
done
echo "ok: the last stamp of four lives is $last"

start onc-timed 'registered with the portmapper' "${server[@]}"
said() { within 20 "$@" 2>&1 || echo "status $?"; }
expect "a second one with the same state" "is another onc-timed's.*status 1$" "$(said "${server[@]}")"
stop onc-timed

# A clock that is still being slewed goes on so, and does not run back to where it is to be in the end.
slewed=("${server[@]/$work*/$work/slewed}" --berkeley --slew-limit 1e-6)
group=(within 20 "$peers/time_client" 127.0.0.1 tcp) # who may correct
start onc-timed 'registered with the portmapper' "${slewed[@]}"
expect "a correction" '^correct: answer 0$' "$("${group[@]}" correct -1000000000000)"
for life in 1 2 3; do
  before=$("${group[@]}" read)
  kill -KILL ${pids[onc-timed]}
  wait ${pids[onc-timed]} || :
  start onc-timed 'registered with the portmapper' "${slewed[@]}"
  after=$("${group[@]}" read)
  [ "${before%% *}" -lt "${after%% *}" ] || fail "the clock ran back over a restart: from $before to $after"
  expect "what is still to be added after restart $life" '^slewing -999[0-9]{9}, ' "$("${group[@]}" status)"
done
stop onc-timed

start onc-timed 'registered with the portmapper' "${server[@]}"
rm -r $work/state
mkdir $work/state
mount -t tmpfs -o ro tmpfs $work/state
stop onc-timed
expect "a folder that cannot be written" 'cannot write .*status 1$' "$(said "${server[@]}")"
