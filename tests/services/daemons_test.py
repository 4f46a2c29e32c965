"""What every daemon here does alike, seen from outside: how it ends, what it says, what it leaves behind."""
import os
import re
import signal
import subprocess
import tempfile
import unittest

BIN = os.environ["ONC_BIN"]
TIMEOUT = 20


class Daemon:
    """A daemon in the foreground, once it has said its line."""

    def __init__(self, name, *arguments, portmapper=None, errors=subprocess.DEVNULL):
        environment = {**os.environ, "ONC_PORTMAPPER": portmapper or "local:///nonexistent/rpcbind.sock"}
        self.process = subprocess.Popen([f"{BIN}/{name}", "--foreground", *arguments], env=environment, text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        self.line = self.process.stdout.readline()

    def end(self, by=signal.SIGTERM):
        self.process.send_signal(by)
        status = self.process.wait(TIMEOUT)
        self.process.stdout.close()
        if self.process.stderr:
            self.process.stderr.close()
        return status


class Daemons(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def start(self, name, *arguments, **options):
        daemon = Daemon(name, *arguments, **options)
        self.addCleanup(lambda: daemon.process.poll() is None and daemon.end(signal.SIGKILL))
        return daemon

    def start_portmapper(self):
        socket = f"{self.folder}/portmapper.sock"
        daemon = self.start("portmapper", "--port", "0", "--socket", socket)
        self.assertRegex(daemon.line, "^portmapper: serving at")
        self.portmapper_port = int(re.search(r"tcp://0\.0\.0\.0:(\d+)", daemon.line)[1])
        return f"local://{socket}"

    def start_time_server(self, portmapper, *arguments):
        daemon = self.start("onc-timed", "--register", "required", "--listen", "tcp://127.0.0.1:0", *arguments,
                            portmapper=portmapper)
        self.assertRegex(daemon.line, "^onc-timed: serving TIME v1 at .*, registered with the portmapper$")
        return daemon

    def ask(self, portmapper):
        """What a client that knows only the portmapper hears."""
        return subprocess.run([f"{BIN}/onc-time", "get"], env={**os.environ, "ONC_PORTMAPPER": portmapper}, text=True,
                              capture_output=True, timeout=TIMEOUT)

    def test_a_signal_as_soon_as_the_line_appears_ends_it_in_order(self):
        portmapper = self.start_portmapper()
        for signal_number in [signal.SIGTERM, signal.SIGINT] * 10:
            socket = f"{self.folder}/time.sock"
            daemon = self.start_time_server(portmapper, "--listen", f"local://{socket}")
            self.assertEqual(daemon.end(signal_number), 0)
            self.assertFalse(os.path.exists(socket))
            self.assertRegex(self.ask(portmapper).stderr, "is not registered")

    def test_so_it_does_the_portmapper(self):
        socket = f"{self.folder}/portmapper.sock"
        for signal_number in [signal.SIGTERM, signal.SIGINT] * 10:
            daemon = self.start("portmapper", "--port", "0", "--socket", socket)
            self.assertEqual(daemon.end(signal_number), 0)
            self.assertFalse(os.path.exists(socket))

    def test_an_old_instance_leaves_the_new_one_registered(self):
        portmapper = self.start_portmapper()
        old = self.start_time_server(portmapper)
        new = self.start_time_server(portmapper)
        self.assertEqual(old.end(), 0)
        self.assertEqual(self.ask(portmapper).returncode, 0)
        self.assertEqual(new.end(), 0)
        self.assertRegex(self.ask(portmapper).stderr, "is not registered")

    def test_why_it_is_not_registered_stands_on_standard_error(self):
        daemon = self.start("onc-timed", "--listen", "tcp://127.0.0.1:0", errors=subprocess.PIPE)
        self.assertRegex(daemon.line, "^onc-timed: serving TIME v1 at .*, not registered$")
        self.assertRegex(daemon.process.stderr.readline(),
                         "^onc-timed: not registered: no portmapper answers at local:///nonexistent/rpcbind.sock: ")
        self.assertEqual(daemon.end(), 0)

    def test_a_portmapper_that_cannot_be_meant_is_an_error(self):
        done = subprocess.run([f"{BIN}/onc-timed", "--foreground"], env={**os.environ, "ONC_PORTMAPPER": "tpc://host"},
                              text=True, capture_output=True, timeout=TIMEOUT)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, "^onc-timed: ONC_PORTMAPPER: 'tpc://host' is no endpoint: .*\n$")


if __name__ == "__main__":
    unittest.main()
