#!/bin/bash
# ntp_clients_read_us.sh: Debian's NTP clients read the time server's clock.
. "$(dirname "$0")/harness.sh"

needs ntpsec-ntpdig ntpdig
start onc-timed ', NTP at udp://0.0.0.0:123$' $bin/onc-timed --foreground --register no --listen udp://127.0.0.1:7001 \
  --ntp udp://0.0.0.0 --skew 2.5
for host in 127.0.0.1 $address; do
  expect "ntpdig" '"offset":2\.[45][0-9]+.*"stratum":10' "$(within 20 ntpdig -j $host)"
done
within 20 $bin/onc-time set "2030-01-01 00:00:00" --server udp://127.0.0.1:7001
expect "ntpdig, when it has been set" '^2030-01-01 00:00:0' "$(TZ=UTC within 20 ntpdig $address)"
# These have more to them than a test may install: hooks that set the machine's clock, daemons.
if command -v ntpdate >/dev/null; then
  expect "ntpdate" '^2030-01-01 00:00:.* s10 no-leap$' "$(TZ=UTC within 20 ntpdate -q $address)"
fi
if command -v chronyd >/dev/null; then
  # What does not know how far off UTC it is says 16 s, which chrony believes only when told to.
  expect "chrony" 'System clock wrong by [0-9]+' \
    "$(within 60 chronyd -Q -f /dev/null -t 20 "server $address iburst" "maxdistance 20" 2>&1)"
fi
stop onc-timed

ntp() { # ntp BYTES: how long the answer to so many bytes is, the first of them a question's
  python3 - "$1" <<'TEXT'
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
    asking.connect(("127.0.0.1", 7123))
    asking.settimeout(5)
    asking.send(bytes([0x23]) + bytes(int(sys.argv[1]) - 1))
    asking.send(bytes([0x23]) + bytes(47))
    print(len(asking.recv(1000)), end=" ")
    asking.settimeout(0.2)
    try:
        print(len(asking.recv(1000)))
    except TimeoutError:
        print("and no more")
TEXT
}
start onc-timed ', NTP at udp://127.0.0.1:7123$' $bin/onc-timed --foreground --register no --ntp udp://127.0.0.1:7123
expect "a question with a digest" '^48 48$' "$(ntp 68)"
for size in 1 47 73 1400; do expect "$size bytes, which are none" '^48 and no more$' "$(ntp $size)"; done
said() { "$@" 2>&1 || echo "status $?"; }
expect "a port that is taken" 'cannot serve NTP at udp://127.0.0.1:7123.*status 1$' \
  "$(said $bin/onc-timed --foreground --register no --ntp udp://127.0.0.1:7123)"
expect "no UDP" 'status 2$' "$(said $bin/onc-timed --foreground --register no --ntp tcp://127.0.0.1:7124)"
stop onc-timed
