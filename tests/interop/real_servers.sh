#!/bin/bash
# real_servers.sh: clients that idlc generated from Debian's own rusers.x and rstat.x call its rpc.rusersd and
# rpc.rstatd, found through its rpcbind.
. "$(dirname "$0")/harness.sh"

needs rusersd rpc.rusersd
needs rstatd rpc.rstatd
[ -x "$peers/real_servers" ] || skip "rusers.x and rstat.x were missing in the build: apt-get install rpcsvc-proto"
start_registry rpcbind

# utmp(5): Ada is logged in.
python3 - >/run/utmp <<'PYTHON'
import struct, sys
user_process, since = 7, 1795264200
sys.stdout.buffer.write(struct.pack("<h2xi32s4s32s256s8xi40x", user_process, 1, b"pts/1", b"1", b"ada", b"analytical.example", since))
PYTHON
registered() { rpcinfo -p | grep -q "$1"; }
capture real_servers
start rusersd '' rpc.rusersd
start rstatd '' rpc.rstatd
eventually "rusersd registers" registered '100002 *3 *udp'
eventually "rstatd registers" registered '100001 *3 *udp'

expect "rusersd's answer" "^1 user: ada on pts/1 from analytical.example, since 1795264200$" "$(within 30 "$peers/real_servers" rusers $address)"
read -r now boot idle <<<"$(within 30 "$peers/real_servers" rstat $address)"
difference=$((now - $(date +%s)))
expect "rstatd's clock, less ours" '^(-[1-5]|[0-5])$' $difference
[ "$boot" -gt 0 ] && [ "$boot" -le "$now" ] || fail "booted at $boot, at $now"
[ "$idle" -gt 0 ] || fail "never idle: $idle"
end_capture
check_wire
