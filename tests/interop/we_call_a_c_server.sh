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

capture c_server_of_v2
expect "version 2" '^1970-01-01 01:00:00.000000000 UTC, seconds from UTC at most: unknown' \
  "$("${client[@]}" get --precise "${server[@]}")"
expect "exchanges over either" ' -[0-9]{10}\.[0-9]{6} .* -[0-9]{10}\.[0-9]{6} ' \
  "$("${client[@]}" query tcp://$address udp://$address)"
end_capture
check_wire --calls 0x20000001/tcp=8 --calls 0x20000001/udp=9

capture without_a_transport
expect "without a transport" '^2026-11-21 12:30:00 UTC$' "$("${client[@]}" get --server $address)"
end_capture
check_wire
