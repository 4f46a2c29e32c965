#!/bin/bash
# time_is_watched.sh: onc-time shows how far clocks are off, in a terminal, in a pipe and for scripts, and says what is
# wrong.
. "$(dirname "$0")/harness.sh"

needs python3 python3
start_registry portmapper
start_time_server
start ahead '^onc-timed: serving' $bin/onc-timed --foreground --register no --listen udp://127.0.0.1:7001 --skew 3 --berkeley
start group '^onc-timed: serving' $bin/onc-timed --foreground --register no --listen udp://127.0.0.1:7000 --slew-limit 1e-6 \
  --berkeley --peer udp://127.0.0.1:7001
ask() { within 30 $bin/onc-time "$@" 2>&1 || echo "status $?"; }
json() { ask "${@:2}" --json | python3 -c "import json, sys; it = [json.loads(line) for line in sys.stdin]; print($1)"; }

expect "query" '127.0.0.1:7001 +\+[0-2]\.[0-9]{6} +0\.[0-9]{6} .*udp://127.0.0.1:9 +not heard: .*connection refused.*status 1$' \
  "$(ask query udp://127.0.0.1:7001 udp://127.0.0.1:9)"
expect "query of a name, by the portmapper" "^True [+-]0.0$" \
  "$(json "it[0]['hosts'][0]['heard'], '%+.1f' % it[0]['hosts'][0]['offset']" query $address )"
expect "a year that cannot be" 'refuses.*1970 to 2200.*status 1$' "$(ask set "2201-01-01 00:00:00" --server $address)"
expect "another refusal" 'refuses to be set to 1969-12-31 23:59:59: .*status 1$' "$(ask set "1969-12-31 23:59:59" --server $address)"
within 20 $bin/onc-time set "2030-01-01 00:00:00" --server $address
expect "query of a clock that is far off" 'more than an hour off' "$(ask query $address)"
expect "hosts and a group" 'either hosts, or the server.*status 2$' "$(ask watch --server $address udp://127.0.0.1:7001)"
kill -KILL ${pids[onc-timed]}
expect "get where the registered server has ended" 'the portmapper names .*, where a server was that has ended.*status 1$' \
  "$(ask get --server $address)"
expect "query of it" 'not heard: .*, where a server was that has ended.*status 1$' "$(ask query $address)"
start_time_server
stop onc-timed
expect "query of what is not there" 'not heard: .*registered.*status 1$' "$(ask query $address)"
expect "watch in a pipe" '127\.0\.0\.1:7000 [+-].*127\.0\.0\.1:7001 \+.*127\.0\.0\.1:7000 ' \
  "$(ask watch --server udp://127.0.0.1:7000 --interval 0.1 --for 0.2)"
expect "watch for scripts" '^3 2 True$' \
  "$(json "len(it), len(it[0]['hosts']), it[2]['hosts'][1]['error'] < 0.1" watch --server udp://127.0.0.1:7000 --interval 0.1 --for 0.3 | tr -d '(,)')"
expect "watch of nobody" '127.0.0.1:9 not heard.*status 1$' "$(ask watch udp://127.0.0.1:9 --interval 0.1 --for 0.2)"
drawn() { # in a terminal
  python3 - "$@" <<'TEXT'
import os, pty, sys
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
output = b""
try:
    while data := os.read(terminal, 65536):
        output += data
except OSError:
    pass  # it has ended
_, status = os.waitpid(child, 0)
text = output.decode()
frames = text.split("Seconds ahead of this machine's clock")[1:]
print(os.waitstatus_to_exitcode(status), len(frames), all("\x1b[" in frame for frame in frames),
      sum("b\x1b[0m" in line and "|" in line for line in frames[-1].split("\n")) > 0)
TEXT
}
expect "watch in a terminal" '^0 3 True True$' \
  "$(drawn $bin/onc-time watch --server udp://127.0.0.1:7000 --interval 0.1 --for 0.3)"
wide() { # wide COLUMNS COMMAND...: the widest line that it draws in a terminal that is so wide
  python3 - "$@" <<'TEXT'
import fcntl, os, pty, re, struct, sys, termios
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("4H", 40, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
output = b""
try:
    while data := os.read(terminal, 65536):
        output += data
except OSError:
    pass  # it has ended
os.waitpid(child, 0)
shown = re.sub("\x1b\\[[0-9;]*[A-Za-z]", "", output.decode())
print(max(len(line) for line in re.split("[\r\n]+", shown)))
TEXT
}
for columns in 8 20 40 80; do
  widest=$(wide $columns $bin/onc-time watch --server udp://127.0.0.1:7000 --interval 0.1 --for 0.3)
  [ "$widest" -lt $columns ] || fail "a line of $widest characters in $columns columns"
done
echo "ok: no line is wider than the terminal"
expect "get, precisely" '^20[0-9-]+ [0-9:]+\.[0-9]{9} UTC, seconds from UTC at most: unknown, .*: [0-9.]+' \
  "$(ask get --precise --server udp://127.0.0.1:7000)"
expect "get, precisely, for scripts" '^True$' \
  "$(json "abs(it[0]['now'] / 1e9 - __import__('time').time()) < 10" get --precise --server udp://127.0.0.1:7000)"
expect "a stamp" '^1$' "$(ask stamp --server udp://127.0.0.1:7000)"
expect "a later one" '^42$' "$(ask stamp --seen 41 --server udp://127.0.0.1:7000)"
expect "one for scripts" '^43$' "$(json "it[0]['stamp']" stamp --server udp://127.0.0.1:7000)"
expect "none after one that cannot be" 'too far ahead.*status 1$' \
  "$(ask stamp --seen 18446744073709551615 --server udp://127.0.0.1:7000)"
for wrong in "stamp --seen -1" "stamp --seen 18446744073709551616" "query" "query foo://x" "watch --interval 0" "watch --for never" "get --server tcp://:x"; do
  expect "onc-time $wrong" '[a-z].*status 2$' "$(ask $wrong)"
done

# A server that lies: what it says is neither written on the terminal nor the user's mistake.
start liar '^serving$' python3 "$here/time_liar.py" 7009
plain() { # whether all of it can be shown
  local text
  text=$(ask "$@")
  if LC_ALL=C grep -q $'[^\t -~]' <<<"$text"; then echo "CONTROL CHARACTERS $(cat -v <<<"$text")"; else echo "$text"; fi
}
expect "watch of a liar's peers" '7009 [+-].*\?\[2J.* not heard.*foo://\?\[31m not heard' \
  "$(plain watch --server udp://127.0.0.1:7009 --interval 0.2 --for 0.4)"
expect "a complaint" '\?\[2J://x.*status 2$' "$(plain get --server $'\e[2J://x')"
if within 30 $bin/onc-time watch --server udp://127.0.0.1:7009 --interval 0.2 --for 0.4 >/dev/null; then
  echo "ok: a liar's peers are no mistake of who watches"
else
  fail "a liar chose the exit status"
fi
for name in ahead group; do stop $name; done
