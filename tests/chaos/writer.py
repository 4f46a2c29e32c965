"""writer.py REGISTER NODE LOCK TOKEN-VARIABLE SECONDS [lingers]: the command that runs while a node leads, or a lock is
held, for so long. It writes to the register all the time, each time with its token.

A process that it leaves behind comes back much later with the same token, as one that hung might. With `lingers`
another does not even notice that the time is over, and writes as the command does."""
import json
import os
import random
import socket
import sys
import time

register, node, lock, variable, seconds, *how = sys.argv[1:]
token = int(os.environ[variable])
moments = random.Random(f"{node} {lock} {token}")
peer = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
peer.connect(register)


def write(by):
    peer.send(json.dumps({"node": int(node), "who": node, "lock": lock, "token": token, "by": by}).encode())


def gets_away():
    """True in a process that does not end with the command."""
    if os.fork() > 0:
        return False
    os.setsid()
    return True


def keep_writing(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        write("command")
        time.sleep(0.03)


if gets_away():
    for _ in range(8):
        time.sleep(moments.uniform(0.2, 2))
        write("straggler")
elif how == ["lingers"] and gets_away():
    keep_writing(6)
else:
    keep_writing(float(seconds))
