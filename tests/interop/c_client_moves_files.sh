#!/bin/bash
# c_client_moves_files.sh: rpcgen's client, over libtirpc, finds the file server and does all that one does with files.
. "$(dirname "$0")/harness.sh"

start_registry portmapper
[ -x "$peers/file_client" ] || skip "rpcgen or libtirpc was missing in the build: apt-get install rpcsvc-proto libtirpc-dev"
capture c_files
mkdir $work/root
start onc-filed '^onc-filed: serving FILES v1 at .*, registered with the portmapper' \
  $bin/onc-filed --root $work/root --allow $address=write --register required --foreground
client=(within 20 "$peers/file_client" $address)
text="A file that came in pieces."
hash=$(printf %s "$text" | sha256sum | cut -d' ' -f1)

expect "mkdir" '^0$' "$("${client[@]}" mkdir folder)"
expect "mkdir again" '^2$' "$("${client[@]}" mkdir folder)"
expect "a file in pieces" '^0 0 0 0$' "$("${client[@]}" put folder/file "$text" "$hash")"
[ "$(cat $work/root/folder/file)" = "$text" ] || fail "what was put is not what there is"
expect "a file that is not to be there is" '^2$' "$("${client[@]}" put folder/file "$text" "$hash")"
expect "another in one piece" '^0$' "$("${client[@]}" small folder/small "$text" "$hash")"
expect "one that was damaged on the way" '^15$' "$("${client[@]}" small folder/bad "${text/A/a}" "$hash")"
expect "list" '^0 file small$' "$("${client[@]}" list folder)"
expect "stat" '^0 kind 1 size 27 mode 644$' "$("${client[@]}" stat folder/file)"
expect "read" "^0 27 $text\$" "$("${client[@]}" read folder/file 0)"
expect "read on" '^0 27 pieces.$' "$("${client[@]}" read folder/file 20)"
expect "read at the end" '^0 27 $' "$("${client[@]}" read folder/file 27)"
expect "read at 2^63-1" '^0 27 $' "$("${client[@]}" read folder/file 0x7fffffffffffffff)"
expect "read at 2^63" '^11$' "$("${client[@]}" read folder/file 0x8000000000000000)"
expect "read at 2^64-1" '^11$' "$("${client[@]}" read folder/file 0xffffffffffffffff)"
expect "read what is not there" '^1$' "$("${client[@]}" read none 0)"
expect "leave the root" '^6$' "$("${client[@]}" stat ../root)"
expect "or by an absolute path" '^7$' "$("${client[@]}" stat /etc/passwd)"
expect "remove a folder with files" '^5$' "$("${client[@]}" remove folder)"
expect "remove a file" '^0$' "$("${client[@]}" remove folder/small)"
expect "a call without its argument" "can't decode arguments" "$("${client[@]}" nonsense)"
stop onc-filed
end_capture
check_wire --calls 0x20000002/tcp=23

serve() { # serve NAME: a server with a folder of its own
  mkdir -p $work/"$1"
  start "$1" '^onc-filed: serving FILES v1 at .*, registered with the portmapper' \
    $bin/onc-filed --root $work/"$1" --register required --foreground
}
warning='^onc-filed: warning: with the portmapper this takes the place of the file server at tcp://127.0.0.1:[0-9]+, '
serve first
serve second
eventually "the second says that it takes the first one's place" grep -qE "$warning" $work/second.log
grep -q warning $work/first.log && fail "nobody was there before the first: $(cat $work/first.log)"
kill -KILL "${pids[second]}"
serve third
stop third
grep -q warning $work/third.log && fail "who has died is warned of: $(cat $work/third.log)"
stop first
