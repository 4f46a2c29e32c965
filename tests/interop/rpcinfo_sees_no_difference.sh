#!/bin/bash
# rpcinfo_sees_no_difference.sh: every mode of rpcinfo, on the host and from another one, over IPv4 and IPv6, asked of
# rpcbind and of portmapper in its place, with the same servers behind both: it must say the same.
. "$(dirname "$0")/harness.sh"

needs rpcbind rpcbind rpcinfo
needs rusersd rpc.rusersd
mkdir /run/netns
ip netns add guest
ip link add eth0 type veth peer name eth0 netns guest
# Addresses are there at once: nobody else could have them.
sysctl -q -w net.ipv6.conf.eth0.accept_dad=0
ip netns exec guest sysctl -q -w net.ipv6.conf.eth0.accept_dad=0
ip addr add 10.99.1.1/24 brd + dev eth0
ip addr add fd99::1/64 dev eth0 nodad
ip link set eth0 up
ip -n guest addr add 10.99.1.2/24 brd + dev eth0
ip -n guest addr add fd99::2/64 dev eth0 nodad
ip -n guest link set eth0 up
ip -n guest link set lo up

time=536870913
fixed=$((time + 1)) # nobody serves it

start_servers() {
  start onc-timed '^onc-timed: serving' $bin/onc-timed --listen tcp://0.0.0.0:7001 --listen udp://0.0.0.0:7002 \
    --listen 'tcp://[::]:7001' --listen 'udp://[::]:7002' --listen local:///run/time.sock --register required --foreground
  start rusersd '' rpc.rusersd
  eventually "rusersd registers" rusersd_is_there
  python3 "$here/register.py" $fixed 1 tcp 0.0.0.0.3.9 $fixed 1 udp6 ::.3.9 $fixed 2 tcp 10.99.1.1.3.10
}
rusersd_is_there() { [ "$(rpcinfo -p | grep -c '100002 *[23] *udp')" = 2 ]; }

ask() { # ask [guest] ARGUMENTS...: what rpcinfo says, and whether it is content
  local where=() status=0
  if [ "${1:-}" = guest ]; then
    where=(ip netns exec guest)
    shift
  fi
  echo "== ${where[3]:-here}: rpcinfo $*"
  within 20 "${where[@]}" stdbuf -oL rpcinfo "$@" 2>&1 || status=$?
  echo "== status $status"
}

# By broadcast, and by multicast where the guest's network is up for that yet.
ask_all() { ask guest -b "$@" | grep -v 'cannot send broadcast packet'; }

# What a mode shows of ports that rusersd has chosen.
hide_ports() { sed -E '/rusersd|100002/{ s/(\.[0-9]+\.[0-9]+|[ .][0-9]{3,5})( |$)/ PORT\2/; s/PORT +/PORT /; }'; }

ask_everything() {
  local host transport
  ask
  ask -s
  ask -p
  for host in 127.0.0.1 10.99.1.1 ::1 fd99::1; do
    ask "$host"
    ask -s "$host"
    ask -l "$host" $time 1
    ask -l "$host" $time 9
    ask -l "$host" $fixed 1
    ask -l "$host" 999 1
    for transport in tcp udp; do
      ask -T $transport "$host" $time 1
      ask -T $transport "$host" $time
      ask -T $transport "$host" $time 9
      ask -T $transport "$host" 999 1
    done
  done
  for host in 127.0.0.1 10.99.1.1; do
    ask -p "$host"
    for transport in t u; do
      ask -$transport "$host" $time
      ask -$transport "$host" $time 1
      ask -$transport "$host" $time 3
      ask -$transport "$host" 100000
    done
    ask -n 7001 -t "$host" $time 1
    ask -a "$host.27.89" -T tcp $time 1
    ask -a "$host.27.90" -T udp $time 1
  done
  ask -a ::1.27.89 -T tcp6 $time 1
  ask -T local $address $time 1
  for host in 10.99.1.1 fd99::1; do
    ask guest "$host"
    ask guest -s "$host"
    ask guest -l "$host" $time 1
    for transport in tcp udp; do
      ask guest -T $transport "$host" $time 1
      ask guest -T $transport "$host" $time
      ask guest -T $transport "$host" 999 1
    done
  done
  ask guest -p 10.99.1.1
  ask guest -t 10.99.1.1 $time
  ask guest -u 10.99.1.1 $time 1
  ask_all 100002 3 | sed -E 's/[0-9]+\.[0-9]+\t/PORT\t/'
  ask_all $time 1
  ask -d $fixed 1
  ask -T tcp -d $fixed 2
  ask -p
  ask guest -d 100002 3
}

# Counters depend on who asked before: what is compared is what is told, not how often.
ask_statistics() {
  for host in "" 10.99.1.1; do ask -m $host | sed -E 's/[0-9]+/N/g; s/ +/ /g' | head -n 4; done
}

observe() { # observe REGISTRY
  start_registry "$1" -r
  start_servers
  ask_everything | hide_ports >$work/$1.seen
  ask_statistics >$work/$1.statistics
  ask -d $fixed 9 >$work/$1.unset # it is not there
  stop onc-timed
  kill "$(pgrep rpc.rusersd)"
  stop "$1"
}

observe rpcbind
observe portmapper
diff -u $work/rpcbind.seen $work/portmapper.seen || fail "rpcinfo says something else"
diff -u $work/rpcbind.statistics $work/portmapper.statistics || fail "rpcinfo -m says something else"
grep -q 'status 0' $work/rpcbind.unset || fail "rpcbind says that it cannot remove what is not there: no improvement"
grep -q 'status 1' $work/portmapper.unset || fail "portmapper says to have removed what is not there"
echo "ok: $(grep -c '== status' $work/rpcbind.seen) questions, the same answers"
