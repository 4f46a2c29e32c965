#!/bin/bash
# c_client_calls_us.sh REGISTRY: rpcgen's client, over libtirpc, finds the C++ time server, sets and reads its clock, and
# calls all of its version 2.
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
end_capture
check_wire --calls 0x20000001/tcp=3 --calls 0x20000001/udp=3

capture c_client_of_v2
stamp=0
for transport in tcp udp; do
  client=(within 20 "$peers/time_client" $address $transport)
  expect "version 2 is stepped over $transport" '^step: answer 0$' "$("${client[@]}" step 1800000000123456789)"
  expect "and read" '^18000000[0-9]{11} of round 0, unknown to the group$' "$("${client[@]}" read)"
  expect "not before 1970" '^step: answer 2$' "$("${client[@]}" step -1)"
  expect "an exchange" '^42: received, then transmitted$' "$("${client[@]}" exchange)"
  expect "no correction from strangers" '^correct: answer 1$' "$("${client[@]}" correct 1000)"
  expect "the status" '^slewing 0, 0 peers$' "$("${client[@]}" status)"
  expect "a stamp" "^stamp $((stamp + 1))\$" "$("${client[@]}" tick)"
  stamp=$((stamp + 1001))
  expect "a later one" "^stamp $((stamp + 1))\$" "$("${client[@]}" observe $stamp)"
  stamp=$((stamp + 1))
  expect "none after a stamp that cannot be" '^no stamp: answer 3$' "$("${client[@]}" observe 18446744073709551615)"
done
stop onc-timed
end_capture
check_wire --calls 0x20000001/tcp=11 --calls 0x20000001/udp=11
client=(within 20 "$peers/time_client" $address udp)
if "${client[@]}" get >$work/after.log 2>&1; then fail "a stopped server can still be found"; fi
