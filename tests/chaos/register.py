"""What a lock or an office protects: it takes what comes with the latest token it has seen, or a later one."""
import asyncio
import json
import socket


class Register(asyncio.DatagramProtocol):
    """`is_open`: it takes everything, which must be noticed."""

    def __init__(self, record, is_open=False):
        self.record = record
        self.is_open = is_open
        self.latest = {}  # lock: token

    async def start(self, path):
        place = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        place.bind(path)
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=place)

    def datagram_received(self, data, _):
        self.take(json.loads(data))

    def take(self, write):
        accepted = self.is_open or write["token"] >= self.latest.get(write["lock"], 0)
        if accepted:
            self.latest[write["lock"]] = write["token"]
        self.record.add("write", **write, accepted=accepted)
