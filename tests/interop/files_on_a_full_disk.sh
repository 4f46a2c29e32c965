#!/bin/bash
# files_on_a_full_disk.sh: what the file service and its client say and leave behind when a disk is full, on either side.
. "$(dirname "$0")/harness.sh"

small_disk() {
  mkdir $work/"$1"
  mount -t tmpfs -o "$2" tmpfs $work/"$1"
}
small_disk root size=8M
small_disk here size=8M
mkdir $work/large
start onc-filed '^onc-filed: serving FILES v1 at ' \
  $bin/onc-filed --root $work/root --listen local:///run/files.sock --register no --foreground
file() { within 30 $bin/onc-file "$1" --server local:///run/files.sock "${@:2}"; }
# refuses WHAT PATTERN COMMAND...: with status 1 and a sentence.
refuses() {
  local said status=0
  said=$(file "${@:3}" 2>&1) || status=$?
  [ $status = 1 ] || fail "$1: status $status, said '$said'"
  expect "$1" "$2" "$said"
}
nothing_left() { [ -z "$(find $work/root $work/here -name '.*onc-*')" ] || fail "left: $(ls -A $work/root $work/here)"; }

head -c 20000000 /dev/urandom >$work/large/large
head -c 5000000 /dev/urandom >$work/large/fits
head -c 900000 /dev/urandom >$work/large/small
file put $work/large/fits
refuses "a large file" "the server's disk is full" put $work/large/large
refuses "another that would have fitted" "the server's disk is full" put $work/large/fits again
refuses "the same in its place, for both must be there for a while" "the server's disk is full" put $work/large/large fits
cmp $work/large/fits $work/root/fits || fail "the old file is not what it was"
nothing_left
for number in 1 2 3; do file put $work/large/small $number; done
refuses "a small one that is one too many" "the server's disk is full" put $work/large/small 4
nothing_left
[ "$(ls $work/root | xargs)" = "1 2 3 fits" ] || fail "there is $(ls $work/root)"

cp $work/large/large $work/large/fits $work/large/small $work/here 2>/dev/null && fail "it should be full here"
rm -f $work/here/*
file rm 1 2 3 fits
mount -o remount,size=64M $work/root
file put $work/large/large $work/large/fits /
refuses "a download that does not fit here" 'written here: No space left on device' get large $work/here
[ ! -e $work/here/large ] || fail "half of it is there"
rm -f $work/here/.large.onc-part.*
file get fits $work/here
cmp $work/large/fits $work/here/fits || fail "what fits is not what it was"
mount -o remount,nr_inodes=4 $work/root 2>/dev/null || mount -o remount,size=64M,nr_inodes=10 $work/root
for number in 1 2 3 4 5 6 7 8 9; do file put $work/large/small "$number" >/dev/null 2>&1 || break; done
refuses "a file too many" "the server's disk is full" put $work/large/small one-too-many
refuses "a folder too many" "the server's disk is full" mkdir folder
nothing_left
stop onc-filed
