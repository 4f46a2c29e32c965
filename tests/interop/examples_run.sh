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
