"""A client over a local socket (RFC 5531 sections 8 and 11), and as much of XDR as it needs (RFC 4506)."""
import asyncio
import struct

HEADER = struct.Struct(">11I")
SHORTEST_REPLY = 24


def opaque(value):
    """Of variable length."""
    return struct.pack(">I", len(value)) + value + bytes(-len(value) % 4)


def uhypers(*values):
    return struct.pack(f">{len(values)}Q", *values)


class Reader:
    """XDR from the front."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, form):
        values = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(">" + form)
        return values[0]

    def uint(self):
        return self.take("I")

    def uhyper(self):
        return self.take("Q")


class Connection:
    """One call at a time. OSError and EOFError where it fails; then it is of no more use."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer
        self.xid = 0

    @classmethod
    async def to(cls, path):
        return cls(*await asyncio.open_unix_connection(path))

    async def call(self, program, version, procedure, arguments=b""):
        self.xid += 1
        mark = 0x80000000 | 40 + len(arguments)
        self.writer.write(HEADER.pack(mark, self.xid, 0, 2, program, version, procedure, 0, 0, 0, 0) + arguments)
        reply = b""
        last = False
        while not last:
            mark = struct.unpack(">I", await self.reader.readexactly(4))[0]
            last = bool(mark & 0x80000000)
            reply += await self.reader.readexactly(mark & 0x7FFFFFFF)
        xid, kind, status, _, _, accepted = struct.unpack_from(">6I", reply)
        if (xid, kind, status, accepted) != (self.xid, 1, 0, 0):
            raise OSError(f"procedure {procedure} of {program} is answered with {reply[:SHORTEST_REPLY].hex()}")
        return Reader(reply[SHORTEST_REPLY:])

    def close(self):
        self.writer.transport.abort()
