#!/bin/bash
# nfs_goes_by_us.sh: other people's servers register with portmapper, are found by other people's clients through it,
# and are gone from it when they end: NFS-Ganesha, rpc.rstatd, rpc.rusersd, rpc.rquotad, a program of rpcgen's.
. "$(dirname "$0")/harness.sh"

needs rpcbind rpcinfo
needs rstatd rpc.rstatd
needs rusersd rpc.rusersd
needs quota rpc.rquotad
needs nfs-ganesha ganesha.nfsd
needs nfs-common showmount
needs libnfs-utils nfs-ls nfs-cp

start_registry portmapper
programs() { rpcinfo -p | awk -v program="$1" '$1 == program' | wc -l; }
is_there() { [ "$(programs "$1")" != 0 ]; }
registered_anew() { [ -n "$(port)" ] && [ "$(port)" != "$before" ]; }
is_gone() { [ "$(programs "$1")" = 0 ]; }

start rstatd '' rpc.rstatd
start rusersd '' rpc.rusersd
start rquotad '' rpc.rquotad -F
start_c_time_server
for program in 100001 100002 100011 536870913; do eventually "program $program is registered" is_there $program; done
for program in '100002 3' '100011 1' '536870913 1'; do
  # shellcheck disable=SC2086
  expect "a ping of $program" 'ready and waiting' "$(within 20 rpcinfo -u $address $program)"
done

mkdir -p $work/export/folder /run/ganesha /var/lib/nfs/ganesha
head -c 3000000 /dev/urandom >$work/export/large
cat >$work/ganesha.conf <<CONF
NFS_CORE_PARAM { Protocols = 3; NFS_Port = 2049; MNT_Port = 20048; Enable_NLM = false; Enable_RQUOTA = false; mount_path_pseudo = false; }
NFSv4 { Graceless = true; RecoveryBackend = fs; }
NFS_KRB5 { Active_krb5 = false; }
EXPORT { Export_Id = 1; Path = $work/export; Pseudo = /export; Access_Type = RW; Squash = No_Root_Squash; SecType = sys, none; Protocols = 3; Transports = TCP, UDP; FSAL { Name = VFS; } }
CONF
start ganesha '' ganesha.nfsd -F -f $work/ganesha.conf -L $work/ganesha.log -p /run/ganesha.pid -N NIV_EVENT
eventually "mount is registered" is_there 100005
eventually "NFS is registered" is_there 100003
expect "showmount -e" "$work/export" "$(within 20 showmount -e $address)"
url=nfs://$address$work/export
expect "nfs-ls" 'large' "$(within 20 nfs-ls "$url/?version=3")"
within 20 nfs-cp "$url/large?version=3" $work/copy >/dev/null
cmp $work/export/large $work/copy || fail "what nfs-cp read is not what there is"
within 20 nfs-cp $work/copy "$url/folder/back?version=3" >/dev/null
cmp $work/copy $work/export/folder/back || fail "what nfs-cp wrote is not what it had"
echo "ok: nfs-cp there and back"

kill -TERM ${pids[ganesha]} ${pids[rquotad]} $(pgrep rpc.rusersd) $(pgrep rpc.rstatd)
for program in 100001 100002 100003 100005 100011; do eventually "program $program is gone" is_gone $program; done
# What rpcgen makes unregisters what was left of an earlier one when it starts, and nothing when it ends.
port() { rpcinfo -p | awk '$1 == 536870913 && $2 == 1 && $3 == "tcp" { print $4 }'; }
before=$(port)
kill -TERM ${pids[time_server]}
eventually "time_server ends" gone ${pids[time_server]}
start_c_time_server
eventually "it is registered anew" registered_anew
expect "its port" '^[0-9]+$' "$(port)"
