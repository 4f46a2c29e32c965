#!/bin/bash
# same_bytes_as_rpcgen.sh: either client with either server says the same, byte for byte.
. "$(dirname "$0")/harness.sh"

moment="2026-11-21 12:30:00"
start_registry rpcbind

# converse CLIENT TRANSPORT: sets the clock and reads it; again where a second passed in between.
converse() {
  local answer="" attempt
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    if [ "$1" = ours ]; then
      within 20 $bin/onc-time set --server "$2://$address" "$moment"
      answer=$(within 20 $bin/onc-time get --server "$2://$address")
    else
      within 20 "$peers/time_client" $address "$2" set 2026 11 21 12 30 0
      answer=$(within 20 "$peers/time_client" $address "$2" get)
    fi >>$work/clients.log
    [ "$answer" != "$moment UTC" ] || return 0
  done
  fail "the $1 client over $2 never read the time it had set, but '$answer' (attempt $attempt)"
}

for server in theirs ours; do
  if [ $server = ours ]; then start_time_server; else start_c_time_server; fi
  for client in theirs ours; do
    capture ${client}_to_$server
    converse $client tcp
    converse $client udp
    end_capture
    check_wire
  done
  if [ $server = ours ]; then stop onc-timed; else kill "${pids[time_server]}"; fi
done
cd $work
python3 "$here/wire.py" same 0x20000001 8 theirs_to_theirs.pcap {ours_to_theirs,theirs_to_ours,ours_to_ours}.pcap ||
  fail "the bytes differ from rpcgen's"
