#!/usr/bin/env python3
"""Does to a ZooKeeper server at 127.0.0.1:2181 what its administrator might.

zookeeper.py create PATH...      lasting nodes
zookeeper.py many PATH COUNT     so many of them below PATH
zookeeper.py delete PATH...
zookeeper.py allow PATH RIGHTS   to anyone: a sum of read 1, write 2, create 4, delete 8, admin 16
"""
import socket
import struct
import sys


class Server:
    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", 2181), 10)
        self.send(struct.pack(">iqiqi16x", 0, 0, 4000, 0, 16))
        self.receive()
        self.number = 0

    def send(self, message):
        self.socket.sendall(struct.pack(">i", len(message)) + message)

    def receive(self):
        whole = self.socket.makefile("rb", 0)
        (size,) = struct.unpack(">i", whole.read(4))
        message = b""
        while len(message) < size:
            message += whole.read(size - len(message))
        return message

    def ask(self, kind, body):
        self.number += 1
        self.send(struct.pack(">ii", self.number, kind) + body)
        error = struct.unpack(">iqi", self.receive()[:16])[2]
        if error:
            sys.exit(f"ZooKeeper answers {error}")


def text(value):
    return struct.pack(">i", len(value)) + value.encode()


def acl(rights):
    return struct.pack(">ii", 1, rights) + text("world") + text("anyone")


def main(what, *arguments):
    server = Server()
    if what == "many":
        what, arguments = "create", [f"{arguments[0]}/{number}" for number in range(int(arguments[1]))]
    if what == "allow":
        path, rights = arguments
        server.ask(7, text(path) + acl(int(rights)) + struct.pack(">i", -1))
    elif what == "create":
        for path in arguments:
            server.ask(1, text(path) + text("what") + acl(31) + struct.pack(">i", 0))
    elif what == "delete":
        for path in arguments:
            server.ask(2, text(path) + struct.pack(">i", -1))
    else:
        sys.exit(__doc__)


main(*sys.argv[1:])
