#!/bin/bash
# onc_info_shows_all.sh REGISTRY: every command of onc-info, against the C++ time server. Broadcasts by way of
# portmappers are in broadcasts_reach_every_host.sh.
. "$(dirname "$0")/harness.sh"

needs python3 python3
info() { within 30 $bin/onc-info "$@"; }
# json EXPRESSION COMMAND...: what EXPRESSION makes of the command's object, `it`.
json() {
  local expression=$1
  shift
  info "$@" --json | python3 -c "import json, sys; it = json.load(sys.stdin); print($expression)"
}
# status COMMAND...: what it says, however, and then its exit status.
status() {
  local status=0
  info "$@" 2>&1 || status=$?
  echo "status $status"
}

start_registry "$1"
start_time_server
time=536870913
number=0x20000001
line="$time +- +1-2 +tcp +0\.0\.0\.0:[0-9]+ +superuser"
expect "list" "$line" "$(info | grep $time)"
expect "list, over the network" "$line" "$(info list $address | grep $time)"
expect "list, over UDP" "$line" "$(info list udp://127.0.0.1 | grep $time)"
expect "list --short" "$time +- +1-2 +tcp,udp +superuser" "$(info --short | grep $time)"
expect "the registry itself" "100000 +portmapper +2-4 +local,tcp,tcp6,udp,udp6 +superuser" \
  "$(info --short | grep 100000)"
port_on() { json "*(i['port'] for i in it['registrations'] if (i['program'], i['version'], i['netid']) == ($time, 1, '$1'))" list; }
port=$(port_on tcp)
[ "$port" -gt 0 ] || fail "no port is told: $port"
for transport in tcp udp; do
  expect "ping over $transport" "^1 +1 +[0-9.]+ +[0-9.]+ +[0-9.]+ +ready.2 +1 .* ready$" \
    "$(info ping $address $number --$transport | tail -n 2)"
  expect "ping of version 1 over $transport" "^1 +20 .* ready$" \
    "$(info ping $address $number 1 --$transport --count 20 | tail -n 1)"
  expect "ping of version 3 over $transport" "not served, though the server says 1 to 2.*status 1$" \
    "$(status ping $address $number 3 --$transport)"
  expect "ping of the registry over $transport" "^2 3 4$" \
    "$(json "*(each['version'] for each in it['versions'] if each['ready'])" ping $address portmapper --$transport)"
done
expect "ping of an address" "^program $time at tcp://127.0.0.1:$port$" \
  "$(info ping tcp://127.0.0.1:$port $number | head -n 1)"
expect "ping of the local socket" "^4 .* ready$" "$(info ping local:///run/rpcbind.sock portmapper | tail -n 1)"
expect "ping of nobody" "nfs is not registered over tcp.*status 1$" "$(status ping $address nfs)"
expect "ping where nobody listens" "connection refused.*status 1$" "$(status ping tcp://127.0.0.1:9 nfs)"
expect "addresses" "tcp +$address:$port +inet +tcp +stream" "$(info addresses $address $number 1)"
expect "addresses as JSON" "^tcp udp$" \
  "$(json "*sorted(each['netid'] for each in it['addresses'])" addresses $address $number 1)"
expect "addresses of nobody" "100003 version 3 is not registered.*status 1$" "$(status addresses $address nfs 3)"
expect "statistics" "calls: .*DUMP [1-9]" "$(info statistics | tr '\n' ' ')"
expect "statistics, over the network" "^2 3 4$" \
  "$(json "*(each['version'] for each in it['versions'])" statistics $address)"
expect "lookups" "[1-9]" "$(json "sum(each['found'] for each in it['versions'][2]['lookups'])" statistics)"

udp=$(port_on udp)
tcp=$(port_on tcp)
expect "broadcast to servers" "^$address:$udp after [0-9.]+ ms$" \
  "$(info broadcast $number 1 --port "$udp" --to $address --for 1)"
expect "broadcast as JSON" "^$udp$" \
  "$(json "*(each['port'] for each in it['answers'])" broadcast $number 1 --port "$udp" --to $address --for 1)"
expect "broadcast that nobody answers" "Nobody answered.*status 1$" "$(status broadcast nfs 3 --to $address --for 0.5)"

if ordinary=$(within 30 setpriv --reuid 65534 --regid 65534 --clear-groups $bin/onc-info delete $number 1); then
  fail "another user may remove it: $ordinary"
fi
expect "delete of another's" "still registered: tcp .*still registered: udp .*The portmapper refused" "$ordinary"
expect "delete of version 2" "removed: tcp .*removed: udp " "$(info delete $number 2)"
expect "delete on one netid" "^removed: tcp 0\.0\.0\.0:$tcp of superuser$" "$(info delete $number 1 tcp)"
expect "ping of what is there over UDP only" "at udp://$address:$udp.* ready" "$(info ping $address $number 1 | tr '\n' ' ')"
expect "its trace" 'reply after [0-9.]+ ms, xid [0-9a-f]{8}: [^ ]+( [0-9]+)? v1 NULL' \
  "$(ONC_TRACE=1 info ping udp://$address:$udp $number 1 2>&1 >/dev/null)"
expect "delete of what is left" "^1 0$" "$(json "len(it['removed']), len(it['left'])" delete $number 1 | tr -d '(,)')"
expect "delete of nothing" "nothing to remove.*status 1$" "$(status delete $number 1)"
expect "what is left" "^0$" "$(info | grep -c $time || :)"

kill "${pids[$1]}"
eventually "the registry ends" gone "${pids[$1]}"
expect "no portmapper" "no portmapper answers at local:///run/rpcbind.sock.*status 1$" "$(status list)"
