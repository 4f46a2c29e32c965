"""Nodes on hosts of their own, what is between them, what works with them, and everything that goes wrong there."""
import asyncio
import contextlib
import itertools
import os
import signal
import socket
import sys

from hosts import WORK, Hosts, address
from plan import LEADER
from register import Register
from relay import WEATHERS, Relay

HERE = os.path.dirname(os.path.abspath(__file__))
START = 60  # seconds for a daemon to serve; a busy machine may take some
REGISTER = f"{WORK}/register"


class Sky:
    weather = WEATHERS["calm"]


class Node:
    def __init__(self, number):
        self.number = number
        self.daemon = None  # its process, if it runs
        self.clients = {}  # lock: what waits for it, or has a command run


class World:
    """`broken`: what is wrong on purpose, one of broken.py."""

    def __init__(self, service, plan, record, folder, broken=None):
        self.service = service
        self.plan = plan
        self.record = record
        self.folder = folder
        self.broken = broken
        self.sky = Sky()
        self.cuts = set()
        self.nodes = {number: Node(number) for number in range(1, plan.nodes + 1)}
        self.register = Register(record, plan.seed, is_open=broken == "register", lingers=broken == "command")
        self.observers = [one for number in self.nodes for one in service.observers(number, record, self.register)]
        self.killed = set()  # daemons that we ended
        self.clients = set()  # processes
        self.tasks = []

    async def begin(self):
        self.hosts = Hosts(self.plan.nodes, self.plan.paces, self.plan.seed)
        await self.register.start(REGISTER)
        for one, other in itertools.permutations(self.nodes, 2):
            await self.relay(one, other).start()
        await asyncio.gather(*(self.start(node) for node in self.nodes.values()))
        works = [self.work(node, lock) for node in self.nodes.values() for lock in self.service.locks]
        self.tasks += [asyncio.create_task(one) for one in [*works, *(observer.run() for observer in self.observers)]]

    async def end(self):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for node in self.nodes.values():
            await self.kill(node)
        for client in self.clients:
            with contextlib.suppress(ProcessLookupError):
                client.kill()
            await client.wait()

    # Daemons.

    def relay(self, one, other):
        """It stands at 127.0.0.1 on the host of the one."""
        kind = socket.SOCK_DGRAM if self.plan.transport == "udp" else socket.SOCK_STREAM
        with self.hosts.network_of(one):
            front = socket.socket(socket.AF_INET, kind)
            front.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            front.bind(("127.0.0.1", self.service.PORT + other))
        front.setblocking(False)
        place = (address(other), self.service.PORT)
        return Relay(f"{one}>{other}", front, place, lambda: self.outward(one, kind, place), self.sky, self.plan.seed)

    def outward(self, host, kind, place):
        with self.hosts.network_of(host):
            made = socket.socket(socket.AF_INET, kind)
        made.setblocking(False)
        if kind == socket.SOCK_DGRAM:
            made.connect(place)
        return made

    def uris(self, node):
        of_relay = f"{self.plan.transport}://127.0.0.1:"
        return {other: self.service.uri(other) if other == node else f"{of_relay}{self.service.PORT + other}"
                for other in self.nodes}

    async def start(self, node):
        words = self.service.daemon_words(node.number, self.uris(node.number))
        with open(f"{self.folder}/node.{node.number}.log", "a", encoding="utf-8") as log:
            node.daemon = await asyncio.create_subprocess_exec(
                *self.hosts.on(node.number, *words, by_its_pace=True), stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE, stderr=log)
        self.tasks.append(asyncio.create_task(self.look_after(node, node.daemon)))
        try:
            async with asyncio.timeout(START):
                line = await node.daemon.stdout.readline()
        except TimeoutError:
            line = b""
        if b": serving " not in line:
            self.wrong(f"{self.service.daemon} of {node.number} does not serve within {START} s: {line}")

    async def look_after(self, node, daemon):
        status = await daemon.wait()
        if daemon not in self.killed:
            node.daemon = None  # to be started when all heals
            self.wrong(f"{self.service.daemon} of {node.number} ended by itself, with status {status}")

    async def kill(self, node):
        if node.daemon is None:
            return
        self.killed.add(node.daemon)
        with contextlib.suppress(ProcessLookupError):
            node.daemon.kill()
        await node.daemon.wait()
        node.daemon = None
        if self.broken == "memory":
            with contextlib.suppress(FileNotFoundError):
                os.remove(f"{WORK}/state/{node.number}.state")

    def signal_daemon(self, node, number):
        if node.daemon is not None:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself, which is told elsewhere
                node.daemon.send_signal(number)

    def wrong(self, what):
        self.record.add("wrong", what=what)

    # Clients.

    async def work(self, node, lock):
        """Has a command run wherever and whenever it may."""
        command = [sys.executable, "-I", "-S", f"{HERE}/writer.py", REGISTER, str(node.number), lock,
                   self.service.token_variable, self.service.command_seconds]
        words = self.hosts.on(node.number, *self.service.client_words(node.number, lock, command))
        while True:
            client = node.clients[lock] = await self.start_client(node.number, words)
            await client.wait()
            self.clients.remove(client)
            await asyncio.sleep(0.3)

    async def start_client(self, number, words):
        with open(f"{self.folder}/client.{number}.log", "a", encoding="utf-8") as log:
            client = await asyncio.create_subprocess_exec(*words, stdin=asyncio.subprocess.DEVNULL, stdout=log,
                                                          stderr=log)
        self.clients.add(client)
        return client

    def signal_clients(self, node, number):
        for client in node.clients.values():
            if client.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    client.send_signal(number)

    # Faults.

    def leading(self):
        """What those have said last that are sure to lead, or to hold a lock."""
        said = [observer.latest for observer in self.observers if observer.latest]
        return [one for one in said if self.record.now() < one["at"] + one["sure"]]

    def leader(self):
        return next((said["node"] for said in self.leading()), 1)

    async def happen(self, fault):
        targets = [self.leader() if target == LEADER else target for target in fault.targets]
        self.record.add("fault", what=fault.what, targets=targets)
        await getattr(self, "do_" + fault.what.replace(" ", "_"))(*targets)
        return targets

    async def do_cut(self, *pairs):
        self.cuts |= {tuple(map(int, pair.split(">"))) for pair in pairs}
        await self.hosts.cut(self.cuts)

    async def do_isolate(self, number):
        await self.do_cut(*(f"{a}>{b}" for a, b in itertools.permutations(self.nodes, 2) if number in (a, b)))

    async def do_join(self):
        self.cuts.clear()
        await self.hosts.cut(self.cuts)

    async def do_stop(self, number):
        self.signal_daemon(self.nodes[number], signal.SIGSTOP)

    async def do_continue(self):
        for node in self.nodes.values():
            self.signal_daemon(node, signal.SIGCONT)

    async def do_kill(self, number):
        await self.kill(self.nodes[number])

    async def do_start(self):
        """Those that were killed."""
        await asyncio.gather(*(self.start(node) for node in self.nodes.values() if node.daemon is None))

    async def do_weather(self, name):
        self.sky.weather = WEATHERS[name]

    async def do_resign(self, number):
        if words := self.service.resign_words(number):
            await self.start_client(number, self.hosts.on(number, *words))

    async def do_hang_client(self, number):
        self.signal_clients(self.nodes[number], signal.SIGSTOP)

    async def heal(self):
        """All run and hear each other; recorded once they do."""
        await self.do_join()
        await self.do_weather("calm")
        await self.do_continue()
        for node in self.nodes.values():
            self.signal_clients(node, signal.SIGCONT)
        await self.do_start()
        return self.record.add("healed", clients=self.service.clients())
