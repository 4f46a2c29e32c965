"""writer.py REGISTER NODE LOCK TOKEN-VARIABLE SECONDS: the command that runs while a node leads, or a lock is held, for
so long. It writes to the register all the time, each time with its token."""
import json
import os
import socket
import sys
import time

register, node, lock, variable, seconds = sys.argv[1:]
write = json.dumps({"node": int(node), "who": node, "lock": lock, "token": int(os.environ[variable]), "by": "command"})
peer = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
peer.connect(register)
end = time.monotonic() + float(seconds)
while time.monotonic() < end:
    peer.send(write.encode())
    time.sleep(0.03)
