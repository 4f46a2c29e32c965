"""Plans follow from their seeds, and hold what is promised of them; relays do to datagrams what the weather says."""
import unittest
from types import SimpleNamespace

import broken
import plan
import relay
from world import World

SEEDS = range(1, 200)


def faults_of(made):
    return [fault for faults in made.rounds for fault in faults]


class Plans(unittest.TestCase):
    def test_the_same_seed_makes_the_same_plan_and_another_one_another(self):
        for seed in SEEDS:
            self.assertEqual(str(plan.make(seed, 40)), str(plan.make(seed, 40)))
            self.assertNotEqual(str(plan.make(seed, 40)), str(plan.make(seed + 1000, 40)))

    def test_every_fault_is_one_that_the_world_knows_and_comes_within_its_round(self):
        for fault in [fault for seed in SEEDS for fault in faults_of(plan.make(seed, 40))]:
            self.assertTrue(hasattr(World, "do_" + fault.what.replace(" ", "_")), fault)
            self.assertLessEqual(fault.at, plan.ROUND)

    def test_faults_come_in_their_order(self):
        for made in [*(plan.make(seed, 40) for seed in SEEDS), *(broken.plan_of(name) for name in broken.BROKEN)]:
            for faults in made.rounds:
                self.assertEqual(faults, sorted(faults, key=lambda fault: fault.at))

    def test_all_kinds_of_faults_transports_and_algorithms_come_up(self):
        made = [plan.make(seed, 40) for seed in SEEDS]
        whats = {fault.what for one in made for fault in faults_of(one)}
        self.assertEqual(whats, {"cut", "isolate", "join", "stop", "continue", "kill", "start", "weather", "resign",
                                 "hang client"})
        self.assertEqual({(one.transport, one.algorithm) for one in made},
                         {(a, b) for a in ("udp", "tcp") for b in ("ring", "bully")})

    def test_clocks_are_as_far_apart_as_the_manual_page_allows(self):
        for seed in SEEDS:
            paces = plan.make(seed, 40).paces
            self.assertEqual((min(paces), max(paces)), (0.99, 1.01))


class Later:
    """Instead of an event loop: what would be sent, and after how long."""

    def __init__(self):
        self.sent = []

    def add_reader(self, *_):
        pass

    def call_later(self, delay, _, *what):
        self.sent.append((delay, what[1]))


def sent(weather, seed=1, count=1000, is_answer=False):
    """(delay, datagram) of those that arrive, in their order."""
    loop = Later()
    one = relay.Relay("1>2", None, None, None, SimpleNamespace(weather=weather), seed)
    datagrams = relay.Datagrams(one, loop)
    for number in range(count):
        datagrams.scatter(None, number, None, is_answer)
    return sorted(loop.sent)


def passed_on(weather, seed=1):
    """The datagrams that arrive, in their order."""
    return [number for _, number in sent(weather, seed)]


class Relays(unittest.TestCase):
    def test_by_calm_weather_everything_arrives_once(self):
        self.assertEqual(sorted(passed_on(relay.WEATHERS["calm"])), list(range(1000)))

    def test_what_is_lost_does_not_arrive(self):
        self.assertEqual(passed_on(relay.Weather(lost=1)), [])
        self.assertTrue(600 < len(passed_on(relay.Weather(lost=0.3))) < 800)

    def test_what_is_repeated_arrives_twice(self):
        self.assertEqual(sorted(passed_on(relay.Weather(repeated=1))), sorted([*range(1000)] * 2))

    def test_what_is_delayed_arrives_in_another_order(self):
        arrived = passed_on(relay.WEATHERS["storm"])
        self.assertNotEqual(arrived, sorted(arrived))

    def test_answers_may_be_slow_where_calls_are_not(self):
        slow = relay.WEATHERS["slow answers"]
        self.assertLess(max(delay for delay, _ in sent(slow)), 0.01)
        self.assertGreater(max(delay for delay, _ in sent(slow, is_answer=True)), 0.5)

    def test_the_same_seed_makes_the_same_weather(self):
        storm = relay.WEATHERS["storm"]
        self.assertEqual(passed_on(storm), passed_on(storm))
        self.assertNotEqual(passed_on(storm), passed_on(storm, seed=2))


if __name__ == "__main__":
    unittest.main()
