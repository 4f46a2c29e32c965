"""What may be wrong on purpose, to see that it is noticed: each with a plan that brings it to light."""
from plan import LEADER, Fault, Plan


def everybody_dies():
    return [*[Fault(2.0, "kill", (node,)) for node in range(1, 6)], Fault(2.5, "start")]


def the_slow_one_is_cut_off():
    """Twice while it leads: who has resigned does not stand for a while, and it is the highest of the others."""
    return [Fault(1, "isolate", (5,)), Fault(5, "join"), Fault(6, "resign", (LEADER,)), Fault(9, "isolate", (5,)),
            Fault(13, "join")]


def leaders_die():
    return [fault for at in range(1, 13, 4) for fault in (Fault(at, "kill", (LEADER,)), Fault(at + 3, "start"))]


ONE_IS_SLOW = [1, 1, 1, 1, 0.4]
TRUE = [1] * 5
# What is broken: what that means, the clocks' paces, the faults, and the rules of which one must notice.
BROKEN = {
    "memory": ("nodes forget what they promised when they are killed", TRUE, everybody_dies,
               {"terms_only_grow", "one_after_another"}),
    "clocks": ("a clock runs slower than anything allows for", ONE_IS_SLOW, the_slow_one_is_cut_off,
               {"one_after_another"}),
    "command": ("a command goes on after its term", TRUE, leaders_die, {"commands_end_in_time"}),
    "register": ("the register takes whatever it is sent", TRUE, leaders_die, {"old_writes_are_refused"}),
}


def plan_of(name):
    _, paces, faults, _ = BROKEN[name]
    return Plan(seed=1, nodes=5, transport="udp", algorithm="ring", paces=paces, rounds=[faults()])
