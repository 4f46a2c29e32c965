#!/bin/bash
# broadcasts_reach_every_host.sh: four hosts in one network, a portmapper on each, asked by rpcinfo -b and by onc-info;
# also after a server that answers each call twice, as Debian's rpc.rstatd does, which silences an rpcbind for good.
. "$(dirname "$0")/harness.sh"

needs rpcbind rpcinfo
needs rusersd rpc.rusersd
needs rstatd rpc.rstatd
mkdir /run/netns
hosts="h1 h2 h3 h4"

# Host hN at 10.98.0.N, all on one bridge; each with a /run of its own.
ip netns add lan
ip -n lan link add br0 type bridge mcast_snooping 0
ip -n lan link set br0 up
for host in $hosts; do
  ip netns add $host
  ip netns exec $host sysctl -q -w net.ipv6.conf.default.accept_dad=0
  ip -n $host link add eth0 type veth peer name $host netns lan
  ip -n lan link set $host master br0 up
  ip -n $host addr add 10.98.0.${host#h}/24 brd + dev eth0
  ip -n $host link set lo up
  ip -n $host link set eth0 up
done
on() { # on HOST COMMAND...
  local host=$1
  shift
  ip netns exec $host unshare --mount --propagation private bash -c '
    mkdir -p /run/'$host' && mount --rbind /run/'$host' /run && exec "$@"' on "$@"
}

for host in $hosts; do
  mkdir -p /run/$host/rpcbind /run/$host/bin
  mount --bind "$ONC_BIN" /run/$host/bin
  start portmapper-$host '^portmapper: serving at' on $host /run/bin/portmapper -f -r
  start rusersd-$host '' on $host rpc.rusersd
  start rstatd-$host '' on $host rpc.rstatd
done
is_registered() { [ "$(on $1 rpcinfo -p | grep -cE '10000[12]')" -ge 4 ]; }
for host in $hosts; do eventually "its servers register on $host" is_registered $host; done

heard() { on h1 timeout 20 stdbuf -oL rpcinfo -b 100002 3 2>/dev/null | awk '{ print $1 }' | sed -E 's/\.[0-9]+\.[0-9]+$//' | sort -u | xargs; }
expect "who answers" '^10\.98\.0\.1 10\.98\.0\.2 10\.98\.0\.3 10\.98\.0\.4$' "$(heard)"
by_onc_info() { on h1 timeout 20 /run/bin/onc-info broadcast 100002 3 --for 2 | sed 's/:.*//' | sort -u | xargs; }
expect "who answers onc-info" '^10\.98\.0\.1 10\.98\.0\.2 10\.98\.0\.3 10\.98\.0\.4$' "$(by_onc_info)"
# Each rstatd answers its NULL twice.
on h2 timeout 20 stdbuf -oL rpcinfo -b 100001 3 >$work/rstatd.log 2>/dev/null || :
[ -s $work/rstatd.log ] || fail "nobody answered for rstatd"
expect "who answers after servers that answered twice" '^10\.98\.0\.1 10\.98\.0\.2 10\.98\.0\.3 10\.98\.0\.4$' "$(heard)"

# Not to be had by way of us: what trusts its own host, and the portmapper itself.
for call in '100000 2 4' '100005 3 5' '100003 3 1'; do
  if on h3 python3 "$here/callit.py" 10.98.0.2 1 $call >$work/callit.log; then fail "it calls $call for a stranger"; fi
done
expect "a call that may be forwarded" '^answered: [0-9]+ bytes$' "$(on h3 python3 "$here/callit.py" 10.98.0.2 10 100001 3 1)"
passed_on='[[each["program"], each["procedure"], each["done"]] for each in json.load(sys.stdin)["versions"][0]["passed_on"]]'
expect "what it has passed on" '\[100001, 1, 1\]' \
  "$(on h2 /run/bin/onc-info statistics --json | python3 -c "import json, sys; print($passed_on)")"
