"""Judges what was recorded, by nothing but that.

All moments are this machine's, in seconds. A node's answer was true at some moment between those when it was asked and
when the answer was there; so an office that it was then sure of for so long surely lasted from the second moment until
so long after the first.
"""
import itertools
from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """`lease` as the daemons were told; `paces`: of their clocks, by node from 1 on. Once everything has healed it
    settles within `bound`, and `patience` for a busy machine."""

    lease: float
    bound: float
    paces: list
    settled: object  # all_know_who_leads or all_are_served
    patience: float = 20


@dataclass(frozen=True)
class Tenure:
    """Surely at least so long, by time itself."""

    begin: float
    end: float
    lock: str
    who: str
    token: int

    def __str__(self):
        return f"{self.who} with {self.token} from {self.begin:.3f} to {self.end:.3f}"


def of_kind(events, kind):
    return [event for event in events if event["kind"] == kind]


def tenures(events, rules):
    """What nodes were sure of, one for each answer; those that say nothing for sure are left out."""
    for event in of_kind(events, "status"):
        end = event["asked"] + event["sure"] / rules.paces[event["node"] - 1]
        if event["sure"] > 0 and event["at"] < end:
            yield Tenure(event["at"], end, "office", str(event["node"]), event["term"])
    for event in of_kind(events, "held"):
        end = min(event["at"], event["asked"] + event["sure"] / rules.paces[event["node"] - 1])
        if event["begin"] < end:
            yield Tenure(event["begin"], end, event["lock"], event["who"], event["token"])


def one_coordinator_per_term(events, _):
    """As anybody sees it."""
    known = {}
    for event in of_kind(events, "status"):
        claims = [event["coordinator"]] * (event["coordinator"] != 0) + [event["node"]] * (event["sure"] > 0)
        for one in claims:
            if known.setdefault(event["term"], one) != one:
                yield f"at {event['at']:.3f} {one} leads in term {event['term']}, which is {known[event['term']]}'s"


def one_writer_per_token(events, _):
    known = {}
    for event in of_kind(events, "write"):
        first = known.setdefault((event["lock"], event["token"]), event["who"])
        if first != event["who"]:
            yield f"at {event['at']:.3f} {event['who']} writes to {event['lock']} with {event['token']}, {first}'s"


def terms_only_grow(events, _):
    last = {}
    for event in of_kind(events, "status"):
        node, term = event["node"], event["term"]
        if term < last.get(node, 0):
            yield f"at {event['at']:.3f} {node} is in term {term}, after {last[node]}"
        last[node] = max(term, last.get(node, 0))


def one_after_another(events, rules):
    """No office lasts into another's, and none comes after a later one. Neither does a lock's."""
    all_ends = {}  # lock: (who, token): the latest
    for tenure in sorted(tenures(events, rules), key=lambda one: one.begin):
        ends = all_ends.setdefault(tenure.lock, {})
        for (who, token), end in ends.items():
            if (who, token) != (tenure.who, tenure.token) and tenure.begin < end:
                yield f"{tenure}, but {who} with {token} until {end:.3f}"
            elif token > tenure.token:
                yield f"{tenure}, after {who} with {token}"
        this = (tenure.who, tenure.token)
        ends[this] = max(tenure.end, ends.get(this, 0))


def old_writes_are_refused(events, _):
    """And no others: the register is judged too."""
    latest = {}
    for event in of_kind(events, "write"):
        lock, token = event["lock"], event["token"]
        if event["accepted"] != (token >= latest.get(lock, 0)):
            done = "accepted" if event["accepted"] else "refused"
            yield f"at {event['at']:.3f} {lock} {done} a write with {token}, after one with {latest.get(lock)}"
        if event["accepted"]:
            latest[lock] = max(token, latest.get(lock, 0))


