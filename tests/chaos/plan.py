"""What goes wrong, and when: all of it by a seed, so that what failed can be run again.

A plan is a list of rounds. In each, faults come at their moments, in seconds from its beginning; then everything heals.
"""
import itertools
import random
from dataclasses import dataclass, field

LEADER = "the leader"  # whoever leads when the fault comes, or the first node
ROUND = 10  # seconds of trouble


@dataclass(frozen=True)
class Fault:
    at: float
    what: str
    targets: tuple = ()

    def __str__(self):
        return f"{self.at:5.1f} s  {self.what} {' '.join(map(str, self.targets))}".rstrip()


@dataclass
class Plan:
    seed: int
    nodes: int
    transport: str
    algorithm: str
    paces: list
    rounds: list = field(default_factory=list)  # each a list of faults

    def heading(self):
        paces = " ".join(f"{pace:g}" for pace in self.paces)
        return f"plan of seed {self.seed}: {self.algorithm}, over {self.transport}, clocks that run at {paces}"

    def __str__(self):
        lines = [self.heading()]
        for number, faults in enumerate(self.rounds, 1):
            lines += [f"  round {number}", *(f"    {fault}" for fault in faults)]
        return "\n".join(lines)


def split(rng, nodes):
    """Pairs of sender and receiver that are cut, of two sides that hear nothing of each other."""
    side = set(rng.sample(nodes, rng.randint(1, len(nodes) - 1)))
    return [pair for pair in itertools.permutations(nodes, 2) if (pair[0] in side) != (pair[1] in side)]


def deafen(rng, nodes):
    """One that hears nobody, or that nobody hears, or a few that do not hear some others."""
    one = rng.choice(nodes)
    kind = rng.choice(["deaf", "mute", "some"])
    if kind == "some":
        return rng.sample(list(itertools.permutations(nodes, 2)), rng.randint(2, 6))
    return [(other, one) if kind == "deaf" else (one, other) for other in nodes if other != one]


def bridge(rng, nodes):
    """All that two sides hear of each other they hear of one node, which is on both."""
    both, *others = rng.sample(nodes, len(nodes))
    side = set(others[: len(others) // 2])
    return [pair for pair in itertools.permutations(others, 2) if (pair[0] in side) != (pair[1] in side)]


def cut(rng, nodes):
    return ("cut", tuple(f"{a}>{b}" for a, b in sorted(rng.choice([split, deafen, bridge])(rng, nodes))))


def victim(what):
    return lambda rng, nodes: (what, (rng.choice([LEADER, LEADER, rng.choice(nodes)]),))


def weather(rng, _):
    return ("weather", (rng.choice(["calm", "calm", "rain", "storm", "slow answers"]),))


# Each with its weight, and what undoes it some time later, if it does not last until all heals.
KINDS = {
    cut: (4, "join"),
    victim("isolate"): (5, "join"),
    victim("stop"): (3, "continue"),
    victim("kill"): (3, "start"),
    weather: (1, None),
    victim("resign"): (1, None),
    victim("hang client"): (1, None),
}


def trouble(rng, nodes, seconds):
    faults = [Fault(0, *weather(rng, nodes))]
    at = rng.uniform(0, 1)
    while at < seconds - 1:
        make, (_, undo) = rng.choices(list(KINDS.items()), [weight for weight, _ in KINDS.values()])[0]
        what, targets = make(rng, nodes)
        if rng.random() < 0.3:
            # What was on its way late is late still, and whoever comes next is in time.
            faults.append(Fault(round(at, 1), *weather(rng, nodes)))
        faults.append(Fault(round(at, 1), what, targets))
        if undo:
            faults.append(Fault(round(min(seconds, at + rng.uniform(0.5, 4)), 1), undo))
        at += rng.uniform(0.3, 2)
    return sorted(faults, key=lambda fault: fault.at)


def make(seed, seconds, nodes=5):
    rng = random.Random(seed)
    # As far apart as onc-electiond(8) allows: the word of the fast ones is short, and slow ones rely on it for long.
    paces = rng.sample([0.99, 0.99, 1, 1.01, 1.01], nodes)
    plan = Plan(seed, nodes, rng.choice(["udp", "tcp"]), rng.choice(["ring", "bully"]), paces)
    numbers = list(range(1, nodes + 1))
    for _ in range(max(1, round(seconds / (ROUND + 1)))):
        plan.rounds.append(trouble(rng, numbers, ROUND))
    return plan
