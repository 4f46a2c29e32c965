"""What a lock or an office protects: it takes what comes with the latest token it has seen, or a later one.

Some of what a command writes comes once more much later, as from a network or a process that was held up."""
import asyncio
import json
import random
import socket


class Register(asyncio.DatagramProtocol):
    """`is_open`: it takes everything, and `lingers`: commands go on for long, both of which must be noticed."""

    def __init__(self, record, seed, is_open=False, lingers=False):
        self.record = record
        self.random = random.Random(seed)
        self.is_open = is_open
        self.lingers = lingers
        self.known = set()  # (lock, token)
        self.latest = {}  # lock: token

    async def start(self, path):
        place = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        place.bind(path)
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=place)

    def datagram_received(self, data, _):
        write = json.loads(data)
        self.take(write)
        if (write["lock"], write["token"]) not in self.known:
            self.known.add((write["lock"], write["token"]))
            self.repeat(write)

    def repeat(self, write):
        loop = asyncio.get_running_loop()
        late = 0
        for _ in range(8):
            late += self.random.uniform(0.2, 2)
            loop.call_later(late, self.take, {**write, "by": "straggler"})
        for turn in range(200 if self.lingers else 0):
            loop.call_later(0.03 * turn, self.take, write)

    def take(self, write):
        accepted = self.is_open or write["token"] >= self.latest.get(write["lock"], 0)
        if accepted:
            self.latest[write["lock"]] = write["token"]
        self.record.add("write", **write, accepted=accepted)
