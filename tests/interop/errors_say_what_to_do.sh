#!/bin/bash
# errors_say_what_to_do.sh: a port that is taken, no portmapper, no permission: one sentence on stderr, and exit 1.
. "$(dirname "$0")/harness.sh"

nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
# says PATTERN COMMAND...
says() {
  local pattern=$1 status=0 errors
  shift
  within 60 "$@" >$work/out.log 2>$work/err.log </dev/null || status=$?
  errors=$(cat $work/err.log)
  [ $status = 1 ] || fail "exit $status, not 1, from: $* ($errors)"
  [ "$(wc -l <$work/err.log)" = 1 ] || fail "not one line from: $* ($errors)"
  [ ! -s $work/out.log ] || fail "something on stdout from: $* ($(cat $work/out.log))"
  expect "${*##*/}" "$pattern" "$errors"
}

says 'portmapper' $bin/onc-timed --listen tcp://127.0.0.1:0 --register required --foreground
says 'portmapper' $bin/onc-time get --server 127.0.0.1
says '127\.0\.0\.1:9.*refused' $bin/onc-time get --server tcp://127.0.0.1:9
says '80.*(permission|permitted|privilege|root)' "${nobody[@]}" $bin/onc-timed --listen tcp://127.0.0.1:80 --register no --foreground
says '111.*(permission|permitted|privilege|root)' "${nobody[@]}" $bin/portmapper --port 111 --socket $work/none.sock --foreground
says 'none\.sock.*([Pp]ermission|[Pp]ermitted|[Pp]rivilege|root)' "${nobody[@]}" $bin/portmapper --port 0 --socket $work/none.sock --foreground

start onc-timed '^onc-timed: serving TIME v1, TIME v2 at tcp://127.0.0.1:7001, not registered' \
  $bin/onc-timed --listen tcp://127.0.0.1:7001 --register auto --foreground
says '7001.*(in use|taken)' $bin/onc-timed --listen tcp://127.0.0.1:7001 --register no --foreground
stop onc-timed

start_registry portmapper
says '111.*(in use|taken)' $bin/portmapper --port 111 --socket $work/second.sock --foreground
says '(TIME|536870913|0x20000001).*registered|registered.*(TIME|536870913|0x20000001)' $bin/onc-time get --server 127.0.0.1
stop portmapper
