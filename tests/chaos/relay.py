"""What lies between a node and another: on the node's host, in place of the other, it passes on what it is sent, but
late, twice, in another order or not at all. Over TCP it delays, and breaks connections."""
import asyncio
import contextlib
import random
import socket
from dataclasses import dataclass

MOST_FLOWS = 64  # clients of one relay over UDP; older ones are forgotten


@dataclass(frozen=True)
class Weather:
    """Shares of all datagrams, or of all pieces of a stream; delays in seconds."""

    delay: float = 0.002  # at most
    back: float = 0  # as much more, at most, on the way back to who called
    lost: float = 0
    repeated: float = 0
    late: float = 0  # by up to `lateness`
    lateness: float = 0


WEATHERS = {
    "calm": Weather(),
    "rain": Weather(delay=0.05, lost=0.05, repeated=0.1, late=0.05, lateness=0.5),
    "storm": Weather(delay=0.1, lost=0.2, repeated=0.3, late=0.1, lateness=2.5),
    # What was granted is long granted when one hears of it.
    "slow answers": Weather(back=0.8),
}


class Relay:
    """Of one node towards another: what is sent to `front`, a socket that is bound, goes to `back`, by sockets that
    `connect` makes. `sky.weather` is looked at each time."""

    def __init__(self, name, front, back, connect, sky, seed):
        self.name = name
        self.front = front
        self.back = back
        self.connect = connect
        self.sky = sky
        self.random = random.Random(f"{seed} {name}")

    def delay(self, is_answer):
        weather = self.sky.weather
        late = weather.lateness if self.random.random() < weather.late else 0
        return self.random.random() * (weather.delay + late + (weather.back if is_answer else 0))

    def is_lost(self):
        return self.random.random() < self.sky.weather.lost

    async def start(self):
        if self.front.type == socket.SOCK_DGRAM:
            Datagrams(self, asyncio.get_running_loop())
        else:
            await asyncio.start_server(self.on_connection, sock=self.front)

    async def on_connection(self, reader, writer):
        upstream = self.connect()
        try:
            async with asyncio.timeout(3):
                await asyncio.get_running_loop().sock_connect(upstream, self.back)
            there = await asyncio.open_connection(sock=upstream)
        except OSError:  # also where it takes too long
            upstream.close()
            writer.transport.abort()
            return
        ways = [asyncio.create_task(way) for way in
                (self.pass_on(reader, there[1], False), self.pass_on(there[0], writer, True))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for end in (writer, there[1]):
            end.transport.abort()

    async def pass_on(self, reader, writer, is_answer):
        """Until it is closed, or broken by chance."""
        with contextlib.suppress(OSError):
            while piece := await reader.read(65536):
                await asyncio.sleep(self.delay(is_answer))
                if self.is_lost():
                    return
                writer.write(piece)
                await writer.drain()


class Datagrams:
    """Each client of the relay has a socket of his own towards the other side."""

    def __init__(self, relay, loop):
        self.relay = relay
        self.flows = {}  # client: socket
        self.loop = loop
        self.loop.add_reader(relay.front, self.on_client)

    def on_client(self):
        data, client = self.relay.front.recvfrom(65536)
        self.scatter(self.flow(client), data, self.relay.back, False)

    def on_answer(self, flow, client):
        with contextlib.suppress(OSError):  # nobody is there: what was sent is lost
            self.scatter(self.relay.front, flow.recv(65536), client, True)

    def flow(self, client):
        if client not in self.flows:
            if len(self.flows) >= MOST_FLOWS:
                self.forget(next(iter(self.flows)))
            flow = self.flows[client] = self.relay.connect()
            self.loop.add_reader(flow, self.on_answer, flow, client)
        return self.flows[client]

    def forget(self, client):
        flow = self.flows.pop(client)
        self.loop.remove_reader(flow)
        flow.close()

    def scatter(self, sender, data, address, is_answer):
        """Sends it once, twice or never, when its time has come."""
        for _ in range(2 if self.relay.random.random() < self.relay.sky.weather.repeated else 1):
            if not self.relay.is_lost():
                self.loop.call_later(self.relay.delay(is_answer), self.send, sender, data, address)

    @staticmethod
    def send(sender, data, address):
        with contextlib.suppress(OSError):  # it is forgotten, or the network has no room
            sender.sendto(data, address)
