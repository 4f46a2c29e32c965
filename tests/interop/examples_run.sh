#!/bin/bash
# examples_run.sh: each way to call that examples/ shows, against the example's server.
. "$(dirname "$0")/harness.sh"

start server 'tcp://127' "$ONC_BIN/example-time-server"
for way in future callback; do
  expect "the $way client" '^asked$' "$(within 20 "$ONC_BIN/example-time-$way-client" | head -1)"
  expect "the $way client" '^[0-2][0-9]:[0-5][0-9]:[0-6][0-9] UTC$' \
    "$(within 20 "$ONC_BIN/example-time-$way-client" | tail -1)"
  expect "the $way client without a server" 'nobody listens there' \
    "$(within 20 "$ONC_BIN/example-time-$way-client" tcp://127.0.0.1:7001 2>&1 >/dev/null || true)"
done
expect "the async client" 'tcp://127.0.0.1:7000: [0-2][0-9]:[0-5][0-9]:[0-6][0-9] UTC$' \
  "$(within 20 "$ONC_BIN/example-time-async-client" tcp://127.0.0.1:7000)"

kill "${pids[server]}"
eventually "the server ends" gone "${pids[server]}"
start async_server 'tcp://127' "$ONC_BIN/example-time-async-server"
expect "the async server" '^[0-2][0-9]:[0-5][0-9]:[0-6][0-9] UTC$' "$(within 20 "$ONC_BIN/example-time-client")"

# Of any program, without a change to it.
ONC_TRACE=1 within 20 "$ONC_BIN/example-time-callback-client" 2>$work/trace >/dev/null
expect "a client's trace" '^\[[0-9]+\] call to tcp://127.0.0.1:7000, xid [0-9a-f]{8}: TIME v1 GETTIME$' \
  "$(head -1 $work/trace)"
expect "a client's trace" '^\[[0-9]+\] reply after [0-9.]+ ms, xid [0-9a-f]{8}: TIME v1 GETTIME = Time\{seconds: ' \
  "$(tail -1 $work/trace)"
[ "$(wc -l <$work/trace)" = 2 ] || fail "a trace of one call has more or less than two lines"
ONC_TRACE=0 within 20 "$ONC_BIN/example-time-callback-client" 2>$work/trace >/dev/null
[ ! -s $work/trace ] || fail "ONC_TRACE=0 traces"

start contained_server 'ONC_PORTMAPPER=' "$ONC_BIN/example-time-contained-server"
export "$(grep -o 'ONC_PORTMAPPER=[^ ]*' $work/contained_server.log)"
for transport in tcp udp; do
  expect "a server that is its own portmapper" '^20[0-9-]{8} [0-9:]{8}' \
    "$(within 20 $bin/onc-time get --server $transport://127.0.0.1)"
done
unset ONC_PORTMAPPER

start member serving "$bin/onc-mutexd" --foreground --register no --state-dir $work/state --id 1 \
  --node 1=tcp://127.0.0.1:7421
expect "a program that holds a lock" '^step 3, token [0-9]+, sure for [0-9.]+ s$' \
  "$(within 20 "$ONC_BIN/example-mutex-client" | tail -1)"
# Given back: another need not wait for the lease.
expect "the next one" '^step 1, token [0-9]+, sure' "$(within 4 "$ONC_BIN/example-mutex-client" | head -1)"

# Of two nodes one is not there. The other leads alone, and in another term once it has resigned.
start_node() {
  start node serving "$bin/onc-electiond" --foreground --register no --lease 0.2 --state-dir $work/nodes --id 1 \
    --node 1=tcp://127.0.0.1:7411
}
start_node
start follower '^1 leads in term [0-9]*, at tcp://127.0.0.1:7411$' \
  "$ONC_BIN/example-election-client" tcp://127.0.0.1:7412 tcp://127.0.0.1:7411
within 20 $bin/onc-election resign --server tcp://127.0.0.1:7411
led_twice() { [ "$(grep -c '^1 leads in term' $work/follower.log)" = 2 ]; }
eventually "who follows hears of the next term" led_twice
stop node
eventually "who follows ends where nobody answers" gone "${pids[follower]}"
expect "and says why" 'nobody listens there' "$(cat $work/follower.log)"

for example in mutex election; do
  expect "the example's --help" "^usage: example-$example-client .*127.0.0.1:74.1" \
    "$("$ONC_BIN/example-$example-client" --help)"
  status=0
  said=$("$ONC_BIN/example-$example-client" --nonsense 2>&1 >/dev/null) || status=$?
  expect "and without sense" "^2 usage: example-$example-client" "$status $said"
done

if [ -x "$ONC_BIN/example-tirpc-server" ]; then
  start tirpc-server '^[0-9]' "$ONC_BIN/example-tirpc-server"
  expect "a program half of which has moved" '^it is 2026$' \
    "$(within 20 "$ONC_BIN/example-tirpc-client" "$(cat $work/tirpc-server.log)")"
fi
