"""agreement.py BOUND ONC-TIME SERVER...: asks until all servers say that they are within BOUND seconds of their group's
time, and are no further apart than that. What they say must never be wrong meanwhile: of servers that know of the same
round of the same life of a coordinator, any two are no further apart than their bounds and the error of the
measurement."""
import itertools
import json
import subprocess
import sys
import time

bound, program, *servers = sys.argv[1:]
bound = float(bound)


def ask():
    done = subprocess.run([program, "query", "--json", *servers], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (done.stdout, done.stderr)
    return json.loads(done.stdout)["hosts"]


def round_of(host):
    return host["life"], host["round"]


def check(hosts):
    """The spread of all, and the widest bound; nothing where one has no bound, or not the others' round."""
    for one, other in itertools.combinations(hosts, 2):
        if None in (one["from_group"], other["from_group"]) or round_of(one) != round_of(other):
            continue
        apart = abs(one["offset"] - other["offset"])
        allowed = sum(host["from_group"] + host["error"] for host in (one, other))
        assert apart <= allowed, f"{apart} s apart, though at most {allowed} s: {one} {other}"
    if any(host["from_group"] is None for host in hosts) or len({round_of(host) for host in hosts}) > 1:
        return None
    offsets = [host["offset"] for host in hosts]
    return max(offsets) - min(offsets), max(host["from_group"] for host in hosts)


end = time.monotonic() + 60
asked = 0
while True:
    found = check(ask())
    asked += 1
    if found and found[1] <= bound and found[0] <= found[1]:
        print("after %d questions they are %.3f s apart, each within %.3f s by its own words" % (asked, *found))
        break
    assert time.monotonic() < end, f"in 60 s they did not come within {bound} s: {found}"
