"""Has a portmapper call another program over UDP: HOST SECONDS PROGRAM VERSION PROCEDURE. Fails where no answer comes
within SECONDS."""

import socket
import struct
import sys

host = sys.argv[1]
seconds, program, version, procedure = map(int, sys.argv[2:])
call = struct.pack(">14I", 7, 0, 2, 100000, 2, 5, 0, 0, 0, 0, program, version, procedure, 0)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
    asker.settimeout(seconds)
    asker.connect((host, 111))  # and so from where it was asked
    asker.send(call)
    try:
        reply = asker.recv(65536)
    except TimeoutError:
        sys.exit("no answer")
if struct.unpack(">6I", reply[:24]) != (7, 1, 0, 0, 0, 0):
    sys.exit("refused")
print(f"answered: {len(reply) - 32} bytes")
