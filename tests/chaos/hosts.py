"""Hosts on one network: a bridge here, and for each a network namespace and a clock of its own.

They belong to the network, mounts and processes that ./run has made for itself, so nothing of them outlasts it, however
it ends.
"""
import asyncio
import contextlib
import ctypes
import os
import random
import subprocess

WORK = "/run/chaos"
SETUP = """
table bridge chaos {
  set cut { type ipv4_addr . ipv4_addr; }
  chain forward {
    type filter hook forward priority 0;
    ip saddr . ip daddr @cut drop;
  }
}
"""
CLONE_NEWNET = 0x40000000
PACE = f"{WORK}/pace.so"  # of pace.c


def command(line):
    subprocess.run(line.split(), check=True)


def address(host):
    return f"10.97.0.{host}"


class Hosts:
    """Hosts 1 to `count`. `paces`: how fast each one's clock runs; only daemons live by that."""

    def __init__(self, count, paces, seed):
        self.numbers = range(1, count + 1)
        self.paces = paces
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.own_network = os.open("/proc/self/ns/net", os.O_RDONLY)
        os.makedirs(WORK, exist_ok=True)
        command(f"cc -shared -fPIC -O2 -o {PACE} {os.path.dirname(os.path.abspath(__file__))}/pace.c")
        command("ip link set lo up")
        command("ip link add chaos type bridge mcast_snooping 0")
        command("ip link set chaos up")
        shown = random.Random(seed)
        for host in self.numbers:
            self.make(host, shown.randrange(1, 10**6))
        subprocess.run(["nft", "-f", "-"], input=SETUP, text=True, check=True)

    def make(self, host, clock):
        """A host whose clock shows so many seconds more than this one's."""
        command(f"ip netns add {host}")
        command(f"ip link add host{host} type veth peer name eth0 netns {host}")
        command(f"ip link set host{host} master chaos up")
        command(f"ip -n {host} link set lo up")
        command(f"ip -n {host} addr add {address(host)}/24 dev eth0")
        command(f"ip -n {host} link set eth0 up")
        open(f"{WORK}/clock.{host}", "w").close()
        command(f"unshare --time={WORK}/clock.{host} --monotonic {clock} --boottime {clock} true")

    def on(self, host, *words, by_its_pace=False):
        """The command line that runs `words` there."""
        pace = self.paces[host - 1]
        line = ["nsenter", f"--net=/run/netns/{host}", f"--time={WORK}/clock.{host}"]
        if by_its_pace and pace != 1:
            # ASan wants to be the first library, for what this one does not do.
            line += ["env", f"LD_PRELOAD={PACE}", f"PACE={round(pace * 1000)}", "ASAN_OPTIONS=verify_asan_link_order=0"]
        return [*line, *words]

    @contextlib.contextmanager
    def network_of(self, host):
        """Sockets made within are that host's."""
        there = os.open(f"/run/netns/{host}", os.O_RDONLY)
        try:
            self.enter(there)
            yield
        finally:
            self.enter(self.own_network)
            os.close(there)

    def enter(self, network):
        if self.libc.setns(network, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "cannot enter a network")

    async def cut(self, pairs):
        """From now on nothing that the first of a pair sends reaches the second, and everything else arrives."""
        rules = "flush set bridge chaos cut\n"
        for sender, receiver in sorted(pairs):
            rules += f"add element bridge chaos cut {{ {address(sender)} . {address(receiver)} }}\n"
        nft = await asyncio.create_subprocess_exec("nft", "-f", "-", stdin=subprocess.PIPE)
        await nft.communicate(rules.encode())
        if nft.returncode != 0:
            raise OSError(f"nft refuses:\n{rules}")
