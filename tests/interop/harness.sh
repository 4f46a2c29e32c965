# What every interop test stands on: a host of its own, daemons that are waited for, captures of what was said.
# A test sources this file first. It then runs again inside its own network, processes and /run, where port 111 is
# free and the machine's own rpcbind is out of sight; when it ends, however it ends, the kernel takes all of it away.
#
# From ctest: ONC_BIN, the programs under test; ONC_PEERS, those made with rpcgen; ONC_SOURCE, the source tree.
# shellcheck shell=bash
set -euo pipefail
: "${ONC_BIN:?ctest -R interop says where the programs are}" "${ONC_PEERS:?}" "${ONC_SOURCE:?}"
PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

skip() {
  echo "skipped: $*"
  [ "${ONC_NO_SKIP:-0}" = 0 ] || fail "nothing may be skipped here (ONC_NO_SKIP)"
  exit 77
}

# needs PACKAGE PROGRAM...: the programs that a Debian package brings.
needs() {
  local package=$1 program
  shift
  for program; do
    command -v "$program" >/dev/null || skip "$program is missing: apt-get install $package, or ./dev setup test"
  done
}

own_host=(unshare --net --mount --uts --ipc --pid --fork --kill-child --mount-proc --propagation private)
if [ -z "${ONC_INSIDE:-}" ]; then
  [ "$(id -u)" = 0 ] || skip "a network of its own needs root"
  needs util-linux unshare setpriv
  needs iproute2 ip
  "${own_host[@]}" true 2>/dev/null || skip "a network of its own needs CAP_SYS_ADMIN, which this root lacks"
  ONC_INSIDE=1 exec "${own_host[@]}" bash "$0" "$@"
fi

trap 'exit 130' INT TERM
mount -t tmpfs -o mode=755 tmpfs /run
work=/run/test
bin=/run/bin # reachable by every user, wherever the build stands
mkdir -p $work $bin /run/rpcbind /run/lock /run/sendsigs.omit.d
mount --bind "$ONC_BIN" $bin
peers=$ONC_PEERS
address=10.99.0.1
ip link set lo up
ip addr add $address/32 dev lo

declare -A pids

show_logs() {
  local log
  for log in "$work"/*.log; do
    [ -s "$log" ] && printf -- '--- %s\n%s\n' "${log##*/}" "$(tail -n 40 "$log")" >&2
  done
}
trap 'status=$?; [ $status = 0 ] || [ $status = 77 ] || show_logs' EXIT

# eventually WHAT COMMAND...: asks until COMMAND succeeds, for 20 s at most.
eventually() {
  local what=$1 end=$((SECONDS + 20)) tick=0.05
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || fail "in 20 s it did not happen that $what"
    sleep $tick
  done
}

gone() { ! kill -0 "$1"; }

# start NAME LINE COMMAND...: a daemon in the background, and the wait for a line of its own that matches LINE, if any.
start() {
  local name=$1 line=$2
  shift 2
  : >"$work/$name.log" # here: what an earlier one of this name said is not for this one
  "$@" >>"$work/$name.log" 2>&1 </dev/null &
  pids[$name]=$!
  [ -n "$line" ] || return 0
  eventually "$name says '$line' or ends" said_or_gone "$name" "$line"
  grep -q -- "$line" "$work/$name.log" || fail "$name ended before it served"
}
said_or_gone() { grep -q -- "$2" "$work/$1.log" || gone "${pids[$1]}"; }

# stop NAME: ends a daemon as an administrator does; it must agree.
stop() {
  local status=0
  kill -TERM "${pids[$1]}" || fail "$1 had ended by itself"
  eventually "$1 ends when told to" gone "${pids[$1]}"
  wait "${pids[$1]}" || status=$?
  [ $status = 0 ] || fail "$1 ended with status $status"
}

# start_registry rpcbind|portmapper OPTION...: the registry of this host, rpcbind or ours in its place, with options that
# both have.
start_registry() {
  local registry=$1
  shift
  case $registry in
    rpcbind)
      needs rpcbind rpcbind rpcinfo
      chown _rpc /run/rpcbind
      start rpcbind '' rpcbind -f -w "$@"
      eventually "rpcbind answers" rpcinfo -p
      ;;
    portmapper) start portmapper '^portmapper: serving at' $bin/portmapper -f -w "$@" ;;
    *) fail "no such registry: $registry" ;;
  esac
}

start_time_server() {
  start onc-timed '^onc-timed: serving TIME v1, TIME v2 at .*, registered with the portmapper' \
    $bin/onc-timed --listen tcp://0.0.0.0:0 --listen udp://0.0.0.0:0 --register required --foreground
}

start_c_time_server() {
  [ -x "$peers/time_server" ] || skip "rpcgen or libtirpc was missing in the build: apt-get install rpcsvc-proto libtirpc-dev"
  start time_server '^time_server: serving' "$peers/time_server"
}

# start_zookeeper [LINE...]: one server at 127.0.0.1:2181, quick to give up sessions; started again it goes on with what
# it knew. LINEs are added to its configuration.
start_zookeeper() {
  local jar=/usr/share/java/zookeeper.jar
  needs default-jre-headless java
  [ -e $jar ] || skip "ZooKeeper's server is missing: apt-get install libzookeeper-java, or ./dev setup test"
  printf '%s\n' tickTime=200 dataDir=$work/zookeeper clientPort=2181 clientPortAddress=127.0.0.1 \
    admin.enableServer=false '4lw.commands.whitelist=ruok' "$@" >$work/zookeeper.cfg
  start zookeeper '' java -Xmx128m -XX:TieredStopAtLevel=1 -Dzookeeper.jmx.log4j.disable=true -cp $jar \
    org.apache.zookeeper.server.quorum.QuorumPeerMain $work/zookeeper.cfg
  eventually "ZooKeeper answers" zookeeper_answers
  # Its client library leaks what nodes' ends it was told of while it was being closed.
  echo leak:libzookeeper_mt >$work/leaks
  export LSAN_OPTIONS=suppressions=$work/leaks:print_suppressions=0
}
# Its port is free then.
kill_zookeeper() {
  kill -KILL ${pids[zookeeper]}
  wait ${pids[zookeeper]} || true
}
zookeeper_answers() {
  local answer
  exec {zookeeper_socket}<>/dev/tcp/127.0.0.1/2181 || return
  echo ruok >&$zookeeper_socket
  read -r -t 2 -n 4 answer <&$zookeeper_socket || true
  exec {zookeeper_socket}>&-
  [ "$answer" = imok ]
}

# Bounds a program that should end by itself.
within() { timeout --kill-after=5 "$@"; }

# capture NAME: from now to end_capture, every packet of this host goes to $work/NAME.pcap.
capture() {
  needs tshark tshark dumpcap
  needs python3 python3
  pcap=$work/$1.pcap
  start dumpcap '^File:' dumpcap -q -P -i lo -w "$pcap"
}
end_capture() {
  echo the-last-packet >/dev/udp/127.0.0.1/9 # nobody listens there; the capture is whole once it stands in it
  eventually "the capture is whole" grep -qa the-last-packet "$pcap"
  stop dumpcap
}

# What was captured, judged by tshark: see wire.py.
check_wire() {
  python3 "$here/wire.py" check "$pcap" "$@" || fail "the capture is not as it should be"
}

expect() {
  local what=$1 pattern=$2 text=$3
  [[ $text =~ $pattern ]] || fail "$what: expected '$pattern', got '$text'"
  echo "ok: $what: $text"
}
