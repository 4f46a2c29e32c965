"""time_liar.py PORT: a time server that says what would upset a terminal."""
import socket
import struct
import sys
import time

EXCHANGE, STATUS = 3, 5
PEERS = [b"\x1b[2J\x1b]0;owned\x07", b"foo://\x1b[31m", b"", b"udp://a b:\r\n9"]


def opaque(data):
    return struct.pack(">I", len(data)) + data + bytes(-len(data) % 4)


def answer(procedure):
    now = time.time_ns()
    bounds = struct.pack(">4Q", 0, 0, 1, 1)
    if procedure == EXCHANGE:
        return struct.pack(">4qQ", 0, now, now, 0, 0) + bounds
    peers = b"".join(opaque(name) + struct.pack(">IIqQ", 1, 0, 0, 0) for name in PEERS)
    return struct.pack(">q", now) + bounds + struct.pack(">qII", 0, 1, len(PEERS)) + peers


server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", int(sys.argv[1])))
print("serving", flush=True)
while True:
    call, client = server.recvfrom(65536)
    server.sendto(call[:4] + struct.pack(">5I", 1, 0, 0, 0, 0) + answer(struct.unpack(">I", call[20:24])[0]), client)
