#!/bin/bash
# rpcinfo_finds_us.sh REGISTRY: every face of rpcinfo, against the C++ time server.
. "$(dirname "$0")/harness.sh"

needs rpcbind rpcinfo
ask() { within 30 rpcinfo "$@"; }
start_registry "$1"
capture rpcinfo
start_time_server
time=536870913
expect "rpcinfo -p" "$time +1 +tcp +[0-9]+" "$(ask -p | grep $time)"
expect "rpcinfo -p, over the network" "$time +1 +udp +[0-9]+" "$(ask -p $address | grep $time)"
expect "rpcinfo" "$time +1 +tcp +0\.0\.0\.0\.[0-9]+\.[0-9]+" "$(ask | grep $time)"
expect "rpcinfo, over the network" "$time +1 +udp +0\.0\.0\.0\.[0-9]+\.[0-9]+" "$(ask $address | grep $time)"
expect "rpcinfo -s" "$time +2,1 " "$(ask -s | grep $time)"
expect "rpcinfo -m" "PORTMAP" "$(ask -m $address | head -n 1)"
for transport in tcp udp; do
  ready="^program $time version 1 ready and waiting$"
  expect "rpcinfo -${transport:0:1}" "^program $time version 1 ready and waiting.program $time version 2 ready and waiting$" \
    "$(ask -${transport:0:1} $address $time)"
  expect "rpcinfo -${transport:0:1}, version 1" "$ready" "$(ask -${transport:0:1} $address $time 1)"
  expect "rpcinfo -T $transport" "$ready" "$(ask -T $transport $address $time 1)"
  expect "rpcinfo -${transport:0:1} of the registry" "program 100000 version 2 ready" "$(ask -${transport:0:1} $address 100000)"
  if ask -${transport:0:1} $address $time 3 >$work/version_3.log 2>&1; then fail "version 3 is not there"; fi
  expect "version 3 over $transport" "low version = 1, high version = 2" "$(cat $work/version_3.log)"
done
expect "rpcinfo -l" "$time +1 +inet/tcp" "$(ask -l $address $time 1)"
stop onc-timed
expect "what is left after the server ended" "^0$" "$(ask -p | grep -c $time || :)"
end_capture
check_wire --calls 536870913/tcp=6 --calls 536870913/udp=6
