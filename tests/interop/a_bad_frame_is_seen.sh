#!/bin/bash
# a_bad_frame_is_seen.sh: the control. The checks on captures that the other tests stand on do fail when they should.
. "$(dirname "$0")/harness.sh"

start_registry rpcbind
start_c_time_server
say() { printf "$1" >"/dev/udp/127.0.0.1/111"; }
call() { rpcinfo -T tcp $address 536870913 1; }
refused() {
  if python3 "$here/wire.py" check "$pcap" "${@:2}" >$work/verdict.log 2>&1; then fail "unseen: $1"; fi
  expect "seen" "$1" "$(tr '\n' ' ' <$work/verdict.log)"
}
zeros='\0\0\0\0'
header='\0\0\0\7'$zeros'\0\0\0\2\0\1\x86\xa0\0\0\0\3\0\0\0\3'$zeros$zeros$zeros$zeros # rpcbind v3 GETADDR

capture good
call
end_capture
check_wire --calls 536870913/tcp=1
refused "expected 7" --calls 536870913/tcp=7

capture malformed # a netid longer than the packet
call
say "$header"'\0\1\x86\xa0\0\0\0\2\xff\xff\xff\xff'
end_capture
refused "tshark finds malformed"

capture unanswered # nobody listens at port 9
call
printf "$header" >/dev/udp/127.0.0.1/9
end_capture
refused "no reply to"
