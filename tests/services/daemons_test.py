"""What every daemon here does alike, seen from outside: how it ends, what it says, what it leaves behind."""
import os
import re
import signal
import socket
import struct
import subprocess
import tempfile
import time
import unittest
import urllib.request

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


# Runs a command with the folder that is its first argument for /dev.
OWN_DEV = ["unshare", "--mount", "--propagation", "private", "bash", "-ec",
           'mount --bind /dev/null "$0/null"; mount --bind "$0" /dev; exec "$@"']
INDIRECT = struct.pack(">15I", 0x80000000 | 56, 7, 0, 2, 100000, 4, 10, 0, 0, 0, 0, 7, 1, 0, 0)


def may_mount():
    return os.getuid() == 0 and subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL).returncode == 0


def fail_often(path, times=200):
    """Calls what the portmapper answers with SYSTEM_ERR, and returns the portmapper's process."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(TIMEOUT)
        peer.connect(path)
        for _ in range(times):
            peer.sendall(INDIRECT)
            reply = peer.recv(28, socket.MSG_WAITALL)
            assert struct.unpack(">7I", reply)[6] == 5, reply
        return struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]


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
        path = f"{self.folder}/portmapper.sock"
        daemon = self.start("portmapper", "--port", "0", "--socket", path)
        self.assertRegex(daemon.line, "^portmapper: serving at")
        self.portmapper_port = int(re.search(r"tcp://0\.0\.0\.0:(\d+)", daemon.line)[1])
        return f"local://{path}"

    def start_time_server(self, portmapper, *arguments):
        daemon = self.start("onc-timed", "--register", "required", "--listen", "tcp://127.0.0.1:0", *arguments,
                            portmapper=portmapper)
        self.assertRegex(daemon.line, "^onc-timed: serving TIME v1, TIME v2 at .*, registered with the portmapper$")
        return daemon

    def ask(self, portmapper):
        """What a client that knows only the portmapper hears."""
        return subprocess.run([f"{BIN}/onc-time", "get"], env={**os.environ, "ONC_PORTMAPPER": portmapper}, text=True,
                              capture_output=True, timeout=TIMEOUT)

    def test_a_signal_as_soon_as_the_line_appears_ends_it_in_order(self):
        portmapper = self.start_portmapper()
        for signal_number in [signal.SIGTERM, signal.SIGINT] * 10:
            path = f"{self.folder}/time.sock"
            daemon = self.start_time_server(portmapper, "--listen", f"local://{path}")
            self.assertEqual(daemon.end(signal_number), 0)
            self.assertFalse(os.path.exists(path))
            self.assertRegex(self.ask(portmapper).stderr, "is not registered")

    def test_so_it_does_the_portmapper(self):
        path = f"{self.folder}/portmapper.sock"
        for signal_number in [signal.SIGTERM, signal.SIGINT] * 10:
            # Root's folder is nobody else's to remove the socket from.
            daemon = self.start("portmapper", "--port", "0", "--socket", path, "--user", "root")
            self.assertEqual(daemon.end(signal_number), 0)
            self.assertFalse(os.path.exists(path))

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
        self.assertRegex(daemon.line, "^onc-timed: serving TIME v1, TIME v2 at .*, not registered$")
        self.assertRegex(daemon.process.stderr.readline(),
                         "^onc-timed: not registered: no portmapper answers at local:///nonexistent/rpcbind.sock: ")
        self.assertEqual(daemon.end(), 0)

    def test_a_portmapper_that_cannot_be_meant_is_an_error(self):
        done = subprocess.run([f"{BIN}/onc-timed", "--foreground"], env={**os.environ, "ONC_PORTMAPPER": "tpc://host"},
                              text=True, capture_output=True, timeout=TIMEOUT)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, "^onc-timed: ONC_PORTMAPPER: 'tpc://host' is no endpoint: .*\n$")

    def start_with_sockets(self, *sockets):
        """onc-timed as systemd starts it: with sockets from descriptor 3 on, and told so."""
        pass_on = " ".join(f"{3 + number}<&{one.fileno()}" for number, one in enumerate(sockets))
        script = f'LISTEN_PID=$$ LISTEN_FDS={len(sockets)} exec "$0" "$@" {pass_on}'
        environment = {**os.environ, "ONC_PORTMAPPER": "local:///nonexistent/rpcbind.sock"}
        return subprocess.Popen(["bash", "-c", script, f"{BIN}/onc-timed", "--foreground", "--register", "no"],
                                env=environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, pass_fds=[one.fileno() for one in sockets])

    def test_sockets_that_systemd_opened_are_served_and_left_behind(self):
        path = f"{self.folder}/time.sock"
        with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, \
                socket.socket(socket.AF_UNIX) as local:
            udp.bind(("127.0.0.1", 0))
            local.bind(path)
            local.listen()
            places = [f"tcp://127.0.0.1:{tcp.getsockname()[1]}", f"udp://127.0.0.1:{udp.getsockname()[1]}",
                      f"local://{path}"]
            process = self.start_with_sockets(tcp, udp, local)
            self.addCleanup(lambda: process.poll() is None and process.kill())
            self.assertEqual(process.stdout.readline(),
                             f"onc-timed: serving TIME v1, TIME v2 at {' '.join(places)}, not registered\n")
            for place in places:
                subprocess.run([f"{BIN}/onc-time", "get", "--server", place], check=True, timeout=TIMEOUT,
                               stdout=subprocess.DEVNULL)
            process.terminate()
            process.communicate(timeout=TIMEOUT)
            self.assertEqual(process.returncode, 0)
            self.assertTrue(os.path.exists(path), "it is systemd's")

    def test_a_descriptor_that_is_no_socket_to_serve_on_is_an_error(self):
        ends = socket.socketpair()
        for end in ends:
            self.addCleanup(end.close)
        process = self.start_with_sockets(ends[0])
        said, complaint = process.communicate(timeout=TIMEOUT)
        self.assertEqual((process.returncode, said), (1, ""))
        self.assertRegex(complaint, "^onc-timed: LISTEN_FDS hands over descriptor 3, which is no listening .*\n$")

    def test_a_command_line_that_makes_no_sense_is_status_2(self):
        for command in (["onc-timed", "--nonsense"], ["onc-timed", "--register", "perhaps"], ["onc-timed", "--listen"],
                        ["portmapper", "--nonsense"], ["portmapper", "--port", "65536"], ["portmapper", "more"],
                        ["portmapper", "--socket", ""],
                        ["onc-timed", "--peer", "udp://host"], ["onc-timed", "--berkeley", "--peer", "host:1"],
                        ["onc-timed", "--berkeley", "--interval", "0"], ["onc-timed", "--slew-limit", "1"],
                        ["onc-time"], ["onc-time", "--nonsense"], ["onc-time", "query"], ["onc-time", "get", "--timeout", "never"],
                        ["onc-electiond"], ["onc-electiond", "--id", "1", "--node", "2=tcp://host:1"],
                        ["onc-electiond", "--id", "1", "--node", "1=tcp://host:1", "--lease", "0"],
                        ["onc-election"], ["onc-election", "run"], ["onc-election", "leader", "--timeout", "never"],
                        ["onc-mutexd"], ["onc-mutexd", "--id", "1", "--node", "2=tcp://host:1"],
                        ["onc-mutexd", "--id", "1", "--node", "1=udp://host:1"],
                        ["onc-mutexd", "--id", "1", "--node", "1=tcp://host:1", "--begin-at", "4293918721"],
                        ["onc-mutex"], ["onc-mutex", "run", "lock"], ["onc-mutex", "try", "two\nlines"],
                        ["onc-mutex", "run"], ["onc-mutex", "run", "--", "sh", "-c", "echo ran"],
                        ["onc-mutex", "status", "--timeout", "-1"], ["onc-mutex", "status", "lock", "--", "--json"]):
            done = subprocess.run([f"{BIN}/{command[0]}", *command[1:]], text=True, capture_output=True,
                                  timeout=TIMEOUT)
            self.assertEqual((done.returncode, done.stdout), (2, ""), command)
            self.assertRegex(done.stderr, f"^{command[0]}: .", command)
        for program in ("onc-timed", "portmapper", "onc-time", "onc-electiond", "onc-election", "onc-mutexd", "onc-mutex"):
            for option in ("--help", "--version"):
                done = subprocess.run([f"{BIN}/{program}", option], text=True, capture_output=True, timeout=TIMEOUT)
                self.assertEqual((done.returncode, done.stderr), (0, ""), program)

    def test_help_shows_where_a_command_comes_and_how_to_try_a_group(self):
        for command, usage in (("onc-mutex run", "NAME -- COMMAND..."), ("onc-mutex try", "NAME [-- COMMAND...]"),
                               ("onc-election run", "[OPTIONS] -- COMMAND..."), ("onc-mutexd", "pkill -f trial-"),
                               ("onc-electiond", "pkill -f trial-")):
            program, *rest = command.split()
            done = subprocess.run([f"{BIN}/{program}", *rest, "--help"], text=True, capture_output=True, timeout=TIMEOUT)
            self.assertIn(usage, done.stdout, command)

    def test_what_a_client_cannot_print_is_an_error_and_goes_nowhere_else(self):
        portmapper = self.start_portmapper()
        self.start_time_server(portmapper)
        os.mkdir(f"{self.folder}/files")
        open(f"{self.folder}/files/one", "x").close()
        files = self.start("onc-filed", "--root", f"{self.folder}/files", "--listen", "tcp://127.0.0.1:0",
                           portmapper=portmapper)
        self.assertRegex(files.line, "^onc-filed: serving")
        for command in ("onc-time get", "onc-file ls", "onc-info"):
            done = subprocess.run(["bash", "-c", f"exec {BIN}/{command} >&-"], text=True, capture_output=True,
                                  env={**os.environ, "ONC_PORTMAPPER": portmapper}, timeout=TIMEOUT)
            self.assertEqual((done.returncode, done.stdout), (1, ""), command)
            self.assertRegex(done.stderr, "^onc-[a-z]*: .*standard output", command)

    def test_no_connection_takes_the_place_of_a_closed_descriptor(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            silent.settimeout(TIMEOUT)
            uri = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
            for command in ("onc-time get", "onc-file ls", "onc-election leader", "onc-mutex status"):
                client = subprocess.Popen(["bash", "-c", f"exec {BIN}/{command} --server {uri} <&- >&- 2>&-"])
                try:
                    connection, _ = silent.accept()  # and now it waits for an answer
                    standard = [os.readlink(f"/proc/{client.pid}/fd/{number}") for number in range(3)]
                    connection.close()
                finally:
                    client.kill()
                    client.wait(TIMEOUT)
                self.assertEqual(standard, ["/dev/null"] * 3, command)

    def test_failures_are_told_once_a_second_at_most(self):
        path = f"{self.folder}/portmapper.sock"
        daemon = self.start("portmapper", "--port", "0", "--socket", path, errors=subprocess.PIPE)
        begin = time.monotonic()
        fail_often(path)
        time.sleep(1.1)
        fail_often(path, 1)
        seconds = time.monotonic() - begin
        daemon.process.send_signal(signal.SIGTERM)
        lines = daemon.process.stderr.read().splitlines()
        self.assertEqual(daemon.process.wait(TIMEOUT), 0)
        daemon.process.stdout.close()
        daemon.process.stderr.close()
        line = "^portmapper: procedure 10 of RPCBPROG version 4 failed: calls are not forwarded to other programs"
        self.assertRegex(lines[0], line + "$")
        self.assertRegex(lines[-1], line + r" \(and \d+ failures before it, untold\)$")
        self.assertLessEqual(len(lines), seconds + 1)

    def test_numbers_are_served_for_prometheus(self):
        daemon = self.start("onc-timed", "--register", "no", "--listen", "tcp://127.0.0.1:0", "--metrics",
                            "tcp://127.0.0.1:0")
        served, metrics = re.search(r" at (tcp://\S+), not registered, metrics at (http://127.0.0.1:\d+/metrics)$",
                                    daemon.line.strip()).groups()
        for _ in range(3):
            subprocess.run([f"{BIN}/onc-time", "get", "--server", served], check=True, stdout=subprocess.DEVNULL,
                           timeout=TIMEOUT)
        host, port = served[len("tcp://"):].split(":")
        stranger = struct.pack(">11I", 0x80000000 | 40, 7, 0, 2, 99, 98, 97, 0, 0, 0, 0)
        with socket.create_connection((host, int(port)), TIMEOUT) as peer:
            peer.sendall(stranger)
            peer.recv(28)
            peer.sendall(struct.pack(">3I", 0x80000000 | 8, 7, 1))  # a reply
            self.assertEqual(peer.recv(1), b"")
        text = urllib.request.urlopen(metrics, timeout=TIMEOUT).read().decode()
        self.assertIn('onc_rpc_calls_total{outcome="success",procedure="GETTIME",program="TIME",version="1"} 3\n', text)
        self.assertIn('onc_rpc_calls_total{outcome="program_unavailable",procedure="unknown",program="unknown",'
                      'version="unknown"} 1\n', text)
        self.assertIn('onc_rpc_call_seconds_count{procedure="GETTIME",program="TIME",version="1"} 3\n', text)
        self.assertIn("onc_rpc_refused_peers_total 1\n", text)
        self.assertEqual(daemon.end(), 0)

    def test_who_asks_for_numbers_and_does_not_read_them_holds_nobody_up(self):
        daemon = self.start("onc-timed", "--register", "no", "--listen", "tcp://127.0.0.1:0", "--metrics",
                            "tcp://127.0.0.1:0")
        served, host, port = re.search(r" at (tcp://\S+), .* http://([\d.]+):(\d+)/metrics$",
                                       daemon.line.strip()).groups()
        asking = b"GET /metrics HTTP/1.1\r\nHost: us\r\n\r\n"
        for asked in (b"", asking[:10], asking * 1000):
            peer = socket.create_connection((host, int(port)), TIMEOUT)
            self.addCleanup(peer.close)
            peer.sendall(asked)
        for _ in range(20):
            subprocess.run([f"{BIN}/onc-time", "get", "--server", served], check=True, stdout=subprocess.DEVNULL,
                           timeout=TIMEOUT)
        with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=TIMEOUT) as text:
            self.assertIn('procedure="GETTIME",program="TIME",version="1"} 20\n', text.read().decode())
        self.assertEqual(daemon.end(), 0)

    def test_a_peer_writes_no_lines_of_its_own_into_the_log(self):
        served = f"{self.folder}/time.sock"
        daemon = self.start("onc-timed", "--register", "no", "--listen", f"local://{served}", "--log-level", "debug",
                            errors=subprocess.PIPE)
        call = struct.pack(">11I", 0x80000000 | 40, 7, 0, 2, 99, 98, 97, 0, 0, 0, 0)
        for message in (call, struct.pack(">3I", 0x80000000 | 8, 7, 1)):
            with socket.socket(socket.AF_UNIX) as peer:
                peer.settimeout(TIMEOUT)
                peer.bind(f"{self.folder}/x\nonc-timed: forged\r\x1b[2J\x7f{len(message)}")
                peer.connect(served)
                peer.sendall(message)
                peer.recv(28)
        daemon.process.send_signal(signal.SIGTERM)
        log = daemon.process.stderr.read()
        self.assertEqual(daemon.end(), 0)
        lines = log.split("\n")
        self.assertEqual(len(lines), 3, log)
        self.assertRegex(lines[0], r"^onc-timed: program 99 version 98 procedure 97 from local://.*/x\?onc-timed: forged"
                                   r"\?\?\[2J\?44: ")
        self.assertRegex(lines[1], r"^onc-timed: refused local://.*/x\?onc-timed: forged\?\?\[2J\?12: ")
        self.assertTrue(all(c.isprintable() or c == "\n" for c in log), log)

    def test_a_place_for_metrics_that_is_taken_is_told(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            where = "tcp://127.0.0.1:%d" % taken.getsockname()[1]
            done = subprocess.run([f"{BIN}/onc-timed", "--foreground", "--register", "no", "--metrics", where],
                                  capture_output=True, text=True, timeout=TIMEOUT)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, f"onc-timed: cannot serve metrics at {where}; try another port\n")

    def test_as_much_is_logged_as_one_asks_for(self):
        for level, lines in (("debug", 1), ("warning", 0)):
            daemon = self.start("onc-timed", "--register", "no", "--listen", "tcp://127.0.0.1:0", "--log-level", level,
                                errors=subprocess.PIPE)
            served = re.search(r"tcp://\S+(?=,)", daemon.line).group()
            subprocess.run([f"{BIN}/onc-time", "get", "--server", served], check=True, stdout=subprocess.DEVNULL,
                           timeout=TIMEOUT)
            daemon.process.send_signal(signal.SIGTERM)
            log = daemon.process.stderr.read().splitlines()
            self.assertEqual(daemon.end(), 0)
            self.assertEqual(len(log), lines, log)
            for line in log:
                self.assertRegex(line, r"^onc-timed: TIME v1 GETTIME from tcp://127.0.0.1:\d+: 40 bytes, 52 in reply, "
                                       r"[\d.]+ ms: served$")

    @unittest.skipUnless(may_mount(), "a /dev/log of its own needs root")
    def test_they_tell_their_service_manager_when_they_serve(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.settimeout(TIMEOUT)
            manager.bind(f"{self.folder}/notify")
            os.environ["NOTIFY_SOCKET"] = f"{self.folder}/notify"
            try:
                daemon = self.start("onc-timed", "--listen", "tcp://127.0.0.1:0", "--register", "no")
            finally:
                del os.environ["NOTIFY_SOCKET"]
            self.assertEqual(manager.recv(100).decode(), f"READY=1\nMAINPID={daemon.process.pid}")

    def test_the_portmapper_serves_sockets_that_were_opened_for_it(self):
        path = f"{self.folder}/given.sock"
        starter = ("import os, socket, sys; given = [socket.socket(socket.AF_UNIX), socket.socket()];"
                   "given[0].bind(sys.argv[1]); given[1].bind(('127.0.0.1', 0)); [s.listen() for s in given];"
                   "[os.dup2(s.fileno(), 100 + i) for i, s in enumerate(given)];"
                   "[os.dup2(100 + i, 3 + i) for i in range(2)];"
                   "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='2');"
                   "os.execv(sys.argv[2], sys.argv[2:])")
        process = subprocess.Popen(["python3", "-c", starter, path, f"{BIN}/portmapper", "-f", "--port", "0"],
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.wait, TIMEOUT)
        self.addCleanup(process.terminate)
        self.addCleanup(process.stdout.close)
        self.assertRegex(process.stdout.readline(),
                         f"^portmapper: serving at local://{path} tcp://127.0.0.1:[0-9]+$")
        fail_often(path, 1)

    def test_in_the_background_they_go_to_the_system_log(self):
        path = f"{self.folder}/portmapper.sock"
        os.mkdir(f"{self.folder}/dev")
        open(f"{self.folder}/dev/null", "w").close()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.bind(f"{self.folder}/dev/log")
            log.settimeout(TIMEOUT)
            subprocess.run([*OWN_DEV, f"{self.folder}/dev", f"{BIN}/portmapper", "--port", "0", "--socket", path, "--user",
                            "root"],
                           check=True, stdout=subprocess.DEVNULL, timeout=TIMEOUT)
            process = fail_often(path, 1)
            try:
                self.assertRegex(log.recv(4096).decode(),
                                 rf" portmapper\[{process}\]: procedure 10 of RPCBPROG version 4 failed: ")
            finally:
                os.kill(process, signal.SIGTERM)
                end = time.monotonic() + TIMEOUT
                while os.path.exists(path) and time.monotonic() < end:
                    time.sleep(0.01)


if __name__ == "__main__":
    unittest.main()
