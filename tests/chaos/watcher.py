"""Asks each node all the time what it knows, over the node's own socket, and has it recorded."""
import asyncio

from rpc import Connection

PAUSE = 0.04


class Watcher:
    def __init__(self, service, node, record):
        self.service = service
        self.node = node
        self.record = record
        self.latest = None  # what it said last; None while it says nothing

    async def run(self):
        while True:
            try:
                await self.watch(await Connection.to(self.service.place(self.node)))
            except (OSError, EOFError):  # it is dead, or not there yet
                self.latest = None
            await asyncio.sleep(PAUSE)

    async def watch(self, connection):
        try:
            while True:
                asked = self.record.now()
                said = await self.service.ask(connection)
                self.latest = self.record.add("status", node=self.node, asked=asked, **said)
                await asyncio.sleep(PAUSE)
        finally:
            connection.close()
