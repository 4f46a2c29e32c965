"""The checker is checked: it has nothing to say of good histories, and catches each kind of bad one."""
import unittest

import history

RULES = history.Rules(lease=1, bound=5, paces=[1, 1, 1], settled=history.all_know_who_leads, patience=1)


def status(at, node, coordinator, term, sure=0.0, asked=None):
    return {"at": at, "kind": "status", "asked": at if asked is None else asked, "node": node,
            "coordinator": coordinator, "term": term, "sure": sure}


def write(at, node, token, accepted=True, by="command"):
    return {"at": at, "kind": "write", "node": node, "who": str(node), "lock": "office", "token": token, "by": by,
            "accepted": accepted}


def event(at, kind, **what):
    return {"at": at, "kind": kind, **what}


def broken(events, rules=RULES):
    """The names of the rules that are."""
    return {trouble.split(":")[0] for trouble in history.judge(events, rules)}


# 3 leads, is cut off, 2 leads after it; a straggler of the first is refused; all heal, and know it.
GOOD = [
    status(1.0, 3, 3, 1, 0.9), status(1.1, 1, 3, 1), status(1.1, 2, 3, 1), write(1.2, 3, 1),
    event(1.5, "trouble"), event(1.5, "fault", what="isolate", targets=[3]),
    status(1.6, 3, 3, 1, 0.4), write(1.7, 3, 1), status(2.1, 3, 0, 1), status(2.1, 2, 0, 1),
    status(2.2, 2, 2, 2, 0.9), status(2.2, 1, 2, 2), write(2.3, 2, 2), write(2.4, 3, 1, accepted=False, by="straggler"),
    event(3.0, "healed"), status(3.1, 3, 2, 2), status(3.1, 2, 2, 2, 0.9), status(3.1, 1, 2, 2), write(3.2, 2, 2),
]


class Histories(unittest.TestCase):
    def test_a_good_one_is_good(self):
        self.assertEqual(history.judge(GOOD, RULES), [])

    def test_a_term_with_two_coordinators_is_noticed(self):
        self.assertEqual(broken([status(1, 1, 1, 7, 0.1), status(5, 2, 2, 7, 0.1)]), {"one_coordinator_per_term"})

    def test_two_that_are_told_of_different_ones_are_noticed(self):
        self.assertEqual(broken([status(1, 1, 2, 7), status(1, 2, 3, 7)]), {"one_coordinator_per_term"})

    def test_commands_of_two_nodes_with_the_same_token_are_noticed(self):
        self.assertEqual(broken([write(1, 1, 7), write(2, 2, 7)]), {"one_writer_per_token"})

    def test_a_term_that_goes_back_is_noticed(self):
        self.assertEqual(broken([status(1, 1, 0, 7), status(2, 2, 0, 6), status(3, 1, 0, 6)]), {"terms_only_grow"})

    def test_an_office_that_begins_before_another_is_over_is_noticed(self):
        self.assertEqual(broken([status(1, 1, 1, 1, 0.9), status(1.5, 2, 2, 2, 0.9)]), {"one_after_another"})
        self.assertEqual(broken([status(1, 1, 1, 1, 0.9), status(1.95, 2, 2, 2, 0.9)]), set())

    def test_the_same_node_must_not_overlap_itself_either(self):
        self.assertEqual(broken([status(1, 1, 1, 1, 0.9), status(1.5, 1, 1, 2, 0.9)]), {"one_after_another"})

    def test_an_office_that_comes_after_a_later_one_is_noticed(self):
        self.assertEqual(broken([status(1, 1, 1, 2, 0.5), status(9, 2, 2, 1, 0.5)]), {"one_after_another"})

    def test_what_one_was_sure_of_counts_by_its_own_clock(self):
        events = [status(1, 1, 1, 1, 0.9), status(1.85, 2, 2, 2, 0.9)]
        self.assertEqual(broken(events), {"one_after_another"})
        self.assertEqual(broken(events, history.Rules(1, 5, [1.1, 1, 1], history.all_know_who_leads)), set())

    def test_an_answer_that_took_long_proves_nothing_of_when_it_came(self):
        late = status(9, 1, 1, 1, 0.9, asked=1)  # it was stopped meanwhile, and may have been asked before or after
        self.assertEqual(broken([late, status(9.1, 2, 2, 2, 0.9, asked=9.1)]), set())

    def test_an_answer_that_took_a_while_proves_what_is_left(self):
        slow = status(1.4, 1, 1, 1, 0.9, asked=1)
        self.assertEqual(broken([slow, status(1.8, 2, 2, 2, 0.9)]), {"one_after_another"})
        self.assertEqual(broken([slow, status(1.95, 2, 2, 2, 0.9)]), set())

    def test_an_old_write_that_is_accepted_is_noticed(self):
        self.assertEqual(broken([write(1, 1, 2), write(2, 2, 1, by="straggler")]), {"old_writes_are_refused"})

    def test_a_good_write_that_is_refused_is_noticed(self):
        self.assertEqual(broken([write(1, 1, 2), write(2, 1, 2, accepted=False)]), {"old_writes_are_refused"})

    def test_a_command_that_goes_on_after_its_term_is_noticed(self):
        events = [write(1, 1, 1), write(2, 2, 2), write(3.5, 1, 1, accepted=False)]
        self.assertEqual(broken(events), {"commands_end_in_time"})
        self.assertEqual(broken([*events[:2], write(2.5, 1, 1, accepted=False)]), set(), "a busy machine may be late")

    def test_one_that_does_not_know_who_leads_is_noticed(self):
        events = [said for said in GOOD if not (said["at"] > 3 and said.get("node") == 3)]
        self.assertEqual(broken(events), {"settles_after_healing"})
        self.assertEqual(broken([*events, status(3.2, 3, 0, 2)]), {"settles_after_healing"})

    def test_that_nothing_is_done_by_who_leads_is_noticed(self):
        self.assertEqual(broken(GOOD[:-1]), {"settles_after_healing"})

    def test_that_it_takes_too_long_is_noticed(self):
        later = [{**said, "at": said["at"] + 7, "asked": said.get("asked", 0) + 7} for said in GOOD[-4:]]
        self.assertEqual(broken([*GOOD[:-4], *later]), {"settles_after_healing"})

    def test_what_held_up_the_test_itself_does_not_count(self):
        later = [{**said, "at": said["at"] + 7, "asked": said.get("asked", 0) + 7} for said in GOOD[-4:]]
        self.assertEqual(broken([*GOOD[:-4], event(9, "stall", seconds=6), *later]), set())

    def test_what_was_asked_before_all_had_healed_does_not_count(self):
        self.assertEqual(broken([*GOOD[:-4], status(3.1, 3, 2, 2, asked=2.9), *GOOD[-3:]]), {"settles_after_healing"})

    def test_each_healing_counts(self):
        self.assertEqual(broken([*GOOD, event(5, "trouble"), event(6, "healed")]), {"settles_after_healing"})

    def test_what_went_wrong_otherwise_is_told(self):
        self.assertEqual(broken([event(1, "wrong", what="a daemon ended by itself")]), {"nothing_else_went_wrong"})


