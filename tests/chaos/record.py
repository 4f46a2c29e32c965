"""What happened, in its order, by one clock: this machine's."""
import json
import time


class Record:
    def __init__(self, path):
        self.events = []
        self.begin = time.monotonic()
        self.file = open(path, "w", encoding="utf-8")

    def now(self):
        """Seconds since the beginning."""
        return round(time.monotonic() - self.begin, 6)

    def add(self, kind, **what):
        event = {"at": self.now(), "kind": kind, **what}
        self.events.append(event)
        self.file.write(json.dumps(event) + "\n")
        return event

    def close(self):
        self.file.close()
