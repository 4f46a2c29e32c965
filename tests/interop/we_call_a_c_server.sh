#!/bin/bash
# we_call_a_c_server.sh REGISTRY: the generated C++ client finds and calls a server made by rpcgen, over libtirpc.
. "$(dirname "$0")/harness.sh"

start_registry "$1"
capture c_server
start_c_time_server
for transport in tcp udp; do
  client=(within 20 $bin/onc-time)
  server=(--server $transport://$address)
  "${client[@]}" set "${server[@]}" "2026-11-21 12:30:00"
  expect "the C server got and gave it over $transport" '^2026-11-21 12:30:00 UTC$' "$("${client[@]}" get "${server[@]}")"
done
end_capture
check_wire --calls 0x20000001/tcp=2 --calls 0x20000001/udp=2

capture without_a_transport
expect "without a transport" '^2026-11-21 12:30:00 UTC$' "$("${client[@]}" get --server $address)"
end_capture
check_wire
