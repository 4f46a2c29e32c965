"""The service of locks, as the chaos test sees it."""
import history
from hosts import WORK, address
from lock_session import LockSession

ALGORITHMS = ["lamport", "ricart-agrawala", "suzuki-kasami"]


class Mutex:
    name = "mutex"
    daemon = "onc-mutexd"
    PORT = 7421
    lease = 1.0  # seconds
    # onc-mutexd(8) promises each its turn, not when: a few leases until all are in one view, and the turns before.
    bound = 10 * lease
    settled = staticmethod(history.all_are_served)
    has = "holds"
    locks = ["a", "b"]
    command_seconds = "0.2"
    token_variable = "ONC_MUTEX_TOKEN"
    sessions = 2  # of each member

    def __init__(self, plan, programs):
        self.plan = plan
        self.programs = programs
        self.algorithm = ALGORITHMS[plan.seed % len(ALGORITHMS)]
        # Members call each other over TCP only.
        plan.transport, plan.algorithm = "tcp", self.algorithm

    def daemon_words(self, node, uris):
        nodes = [word for peer, uri in uris.items() for word in ("--node", f"{peer}={uri}")]
        return [f"{self.programs}/onc-mutexd", "--foreground", "--register", "no", "--id", str(node), "--algorithm",
                self.algorithm, "--lease", str(self.lease), "--state-dir", f"{WORK}/state", "--listen",
                f"local://{self.place(node)}", *nodes]

    def uri(self, node):
        return f"{self.plan.transport}://{address(node)}:{self.PORT}"

    def place(self, node):
        """Of the socket for its own clients."""
        return f"{WORK}/node.{node}"

    def observers(self, node, record, register):
        return [LockSession(self, node, number, self.locks[number % len(self.locks)], record, register)
                for number in range(2 * self.sessions)]

    def client_words(self, node, lock, command):
        return [f"{self.programs}/onc-mutex", "run", lock, "--server", f"local://{self.place(node)}", "--lease", "2",
                "--", *command]

    def resign_words(self, _):
        return None

    def clients(self):
        """(who, lock) of all."""
        sessions = [(f"{node}.{number}", self.locks[number % len(self.locks)]) for node in range(1, self.plan.nodes + 1)
                    for number in range(2 * self.sessions)]
        return [*sessions, *((str(node), lock) for node in range(1, self.plan.nodes + 1) for lock in self.locks)]
