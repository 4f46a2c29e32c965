#!/bin/bash
# c_client_calls_us.sh REGISTRY: rpcgen's client, over libtirpc, finds the C++ time server and sets and reads its clock.
. "$(dirname "$0")/harness.sh"

start_registry "$1"
[ -x "$peers/time_client" ] || skip "rpcgen or libtirpc was missing in the build: apt-get install rpcsvc-proto libtirpc-dev"
capture c_client
start_time_server
for transport in tcp udp; do
  client=(within 20 "$peers/time_client" $address $transport)
  expect "the C client sets the clock over $transport" '^status 0$' "$("${client[@]}" set 2026 11 21 12 30 0)"
  expect "and reads it" '^2026-11-21 12:30:[0-5][0-9] UTC$' "$("${client[@]}" get)"
  expect "there is no 13th month" '^status 1$' "$("${client[@]}" set 2026 13 1 0 0 0)"
done
stop onc-timed
end_capture
check_wire --calls 0x20000001/tcp=3 --calls 0x20000001/udp=3
if "${client[@]}" get >$work/after.log 2>&1; then fail "a stopped server can still be found"; fi
