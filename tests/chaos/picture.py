"""A history as a picture: a line for each node, what it is doing from left to right."""
import math

from lock_session import NO_MAJORITY

MOST_COLUMNS = 100
SIGNS = {"leads": "#", "follows": ".", "hears too few": "-", "is stopped": "z", "is dead": "x", "says nothing": " "}
COLOURS = {"#": 32, "-": 33, "z": 34, "x": 31}
FAULT_SIGNS = {"cut": "/", "isolate": "/", "weather": "~", "stop": "z", "kill": "x", "resign": "r", "hang client": "h"}


def states(events, node):
    """(moment, state) whenever something is heard of it."""
    for event in events:
        if event["kind"] == "status" and event["node"] == node:
            following = "follows" if event["coordinator"] else "hears too few"
            yield event["at"], "leads" if event["sure"] > 0 else following
        elif event["kind"] == "answer" and event["node"] == node:
            yield event["at"], "hears too few" if event["outcome"] == NO_MAJORITY else "follows"
        elif event["kind"] == "held" and event["node"] == node:
            yield event["at"], "leads"
        elif event["kind"] == "fault" and event["what"] in ("stop", "kill") and node in event["targets"]:
            yield event["at"], {"stop": "is stopped", "kill": "is dead"}[event["what"]]


def line_of(events, node, columns, width):
    line = [" "] * columns
    sign = " "
    at = 0
    for moment, state in states(events, node):
        column = min(columns - 1, int(moment / width))
        line[at : column + 1] = sign * (column + 1 - at)
        sign = SIGNS[state]
        # Where it led for a part of a column, that is what it shows.
        line[column] = "#" if line[column] == "#" and at == column else sign
        at = column
    return "".join(line)


def line_of_faults(events, columns, width):
    line = [" "] * columns
    for event in events:
        column = min(columns - 1, int(event["at"] / width))
        if event["kind"] == "fault" and event["what"] in FAULT_SIGNS:
            line[column] = FAULT_SIGNS[event["what"]]
        elif event["kind"] == "healed":
            line[column] = "|"
    return "".join(line)


def coloured(line):
    return "".join(f"\x1b[{COLOURS[sign]}m{sign}\x1b[m" if sign in COLOURS else sign for sign in line)


def draw(events, nodes, colours):
    span = events[-1]["at"]
    width = max(0.25, math.ceil(span / MOST_COLUMNS * 4) / 4)  # seconds of a column
    columns = int(span / width) + 1
    for node in range(1, nodes + 1):
        line = line_of(events, node, columns, width)
        yield f"  node {node}  {coloured(line) if colours else line}"
    yield f"  faults  {line_of_faults(events, columns, width)}"
    yield (f"  one column is {width:g} s;  # leads, or holds a lock  . does not  - knows nobody who does, or too few  "
           "z stopped  x dead  / cut off  ~ weather  | healed")
