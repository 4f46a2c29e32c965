#!/bin/bash
# time_group_agrees.sh: three time servers, whose clocks are seconds apart and drift, behind a network that loses,
# repeats and delays: they come together, and what they say of how far apart they are is never wrong. Members leave, are
# killed and come back; the coordinator, too.
. "$(dirname "$0")/harness.sh"

needs python3 python3
serve() { # serve NAME PORT OPTION...: a time server of the group
  local name=$1 port=$2
  shift 2
  start "$name" '^onc-timed: serving TIME v1, TIME v2 at' $bin/onc-timed --foreground --register no --slew-limit 0.5 \
    --listen udp://127.0.0.1:$port --listen tcp://127.0.0.1:$port --berkeley "$@"
}
coordinate() {
  serve coordinator 7000 --skew 0.3 --drift 100 --interval 0.4 --answer-within 0.3 --peer "$1" --peer "$2" --peer udp://127.0.0.1:9
}
agree() { # agree WHEN
  expect "$1" 'each within' "$(within 100 python3 "$here/agreement.py" 0.12 $bin/onc-time {udp,tcp,udp}://127.0.0.1:700{0,1,2} 2>&1 | tail -n 1)"
}

serve first 7001 --skew 1.7 --drift 200
serve second 7002 --skew -1.4 --drift -200
start relay '^relay: serving at' python3 "$here/relay.py" 127.0.0.1:7001 127.0.0.1:7002
read -ra places <<<"$(sed 's/.* at //' $work/relay.log)"
within 60 $bin/onc-time query --json "${places[@]}" udp://127.0.0.1:700{1,2} >$work/offsets.json
expect "offsets over the relay and beside it" '^right right$' "$(python3 - $work/offsets.json <<'TEXT'
import json, sys
far, near = (lambda hosts: (hosts[:2], hosts[2:]))(json.load(open(sys.argv[1]))["hosts"])
drift = 0.005  # within the seconds that all of it takes
print(*("right" if abs(one["offset"] - other["offset"]) <= one["error"] + other["error"] + drift else (one, other)
        for one, other in zip(far, near)))
TEXT
)"
coordinate "${places[@]}"
agree "over a bad network"
expect "of a peer that is not there" '127.0.0.1:9 is not heard' "$(grep 'not heard' $work/coordinator.log)"

stop first
kill -KILL ${pids[second]}
eventually "the coordinator misses them" grep -q "${places[1]} is not heard" $work/coordinator.log
serve first 7001 --skew -0.8 --drift -200
serve second 7002 --skew 0.9 --drift 200
agree "when members have come back with other clocks"

kill -KILL ${pids[coordinator]}
within 20 $bin/onc-time set "2026-11-21 12:30:00" --server udp://127.0.0.1:7001 # far from the others
coordinate "${places[@]}"
expect "whose clock was set by days" '"heard": *true|"from_group": *null' \
  "$(within 20 $bin/onc-time query --json udp://127.0.0.1:7001)"
stop first
serve first 7001
agree "with another coordinator"

serve stranger 7003 --coordinator 192.0.2.1
stop coordinator
serve coordinator 7000 --interval 0.4 --peer udp://127.0.0.1:7003
eventually "a member of another's refuses" grep -q '7003 takes no corrections from here' $work/coordinator.log

stop coordinator
serve coordinator 7000 --interval 0.4 --peer udp://localhost:7001 --peer udp://nosuch.invalid:7
expect "a name that there is not, at the start" "nosuch.invalid:7 is not heard: .*'nosuch.invalid' has no address" \
  "$(grep nosuch $work/coordinator.log)"
named() { within 20 $bin/onc-time query --json udp://127.0.0.1:7001 | grep -q '"from_group": *[0-9]'; }
heard() { within 20 $bin/onc-time watch --server udp://127.0.0.1:7000 --interval 0.2 --for 0.2 | grep -q 'localhost:7001 [+-]'; }
eventually "the member that is named is corrected" named
eventually "and heard" heard
for name in coordinator stranger first second; do stop $name; done
