"""The election service, as the chaos test sees it."""
import history
from hosts import WORK, address
from watcher import Watcher

PROGRAM, VERSION, STATUS = 0x20000003, 1, 6
LED = 0


class Election:
    name = "election"
    daemon = "onc-electiond"
    PORT = 7411
    lease = 1.0  # seconds
    # "One leads within five leases, and all know it": onc-electiond(8).
    bound = 5 * lease
    settled = staticmethod(history.all_know_who_leads)
    has = "leads in term"
    locks = ["office"]  # each with a command on every node that waits for it
    command_seconds = "inf"  # until it is stopped

    def __init__(self, plan, programs):
        self.plan = plan
        self.programs = programs

    def daemon_words(self, node, uris):
        """`uris`: where it finds the others."""
        nodes = [word for peer, uri in uris.items() for word in ("--node", f"{peer}={uri}")]
        return [f"{self.programs}/onc-electiond", "--foreground", "--register", "no", "--id", str(node), "--algorithm",
                self.plan.algorithm, "--lease", str(self.lease), "--state-dir", f"{WORK}/state", "--listen",
                f"local://{self.place(node)}", *nodes]

    def uri(self, node):
        return f"{self.plan.transport}://{address(node)}:{self.PORT}"

    def place(self, node):
        """Of the socket for its own clients."""
        return f"{WORK}/node.{node}"

    def observers(self, node, record, _):
        return [Watcher(self, node, record)]

    def client_words(self, node, _, command):
        return [f"{self.programs}/onc-election", "run", "--server", f"local://{self.place(node)}", "--timeout", "3",
                "--", *command]

    token_variable = "ONC_ELECTION_TERM"

    def clients(self):
        return []

    def resign_words(self, node):
        return [f"{self.programs}/onc-election", "resign", "--server", f"local://{self.place(node)}", "--timeout", "2"]

    @staticmethod
    async def ask(connection):
        """What a node says of itself, in seconds."""
        reply = await connection.call(PROGRAM, VERSION, STATUS)
        reply.uint(), reply.uint(), reply.uhyper()  # node, algorithm, lease
        is_led = reply.uint() == LED
        coordinator, term = reply.uint(), reply.uhyper()
        reply.uhyper()  # held
        return {"coordinator": coordinator if is_led else 0, "term": term, "sure": reply.uhyper() / 1e9}
