#!/bin/bash
# readme_story.sh: what the README tells a newcomer to write, and to run, does what it says. Only the place is ours.
. "$(dirname "$0")/harness.sh"

needs cmake cmake
needs g++ g++
mount -t tmpfs -o mode=755 tmpfs /mnt
cd /mnt
ln -s "$ONC_SOURCE" oncpp
python3 - oncpp/README.md <<'PYTHON'
import re, sys
story = open(sys.argv[1]).read().split("## From a .x to a running program")[1].split("\n## ")[0]
interface, cmake = re.findall(r"```(?:cmake)?\n(.*?)```", re.sub(r"```cpp\n.*?```", "", story, flags=re.S), re.S)
server, client = re.findall(r"```cpp\n(.*?)```", story, re.S)
commands = [line.strip() for line in story.split(cmake)[1].splitlines() if line.startswith("    ")][:4]
assert commands[3] == "kill %1", commands  # so that the port is free for what the README runs next
for name, text in {"time.x": interface, "server.cc": server, "client.cc": client, "CMakeLists.txt": cmake,
                   "build.sh": commands[0], "serve.sh": "exec " + commands[1].removesuffix("&"), "call.sh": commands[2]}.items():
    open(name, "w").write(text)
PYTHON
within 900 bash build.sh >$work/build.log 2>&1 || fail "the README's build command fails"
start server 'tcp://127' bash serve.sh
expect "the README's client" '^[0-2][0-9]:[0-5][0-9]:[0-6][0-9] UTC$' "$(within 20 bash call.sh)"
