"""One plan, from its beginning to the judgement of what came of it."""
import asyncio
import os
import shutil
import sys
import tempfile

import history
import picture
from record import Record
from world import World

COMPLAINTS = ("Sanitizer", "runtime error:", "terminate called", "Assertion")


def say(text):
    print(text, flush=True)


class Session:
    """`broken`: what is wrong on purpose, if anything."""

    def __init__(self, service, plan, programs, broken=None):
        service = service(plan, programs)
        self.plan = plan
        self.folder = tempfile.mkdtemp(prefix=f"onc-chaos-{plan.seed}-")
        self.record = Record(f"{self.folder}/history.jsonl")
        self.rules = history.Rules(service.lease, service.bound, plan.paces)
        self.world = World(service, plan, self.record, self.folder, broken)

    def live_through(self):
        """The troubles that were found."""
        say(self.plan.heading())
        asyncio.run(self.live())
        self.look_into_logs()
        self.record.close()
        for line in picture.draw(self.record.events, self.plan.nodes, sys.stdout.isatty()):
            say(line.rstrip())
        say(f"  {self.figures()}")
        return history.judge(self.record.events, self.rules)

    def forget(self):
        shutil.rmtree(self.folder)

    async def live(self):
        try:
            await self.world.begin()
            await self.heal()
            for number, faults in enumerate(self.plan.rounds, 1):
                say(f"  round {number} of {len(self.plan.rounds)}")
                await self.trouble(faults)
                await self.heal()
        finally:
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
        deadline = healed["at"] + self.rules.bound + self.rules.patience
        settled = None
        while settled is None and self.record.now() < deadline:
            await asyncio.sleep(0.1)
            settled = history.settled_after(self.record.events[place:], self.plan.nodes)
        self.tell(f"healed; settled after {settled - healed['at']:.1f} s" if settled else "healed, but never settled")

    def tell(self, what):
        who = ", ".join(f"{said['node']} leads in term {said['term']}" for said in self.world.leading())
        say(f"  {self.record.now():6.1f} s  {what:50.50}  {who or 'nobody leads'}")

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
        terms = {write["token"] for write in writes}
        text = (f"{len(history.of_kind(events, 'fault'))} faults; work was done in {len(terms)} terms; "
                f"{len(history.of_kind(events, 'status'))} answers; {len(writes)} writes, {len(refused)} refused")
        return text + (f", {len(late)} of them from commands that were killed late" if late else "")