def commands_end_in_time(events, rules):
    """No command writes once a later one has for a lease. It should not at all, but a machine that is busy may be late
    to kill it, and that is what the register is for."""
    first = {}  # (lock, token): when it was written first
    latest = {}
    for event in of_kind(events, "write"):
        if event["by"] == "straggler":
            continue
        lock, token = event["lock"], event["token"]
        first.setdefault((lock, token), event["at"])
        newest = latest[lock] = max(token, latest.get(lock, 0))
        if event["by"] == "command" and token < newest and event["at"] > first[lock, newest] + rules.lease:
            yield f"at {event['at']:.3f} {event['who']} with {token} still writes to {lock}, after {newest}"


def is_settled(latest, written, nodes):
    """Whether all nodes name the same coordinator and term in what they said last, and a command has written in that
    term. `latest`: by node; `written`: tokens."""
    offices = {(said["coordinator"], said["term"]) for said in latest.values()}
    if len(latest) < nodes or len(offices) != 1:
        return False
    coordinator, term = offices.pop()
    return coordinator != 0 and term in written


def all_know_who_leads(events, rules):
    """Since when, counted by what was asked and written in these events only; None if never."""
    latest, written = {}, set()
    for event in events:
        if event["kind"] == "status" and event["asked"] >= events[0]["at"]:
            latest[event["node"]] = event
        if event["kind"] == "write" and event["by"] == "command" and event["accepted"]:
            written.add(event["token"])
        if is_settled(latest, written, len(rules.paces)):
            return event["at"]
    return None


def all_are_served(events, _):
    """Since when every client there is has held its lock, counted by what was granted in these events only; None if
    never. The first event says who is there: (who, lock)."""
    waiting = {tuple(one) for one in events[0]["clients"]}
    for event in events:
        if event["kind"] == "held" and event["begin"] >= events[0]["at"]:
            waiting.discard((event["who"], event["lock"]))
        if event["kind"] == "write" and event["by"] == "command" and event["accepted"]:
            waiting.discard((event["who"], event["lock"]))
        if not waiting:
            return event["at"]
    return None


def first_come_first_served(events, _):
    """Among those that wait for one lock at one node: who was in the queue before another came has it before."""
    granted = {}  # (node, life, lock): (when it came, who), in the order of their tokens
    for event in sorted(of_kind(events, "held"), key=lambda event: event["token"]):
        before = granted.setdefault((event["node"], event["life"], event["lock"]), [])
        for came, who in before:
            if event["queued"] is not None and event["queued"] < came:
                yield (f"at {event['begin']:.3f} {event['who']} holds {event['lock']}, in the queue since "
                       f"{event['queued']:.3f}, after {who} that came at {came:.3f}")
        before.append((event["came"], event["who"]))


def healings(events):
    """The events from each healing to the next trouble."""
    for place, event in enumerate(events):
        if event["kind"] == "healed":
            yield list(itertools.takewhile(lambda later: later["kind"] != "trouble", events[place:]))


def settles_after_healing(events, rules):
    for calm in healings(events):
        settled = rules.settled(calm, rules)
        allowed = rules.bound + rules.patience + sum(stall["seconds"] for stall in of_kind(calm, "stall"))
        if settled is None or settled > calm[0]["at"] + allowed:
            yield f"healed at {calm[0]['at']:.3f}, but in {allowed:g} s not all knew who leads, or not all were served"


def nothing_else_went_wrong(events, _):
    for event in of_kind(events, "wrong"):
        yield f"at {event['at']:.3f} {event['what']}"


RULES = [one_coordinator_per_term, one_writer_per_token, terms_only_grow, one_after_another, old_writes_are_refused,
         commands_end_in_time, first_come_first_served, settles_after_healing, nothing_else_went_wrong]


def judge(events, rules, most=3):
    """What is wrong, at most so many of each rule, as "RULE: what"; empty where nothing is."""
    return [f"{rule.__name__}: {what}" for rule in RULES for what in itertools.islice(rule(events, rules), most)]
