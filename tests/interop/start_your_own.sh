#!/bin/bash
# start_your_own.sh: from an installed package to two programs that talk, by the steps of the README's section of that
# name. Only the first differs: the tree is built already.
. "$(dirname "$0")/harness.sh"

needs cmake cmake
needs python3 python3
needs pkgconf pkg-config
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/notes
cd /mnt/notes
export HOME=/mnt
# As the tree was built; a program with sanitizers needs libraries with them, and the other way round.
export CXX=$ONC_CXX
[ -z "$ONC_SANITIZE" ] || export CXXFLAGS="-fsanitize=$ONC_SANITIZE" LDFLAGS="-fsanitize=$ONC_SANITIZE"

python3 - "$ONC_SOURCE/README.md" "$ONC_BUILD" $work <<'PYTHON'
import pathlib, re, sys
story = open(sys.argv[1]).read().split("## Start your own")[1].split("\n## ")[0]
interface, = re.findall(r"```\n(.*?)```", story, re.S)
blocks = re.findall(r"(?:^    .*\n)+", story.replace(interface, ""), re.M)
install, steps, call, answers, by_hand = (re.sub("^    ", "", block, flags=re.M) for block in blocks)
built = install.replace("./dev build && cmake --install build", "cmake --install " + sys.argv[2])
assert built != install, install
build, serve = re.fullmatch(r"(.*)^(\S+) &\n", steps, re.S | re.M).groups()
work = pathlib.Path(sys.argv[3])
pathlib.Path("notes.x").write_text(interface)
for name, text in {"install.sh": built, "build.sh": build, "serve.sh": "exec " + serve, "call.sh": call,
                   "answers": answers, "by_hand.sh": by_hand.replace("g++", "$CXX ${CXXFLAGS:-}")}.items():
    (work / name).write_text(text)
PYTHON
. $work/install.sh >$work/install.log 2>&1 || fail "the README's install commands fail"
expect "what systemd is to start" "^ExecStart=$HOME/oncpp/sbin/portmapper " "$(grep ExecStart= ~/oncpp/lib/systemd/system/portmapper.service)"
within 600 bash -e $work/build.sh >$work/build.log 2>&1 || fail "the README's build commands fail"
start server 'tcp://127' bash $work/serve.sh
answers=$(within 20 bash $work/call.sh)
[ "$answers" = "$(cat $work/answers)" ] || fail "the client says something else than the README: $answers"
grep -q '^add("")$' $work/server.log || fail "the server does not tell that it was called"

kill "${pids[server]}"
eventually "the server ends" gone "${pids[server]}"
within 600 bash -e $work/by_hand.sh >$work/by_hand.log 2>&1 || fail "the README's commands without CMake fail"
start server 'tcp://127' ./notes-server
[ "$(within 20 ./notes-client)" = "$answers" ] || fail "programs that were built without CMake do something else"
# shellcheck disable=SC2086
within 600 $CXX ${CXXFLAGS:-} -std=c++20 client.cc notes.x.cc notes.x.print.cc -I ~/oncpp/include -L ~/oncpp/lib \
  -lonc -lonc_xdr -pthread -o by-flags || fail "a program cannot be built with the flags that the README says"
# Who prints nothing may leave out what does.
idlc "$ONC_SOURCE/idl/time.x"
# shellcheck disable=SC2086
within 600 $CXX ${CXXFLAGS:-} -std=c++20 "$ONC_SOURCE/examples/time/server.cc" time.x.cc -I . -I ~/oncpp/include \
  -L ~/oncpp/lib -lonc -lonc_xdr -pthread -o without-prints || fail "time.x.print.cc cannot be left out"
kill "${pids[server]}"
eventually "the server ends" gone "${pids[server]}"
ONC_TRACE=1 start without 'tcp://127' ./without-prints
within 20 "$ONC_BIN/example-time-client" >/dev/null
grep -q 'answered after .*: TIME v1 procedure 1 = 0x' $work/without.log || fail "the trace lacks what it can show"

export PKG_CONFIG_PATH=~/oncpp/lib/pkgconfig
cp "$ONC_SOURCE/idl/time.x" "$ONC_SOURCE/examples/time/async_client.cc" .
idlc time.x
[[ $CXX != *clang* || -z $ONC_SANITIZE ]] || CXXFLAGS+=" -fno-sanitize=function" # as the library: see Compile.cmake
# shellcheck disable=SC2046,SC2086
within 600 $CXX ${CXXFLAGS:-} -std=c++20 async_client.cc time.x.cc time.x.async.cc \
  $(pkg-config --cflags --libs oncpp-async) -o asking || fail "a program with coroutines cannot be built with oncpp-async.pc"
expect "a program with coroutines" 'nobody listens there' "$(within 20 ./asking tcp://127.0.0.1:9 2>&1 || true)"
if pkg-config --exists libtirpc; then
  mkdir bridged
  echo 'int main() { onc::tirpc::Services services; }' | sed '1i #include <onc/tirpc/bridge.h>' >bridged/main.cc
  cat >bridged/CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(bridged CXX)
find_package(oncpp REQUIRED COMPONENTS tirpc)
add_executable(bridged main.cc)
target_link_libraries(bridged PRIVATE onc::tirpc)
CMAKE
  within 600 bash -ec 'cmake -S bridged -B bridged/build && cmake --build bridged/build' >$work/bridged.log 2>&1 ||
    fail "a program with the bridge to libtirpc cannot be built with find_package(oncpp COMPONENTS tirpc)"
  within 20 bridged/build/bridged || fail "a program with the bridge to libtirpc does not run"
  # shellcheck disable=SC2046,SC2086
  within 600 $CXX ${CXXFLAGS:-} -std=c++20 bridged/main.cc $(pkg-config --cflags --libs oncpp-tirpc) -o by-package ||
    fail "nor with oncpp-tirpc.pc"
fi

! $CXX -std=c++17 -fsyntax-only -I ~/oncpp/include server.cc 2>$work/cpp17.txt || fail "C++17 was enough"
grep -m 1 error $work/cpp17.txt | grep -q 'oncpp needs C++20' || fail "the first error is not that C++20 is needed"

for page in idlc.1 onc-election.1 onc-mutex.1 onc-time.1 portmapper.8 onc-electiond.8 onc-mutexd.8 onc-timed.8 onc-info.8; do
  [ -s ~/oncpp/share/man/man"${page##*.}/$page" ] || fail "the page $page is not installed"
done
for program in bin/idlc bin/onc-election bin/onc-mutex bin/onc-time sbin/onc-electiond sbin/onc-mutexd sbin/onc-timed \
  sbin/portmapper sbin/onc-info; do
  ~/oncpp/$program --version >/dev/null || fail "$program does not run where it is installed"
done
# The services are asked by the same .x: the examples that do so are built from what is installed.
for service in election file mutex time; do
  [ -s ~/oncpp/share/oncpp/idl/$service.x ] || fail "$service.x is not installed"
done
within 600 bash -ec 'cmake -S ~/oncpp/share/doc/oncpp/examples -B examples &&
  cmake --build examples --target example-mutex-client example-election-client' >$work/examples.log 2>&1 ||
  fail "the installed examples cannot be built"
for service in mutex election; do
  expect "an installed example" "^usage: example-$service-client" "$(within 20 examples/bin/example-$service-client --help)"
done
DESTDIR=/mnt/staged cmake --install "$ONC_BUILD" --prefix /usr >>$work/install.log 2>&1 || fail "DESTDIR does not work"
[ -x /mnt/staged/usr/bin/idlc ] || fail "DESTDIR is not where things go"
