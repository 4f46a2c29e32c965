#!/bin/bash
# portmapper_takes_its_place.sh: started as rpcbind is, portmapper is the only one, is root no longer, keeps what was
# registered however it ends, and takes the files of rpcbind and gives it its own.
. "$(dirname "$0")/harness.sh"

needs rpcbind rpcbind rpcinfo
needs util-linux setpriv runuser

registered() { rpcinfo 2>/dev/null | awk '$1 != 100000 && $1 != "program" { print $1, $2, $3, $4, $6 }'; }
register() { python3 "$here/register.py" "$@"; }
refused() { # refused WHAT COMMAND...: it must fail
  local what=$1
  shift
  if "$@" >$work/refused.log 2>&1; then fail "$what is allowed"; fi
}

start_registry portmapper
for signal in HUP USR1 USR2; do kill -$signal ${pids[portmapper]}; done
expect "who serves" '^_rpc$' "$(stat -c %U /proc/${pids[portmapper]})"
expect "its capabilities" '^0+$' "$(awk '/CapEff/ { print $2 }' /proc/${pids[portmapper]}/status)"
expect "its groups" '^$' "$(awk '/^Groups/ { print $2 }' /proc/${pids[portmapper]}/status)"
expect "whose the state is" '^_rpc 700$' "$(chmod 700 /run/rpcbind && stat -c '%U %a' /run/rpcbind)"

# One at a time, whoever it is.
refused "a second portmapper" $bin/portmapper -f --port 1111
expect "a second portmapper" 'another portmapper or rpcbind is running' "$(cat $work/refused.log)"
refused "a second table in one folder" $bin/portmapper -fw --port 1111 --socket /run/second.sock
expect "a second table in one folder" 'another portmapper keeps its state in /run/rpcbind' "$(cat $work/refused.log)"
refused "an rpcbind beside it" rpcbind -f
expect "an rpcbind beside it" 'another rpcbind is already running' "$(cat $work/refused.log)"

# Whose registrations they are, the kernel says.
register 600000001 1 tcp 0.0.0.0.3.9 600000001 1 udp 0.0.0.0.3.9
runuser -u games -- python3 "$here/register.py" 600000002 1 tcp 0.0.0.0.4.9 600000002 1 local /run/games.sock
games=$(id -u games)
all="600000001 1 tcp 0.0.0.0.3.9 superuser
600000001 1 udp 0.0.0.0.3.9 superuser
600000002 1 tcp 0.0.0.0.4.9 $games
600000002 1 local /run/games.sock $games"
expect "the table" "^$all$" "$(registered)"
refused "removing root's entry" runuser -u games -- rpcinfo -d 600000001 1
refused "registering over root's entry" runuser -u games -- python3 "$here/register.py" 600000001 1 tcp 0.0.0.0.4.9

# It is killed: what was registered is there again.
kill -KILL ${pids[portmapper]}
eventually "it ends" gone ${pids[portmapper]}
start_registry portmapper
expect "the table after kill -9" "^$all$" "$(registered)"

# To rpcbind and back, by the files.
stop portmapper
start_registry rpcbind
expect "the table of rpcbind, which took it over" "^$all$" "$(registered)"
rpcinfo -d 600000001 1
register 600000003 7 udp6 ::.3.9
stop rpcbind
start_registry portmapper
back="600000002 1 tcp 0.0.0.0.4.9 $games
600000002 1 local /run/games.sock $games
600000003 7 udp6 ::.3.9 superuser"
expect "the table, taken over from rpcbind" "^$back$" "$(registered)"
runuser -u games -- rpcinfo -d 600000002 1
expect "the table without what its owner removed" "^600000003 7 udp6 ::.3.9 superuser$" "$(registered)"
stop portmapper

# A damaged file is kept, told of, and not believed.
truncate -s -1 /run/rpcbind/rpcbind.xdr
start_registry portmapper
expect "what it says of a damaged file" 'rpcbind\.xdr is damaged: .* kept as /run/rpcbind/rpcbind\.xdr\.corrupt\.1' "$(cat $work/portmapper.log)"
expect "the table without it" '^$' "$(registered)"
[ -s /run/rpcbind/rpcbind.xdr.corrupt.1 ] || fail "the damaged file is gone"
stop portmapper

# A state directory that cannot be written to: one sentence, exit 1.
mkdir -m 755 $work/roots
refused "a folder that is root's" $bin/portmapper -f -w --state-dir $work/roots
expect "a folder that is root's" "cannot keep the table's state in $work/roots" "$(cat $work/refused.log)"
expect "lines" '^1$' "$(wc -l <$work/refused.log)"

# Whom the administrator keeps out by name of rpcbind is kept out of ours, and only learns that it is there.
touch $work/hosts.deny
mount --bind $work/hosts.deny /etc/hosts.deny
start_registry portmapper
expect "a host that is let in" '100000 +4 +tcp' "$(within 20 rpcinfo $address | head -n 20)"
echo "rpcbind: $address" >$work/hosts.deny
is_kept_out() { ! within 20 rpcinfo $address; }
eventually "the host is kept out" is_kept_out
expect "whether it is there" 'ready$' "$(within 20 $bin/onc-info ping tcp://$address:111 100000 4)"
expect "the others" '100000 +4 +tcp' "$(within 20 rpcinfo 127.0.0.1 | head -n 20)"
stop portmapper

# Servers that are gone are noticed, by choice.
start portmapper '^portmapper: serving at' $bin/portmapper -f --check-alive 1
register 600000004 1 tcp 127.0.0.1.3.9
start_time_server
is_removed() { [ "$(registered | grep -c 600000004)" = 0 ]; }
eventually "the server that is gone is removed" is_removed
kill -KILL ${pids[onc-timed]}
times_out() { [ -z "$(registered)" ]; }
eventually "the server that was killed is removed" times_out
expect "what it says of it" 'program 600000004 version 1 at tcp 127\.0\.0\.1\.3\.9 is gone' "$(cat $work/portmapper.log)"
stop portmapper
