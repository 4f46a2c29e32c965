"""A client of a lock that does by itself what `onc-mutex run` has a command for: so it knows exactly when it asked, how
long it waited, and for how long it was told that the lock is its own."""
import asyncio
import random

from rpc import Connection, opaque, uhypers

PROGRAM, VERSION = 0x20000004, 1
ACQUIRE, RELEASE = 1, 3
GRANTED, TIMED_OUT, NO_MAJORITY = 0, 1, 2
LEASE = 20 * 10**9  # nanoseconds; longer than any member is stopped, or it would lose its place meanwhile
WAIT = 10**9


class LockSession:
    def __init__(self, service, node, number, lock, record, register):
        self.service = service
        self.node = node
        self.who = f"{node}.{number}"
        self.lock = lock
        self.record = record
        self.register = register
        self.random = random.Random(f"{service.plan.seed} {self.who}")
        self.id = self.random.randbytes(16)
        self.latest = None  # while it holds the lock, what it was told
        self.life = 0  # another for each connection

    async def run(self):
        while True:
            self.life += 1
            try:
                await self.use(await Connection.to(self.service.place(self.node)))
            except (OSError, EOFError):  # it is dead, or not there yet
                self.latest = None
            await asyncio.sleep(0.1)

    async def use(self, connection):
        try:
            while True:
                await self.hold(connection)
                await asyncio.sleep(self.random.uniform(0, 0.5))
        finally:
            connection.close()

    async def hold(self, connection):
        """Waits for the lock, writes with it, lets it go."""
        came = self.record.now()
        queued = None
        outcome = None
        while outcome != GRANTED:
            asked = self.record.now()
            reply = await connection.call(PROGRAM, VERSION, ACQUIRE, self.wish())
            outcome = reply.uint()
            if outcome == TIMED_OUT and queued is None:
                queued = self.record.now()
            if outcome != GRANTED:
                self.record.add("answer", node=self.node, who=self.who, lock=self.lock, outcome=outcome)
            if outcome not in (GRANTED, TIMED_OUT):
                queued = None if outcome != NO_MAJORITY else queued
                await asyncio.sleep(0.1)
        token, sure = reply.uhyper(), reply.uhyper() / 1e9
        begin = self.record.now()
        self.latest = {"node": self.node, "at": begin, "sure": sure, "term": f"{self.lock} by {token}"}
        write = {"node": self.node, "who": self.who, "lock": self.lock, "token": token, "by": "session"}
        # Now and then for as long as it may: so another that is granted it too early is noticed.
        wanted = self.random.uniform(0, 0.2) if self.random.random() < 0.8 else sure
        end = min(begin + wanted, asked + 0.95 * sure)
        while self.record.now() < end:
            self.register.take(write)
            await asyncio.sleep(0.02)
        self.latest = None
        self.record.add("held", node=self.node, who=self.who, lock=self.lock, life=self.life, token=token, came=came,
                        queued=queued, asked=asked, begin=begin, sure=sure)
        await connection.call(PROGRAM, VERSION, RELEASE, self.release(token))

    def wish(self):
        return opaque(self.lock.encode()) + self.id + opaque(self.who.encode()) + uhypers(LEASE, WAIT)

    def release(self, token):
        return opaque(self.lock.encode()) + self.id + uhypers(token, 0)