LOCK_RULES = history.Rules(lease=1, bound=5, paces=[1, 1, 1], settled=history.all_are_served, patience=1)


def held(begin, who, token, until, sure=0.9, came=None, queued=None, life=1):
    """As sessions tell it, when they have let go."""
    return {"at": until, "kind": "held", "node": int(who[0]), "who": who, "lock": "a", "life": life, "token": token,
            "came": begin if came is None else came, "queued": queued, "asked": begin, "begin": begin, "sure": sure}


class Locks(unittest.TestCase):
    def test_one_holder_after_another_is_good(self):
        self.assertEqual(broken([held(1, "1.0", 7, until=1.2), held(1.3, "2.0", 8, until=1.5)], LOCK_RULES), set())

    def test_two_holders_at_once_are_noticed(self):
        self.assertEqual(broken([held(1, "1.0", 7, until=1.4), held(1.3, "2.0", 8, until=1.5)], LOCK_RULES),
                         {"one_after_another"})

    def test_of_two_locks_there_may_be(self):
        other = {**held(1.3, "2.0", 8, until=1.5), "lock": "b"}
        self.assertEqual(broken([held(1, "1.0", 7, until=1.4), other], LOCK_RULES), set())

    def test_who_holds_it_for_longer_than_it_was_told_proves_nothing_by_that(self):
        events = [held(1, "1.0", 7, until=5), held(2, "2.0", 8, until=2.1)]
        self.assertEqual(broken(events, LOCK_RULES), set())

    def test_a_token_that_is_smaller_than_an_earlier_one_is_noticed(self):
        self.assertEqual(broken([held(1, "1.0", 8, until=1.2), held(2, "2.0", 7, until=2.2)], LOCK_RULES),
                         {"one_after_another"})

    def test_who_overtakes_another_in_the_queue_of_a_member_is_noticed(self):
        first = held(3, "1.0", 8, until=3.1, came=1, queued=1.5)
        second = held(2, "1.1", 7, until=2.1, came=1.6)
        self.assertEqual(broken([second, first], LOCK_RULES), {"first_come_first_served"})

    def test_nobody_overtakes_who_may_have_come_later_or_to_another_member_or_after_its_death(self):
        first = held(3, "1.0", 8, until=3.1, came=1, queued=1.5)
        for second in (held(2, "1.1", 7, until=2.1, came=1.4), held(2, "2.1", 7, until=2.1, came=1.6),
                       held(2, "1.1", 7, until=2.1, came=1.6, life=2)):
            self.assertEqual(broken([second, first], LOCK_RULES), set())

    def test_a_client_that_is_not_served_after_healing_is_noticed(self):
        healed = event(5, "healed", clients=[["1.0", "a"], ["2", "a"]])
        served = [held(5.1, "1.0", 8, until=5.2), {**write(5.3, 2, 9), "lock": "a"}]
        self.assertEqual(broken([healed, *served], LOCK_RULES), set())
        self.assertEqual(broken([healed, served[0]], LOCK_RULES), {"settles_after_healing"})
        self.assertEqual(broken([healed, served[1]], LOCK_RULES), {"settles_after_healing"})


if __name__ == "__main__":
    unittest.main()
