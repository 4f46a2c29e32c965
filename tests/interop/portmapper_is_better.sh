#!/bin/bash
# portmapper_is_better.sh: what rpcbind does wrong, portmapper does not. Each fault is looked for in both.
. "$(dirname "$0")/harness.sh"

needs rpcbind rpcbind rpcinfo
needs rusersd rpc.rusersd
needs rstatd rpc.rstatd
mkdir /run/netns
ip netns add guest
ip link add eth0 type veth peer name eth0 netns guest
ip addr add 10.99.1.1/24 dev eth0
ip link set eth0 up
ip -n guest addr add 10.99.1.2/24 dev eth0
ip -n guest link set eth0 up

are_registered() { [ "$(rpcinfo -p | grep -cE ' 10000[12] ')" -ge 4 ]; }
have_ended() { ! pgrep 'rpc.rstatd|rpc.rusersd'; }
look_for_faults() { # look_for_faults REGISTRY
  start rstatd '' rpc.rstatd
  start rusersd '' rpc.rusersd
  eventually "rstatd and rusersd are registered" are_registered
  within 120 python3 "$here/faults.py" here | tee $work/$1.faults
  within 120 ip netns exec guest python3 "$here/faults.py" there 10.99.1.1 | tee -a $work/$1.faults
  kill $(pgrep rpc.rstatd) $(pgrep rpc.rusersd)
  eventually "rstatd and rusersd end" have_ended
  stop "$1"
}

echo "-- rpcbind"
start_registry rpcbind -r
look_for_faults rpcbind
rm -f /run/rpcbind/*
echo "-- portmapper"
start_registry portmapper -r --check-alive 1 --rate 10
look_for_faults portmapper
expect "faults of rpcbind" '^9$' "$(grep -c ': fault$' $work/rpcbind.faults)"
expect "faults of portmapper" '^0$' "$(grep -c ': fault$' $work/portmapper.faults || :)"
expect "what was looked for" '^9$' "$(grep -c ': none$' $work/portmapper.faults)"
