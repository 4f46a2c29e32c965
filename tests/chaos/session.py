"""One plan, from its beginning to the judgement of what came of it."""
import asyncio
import os
import shutil
import tempfile

import history
import picture
from hosts import WORK
from record import Record
from world import World

TURN = 0.1  # seconds
COMPLAINTS = ("Sanitizer", "runtime error:", "terminate called", "Assertion")


def say(text):
    print(text, flush=True)


class Session:
    """`broken`: what is wrong on purpose, if anything."""

    def __init__(self, service, plan, programs, colours=False, broken=None):
        service = service(plan, programs)
        self.plan = plan
        self.colours = colours
        # In memory: a disk that others keep busy can hold up who writes to it for half a minute.
        self.folder = f"{WORK}/seen"
        os.makedirs(self.folder)
        self.record = Record(f"{self.folder}/history.jsonl")
        self.rules = history.Rules(service.lease, service.bound, plan.paces, service.settled)
        self.has = service.has
        self.world = World(service, plan, self.record, self.folder, broken)

    def live_through(self):
        """The troubles that were found."""
        say(self.plan.heading())
        asyncio.run(self.live())
        self.look_into_logs()
        self.record.close()
        for line in picture.draw(self.record.events, self.plan.nodes, self.colours):
            say(line.rstrip())
        say(f"  {self.figures()}")
        return history.judge(self.record.events, self.rules)

    def keep(self):
        """Where what happened is found afterwards."""
        folder = tempfile.mkdtemp(prefix=f"onc-chaos-{self.plan.seed}-")
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return folder

    async def notice_stalls(self):
        """Of this process, which the machine may be too busy for."""
        while True:
            before = self.record.now()
            await asyncio.sleep(TURN)
            late = self.record.now() - before - TURN
            if late > 0.5:
                self.record.add("stall", seconds=late)

    async def live(self):
        stalls = asyncio.create_task(self.notice_stalls())
        try:
            await self.world.begin()
            await self.heal()
            for number, faults in enumerate(self.plan.rounds, 1):
                say(f"  round {number} of {len(self.plan.rounds)}")
                await self.trouble(faults)
                await self.heal()
        finally:
            stalls.cancel()
            await self.world.end()

    async def trouble(self, faults):
        begin = self.record.add("trouble")["at"]
        for fault in faults:
            await asyncio.sleep(max(0, begin + fault.at - self.record.now()))
            targets = await self.world.happen(fault)
            self.tell(" ".join(map(str, [fault.what, *targets])))

    async def heal(self):
        healed = await self.world.heal()
        place = self.record.events.index(healed)
        settled = None
        # Counted in turns: where this process is held up, nobody can say what the nodes did meanwhile.
        for _ in range(round((self.rules.bound + self.rules.patience) / TURN)):
            await asyncio.sleep(TURN)
            settled = self.rules.settled(self.record.events[place:], self.rules)
            if settled is not None:
                break
        self.tell(f"healed; settled after {settled - healed['at']:.1f} s" if settled else "healed, but never settled")

    def tell(self, what):
        who = ", ".join(f"{said['node']} {self.has} {said['term']}" for said in self.world.leading())
        say(f"  {self.record.now():6.1f} s  {what:50.50}  {who or f'nobody {self.has.split()[0]}'}")

    def look_into_logs(self):
        for name in sorted(os.listdir(self.folder)):
            if name.endswith(".log"):
                with open(f"{self.folder}/{name}", encoding="utf-8", errors="replace") as log:
                    bad = [line.strip() for line in log if any(complaint in line for complaint in COMPLAINTS)]
                for line in bad:
                    self.world.wrong(f"{name}: {line}")

    def figures(self):
        events = self.record.events
        writes = history.of_kind(events, "write")
        refused = [write for write in writes if not write["accepted"]]
        late = [write for write in refused if write["by"] == "command"]
        answers = sum(event["kind"] in ("status", "answer", "held") for event in events)
        terms = {(write["lock"], write["token"]) for write in writes}
        text = (f"{len(history.of_kind(events, 'fault'))} faults; work was done by {len(terms)} tokens; "
                f"{answers} answers; {len(writes)} writes, {len(refused)} refused")
        stalls = history.of_kind(events, "stall")
        text += f", {len(late)} of them from commands that were killed late" if late else ""
        return text + (f"; this test was held up for {sum(one['seconds'] for one in stalls):.1f} s" if stalls else "")
