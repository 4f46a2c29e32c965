"""onc-info and peers that say what no portmapper says: it tells what there is to tell, or one sentence, and ends."""
import json
import os
import socket
import struct
import subprocess
import threading
import unittest

INFO = os.environ["ONC_BIN"] + "/onc-info"
TIMEOUT = 60
DUMP = 4


def word(*numbers):
    return struct.pack(f">{len(numbers)}I", *numbers)


def string(text):
    return word(len(text)) + text + bytes(-len(text) % 4)


def rpcb(program=99, version=1, netid=b"tcp", address=b"127.0.0.1.8.1", owner=b"root"):
    return word(1, program, version) + string(netid) + string(address) + string(owner)


def record(message):
    return word(0x80000000 | len(message)) + message


def success(xid, results=b""):
    return word(xid, 1, 0, 0, 0, 0) + results


def mismatch(xid, low, high):
    return word(xid, 1, 0, 0, 0, 2, low, high)


class Liar:
    """A server over TCP: what `answer(xid, version, procedure)` gives is sent for each call, piece by piece."""

    def __init__(self, answer):
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.calls = 0
        threading.Thread(target=self.serve, daemon=True).start()

    def at(self):
        return "tcp://127.0.0.1:%d" % self.listener.getsockname()[1]

    def serve(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            with connection:
                try:
                    self.talk(connection)
                except OSError:
                    pass  # it has heard enough

    def talk(self, connection):
        while mark := connection.recv(4, socket.MSG_WAITALL):
            call = connection.recv(struct.unpack(">I", mark)[0] & 0x7fffffff, socket.MSG_WAITALL)
            xid, _, _, _, version, procedure = struct.unpack(">6I", call[:24])
            self.calls += 1
            for piece in self.answer(xid, version, procedure):
                connection.sendall(piece)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def answer_twice_over_udp(server, low, high):
    """As Debian's rpc.rstatd answers procedure 0, until it gets an empty datagram."""
    while True:
        call, peer = server.recvfrom(65536)
        if not call:
            return
        xid, _, _, _, version, _ = struct.unpack(">6I", call[:24])
        reply = success(xid) if low <= version <= high else mismatch(xid, low, high)
        for _ in range(2):
            server.sendto(reply, peer)


class LyingPortmapper(unittest.TestCase):
    def liar(self, answer):
        liar = Liar(answer)
        self.addCleanup(liar.close)
        return liar

    def saying(self, results):
        return self.liar(lambda xid, version, procedure: [record(success(xid, results))])

    def ask(self, *arguments, portmapper=""):
        return subprocess.run([INFO, *arguments], text=True, capture_output=True, timeout=TIMEOUT,
                              env={**os.environ, "ONC_PORTMAPPER": portmapper})

    def assert_one_sentence(self, done, pattern):
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, rf"^onc-info: [^\n]*{pattern}[^\n]*\n$")

    def test_long_strings_are_cut_and_control_characters_harmless(self):
        nasty = b"\x1b[2J\n\x00\xff" + b"x" * 65536
        liar = self.saying(rpcb(netid=nasty, address=nasty, owner=nasty) + word(0))
        cut = "?[2J???" + "x" * 53 + "..."
        for option, columns in (("--timeout=20", 3), ("--short", 2)):
            done = self.ask("list", liar.at(), option)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            lines = done.stdout.splitlines()
            self.assertEqual(len(lines), 2)
            self.assertEqual(lines[1].count(cut), columns, lines)
            self.assertTrue(lines[1].isprintable())

    def test_json_has_them_whole_and_harmless_too(self):
        liar = self.saying(rpcb(netid=b"\x1b[2J\xff" + b"x" * 65536) + word(0))
        done = self.ask("list", liar.at(), "--json")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(all(line.isprintable() and line.isascii() for line in done.stdout.splitlines()))
        entry, = json.loads(done.stdout)["registrations"]
        self.assertEqual(entry["netid"], "\x1b[2J\ufffd" + "x" * 65536)
        self.assertIsNone(entry["port"])

    def test_a_hundred_thousand_entries_are_told(self):
        liar = self.saying(b"".join(rpcb(program=number) for number in range(100_000)) + word(0))
        for option in ("--short", "--timeout=30"):
            done = self.ask("list", liar.at(), option)
            self.assertEqual((done.returncode, done.stdout.count("\n")), (0, 100_001))
        self.assertEqual(len(json.loads(self.ask("list", liar.at(), "--json").stdout)["registrations"]), 100_000)

    def test_a_hundred_thousand_versions_of_one_program_are_a_line(self):
        liar = self.saying(b"".join(rpcb(version=2 * number) for number in range(100_000)) + rpcb() * 1000 + word(0))
        done = self.ask("list", liar.at())
        self.assertEqual((done.returncode, done.stdout.count("\n")), (0, 2))
        self.assertIn(" 0-2,4,6,8,", done.stdout)

    def test_every_truncation_is_one_sentence(self):
        whole = rpcb() + word(0)
        for size in range(0, len(whole), 4):
            done = self.ask("list", self.saying(whole[:size]).at())
            self.assert_one_sentence(done, "the results are not what the .x says")

    def test_an_announced_length_is_not_believed(self):
        for results in (word(1, 99, 1, 0xffffffff), word(1, 99, 1, 0x7fffffff), word(2)):
            done = self.ask("list", self.saying(results).at())
            self.assert_one_sentence(done, "the results are not what the .x says")

    def test_a_record_without_end_is_one_sentence(self):
        fragment = word(1 << 20) + bytes(1 << 20)
        for pieces in ([fragment] * 100, [word(0xffffffff)]):
            liar = self.liar(lambda *_, pieces=pieces: pieces)
            self.assert_one_sentence(self.ask("list", liar.at()), "longer than anything a portmapper should tell")

    def test_fragments_without_end_are_one_sentence(self):
        liar = self.liar(lambda *_: (word(0) * 1000 for _ in range(10_000)))
        self.assert_one_sentence(self.ask("list", liar.at()), "more fragments than the limit")

    def test_replies_to_others_without_end_are_one_sentence(self):
        for question in (["list"], ["statistics"], ["addresses", "99", "1"], ["ping", "99", "1"]):
            liar = self.liar(lambda xid, *_: (record(success(xid ^ 1)) for _ in iter(int, 1)))
            done = self.ask(question[0], liar.at(), *question[1:], "--timeout", "0.5")
            self.assert_one_sentence(done, r"no portmapper answers|no reply within 0\.5 s")

    def test_silence_is_one_sentence(self):
        for question in (["list"], ["statistics"], ["addresses", "99", "1"], ["ping", "99"], ["ping", "99", "1"]):
            done = self.ask(question[0], self.liar(lambda *_: []).at(), *question[1:], "--timeout", "0.2")
            self.assert_one_sentence(done, r"no portmapper answers|no reply within 0\.2 s")

    def test_garbage_is_one_sentence(self):
        for garbage in (b"HTTP/1.0 400 Bad Request\r\n\r\n", record(b""), record(b"\xff" * 40), record(word(7, 1, 9))):
            for question in (["list"], ["ping", "99"], ["ping", "99", "1"]):
                done = self.ask(question[0], self.liar(lambda *_: [garbage]).at(), *question[1:], "--timeout", "0.5")
                self.assert_one_sentence(done, "")

    def test_a_portmapper_that_hangs_up_is_one_sentence(self):
        def hang_up(*_):
            raise OSError

        for question in (["list"], ["ping", "99", "1"]):
            done = self.ask(question[0], self.liar(hang_up).at(), *question[1:])
            self.assert_one_sentence(done, "closed the connection")

    def test_a_portmapper_that_knows_no_version_is_asked_for_three(self):
        liar = self.liar(lambda xid, *_: [record(mismatch(xid, 5, 9))])
        self.assert_one_sentence(self.ask("list", liar.at()), "does not serve this version")
        self.assertEqual(liar.calls, 3)

    def test_one_that_speaks_only_version_2_is_understood(self):
        maps = word(1, 99, 1, 6, 2049) + word(1, 99, 1, 99, 70000)

        def old(xid, version, procedure):
            return [record(success(xid, maps + word(0)) if version == 2 else mismatch(xid, 2, 2))]

        done = self.ask("list", self.liar(old).at())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"\n99 +- +1 +protocol 99 +0\.0\.0\.0\.273\.112 +unknown\n")
        self.assertRegex(done.stdout, r"\n99 +- +1 +tcp +0\.0\.0\.0:2049 +unknown\n")

    def test_four_thousand_million_versions_are_not_pinged(self):
        def everything(xid, version, procedure):
            return [record(mismatch(xid, 0, 0xffffffff) if version == 0 else success(xid))]

        liar = self.liar(everything)
        done = self.ask("ping", liar.at(), "99")
        self.assertEqual(done.stdout.count(" ready\n"), 31)
        self.assertIn("versions 0 to 4294967295: only the first 32 were called", done.stdout)
        self.assertEqual(liar.calls, 33)
        told = json.loads(self.ask("ping", liar.at(), "99", "--json").stdout)
        self.assertEqual((told["low"], told["high"], len(told["versions"])), (0, 0xffffffff, 32))

    def test_the_last_versions_there_are_end_there(self):
        def high(xid, version, procedure):
            return [record(success(xid) if version >= 0xfffffffe else mismatch(xid, 0xfffffffe, 0xffffffff))]

        done = self.ask("ping", self.liar(high).at(), "99")
        self.assertEqual((done.returncode, done.stdout.count(" ready\n")), (0, 2), done.stdout)

    def test_versions_from_high_to_low_are_one_sentence(self):
        liar = self.liar(lambda xid, *_: [record(mismatch(xid, 5, 2))])
        self.assert_one_sentence(self.ask("ping", liar.at(), "99"), "versions from 5 to 2, which is nonsense")

    def test_a_server_without_versions_is_told(self):
        done = self.ask("ping", self.saying(b"").at(), "99")
        self.assertEqual((done.returncode, done.stdout.count(" ready\n")), (0, 1))
        self.assertIn("\nThe server answers whatever version it is called for.\n", done.stdout)

    def test_over_udp_second_answers_are_passed_over(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.1", 0))
            thread = threading.Thread(target=answer_twice_over_udp, args=(server, 2, 4), daemon=True)
            thread.start()
            done = self.ask("ping", "udp://127.0.0.1:%d" % server.getsockname()[1], "99", "--count", "20")
            server.sendto(b"", server.getsockname())
            thread.join()
        self.assertEqual((done.returncode, done.stdout.count(" ready\n")), (0, 3), done.stdout + done.stderr)

    def test_a_gap_between_versions_is_no_failure(self):
        def with_gap(xid, version, procedure):
            return [record(success(xid) if version in (1, 3) else mismatch(xid, 1, 3))]

        liar = self.liar(with_gap)
        done = self.ask("ping", liar.at(), "99")
        self.assertEqual((done.returncode, done.stdout.count(" ready\n")), (0, 2), done.stdout)
        self.assertIn("not served, though the server says 1 to 3", done.stdout)
        self.assertEqual(self.ask("ping", liar.at(), "99", "2").returncode, 1)

    def test_a_portmapper_that_only_says_it_removed_something_is_not_believed(self):
        def answer(xid, version, procedure):
            return [record(success(xid, rpcb() + word(0) if procedure == DUMP else word(1)))]

        liar = self.liar(answer)
        done = self.ask("delete", "99", "1", portmapper=liar.at())
        self.assertEqual(done.returncode, 1)
        self.assertIn("still registered: tcp 127.0.0.1:2049 of root\n", done.stdout)
        told = json.loads(self.ask("delete", "99", "1", "--json", portmapper=liar.at()).stdout)
        self.assertEqual((told["removed"], len(told["left"])), ([], 1))

    def test_one_that_speaks_only_version_2_removes_from_tcp_and_udp_at_once(self):
        maps = [word(1, 99, 1, 6, 2049), word(1, 99, 1, 17, 2049)]

        def old(xid, version, procedure):
            if version != 2:
                return [record(mismatch(xid, 2, 2))]
            if procedure == DUMP:
                return [record(success(xid, b"".join(maps) + word(0)))]
            maps.clear()
            return [record(success(xid, word(1)))]

        portmapper = self.liar(old).at()
        self.assert_one_sentence(self.ask("delete", "99", "1", "tcp", portmapper=portmapper), "leave the netid out")
        done = self.ask("delete", "99", "1", portmapper=portmapper)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, "removed: tcp 0.0.0.0:2049 of unknown\nremoved: udp 0.0.0.0:2049 of unknown\n")
        self.assertEqual(self.ask("delete", "99", "1", portmapper=portmapper).returncode, 1)

    def test_statistics_of_absurd_size_are_one_sentence(self):
        liar = self.saying(word(*[0] * 15) + word(1, 99, 1, 0, 0, 0) * 100_000)
        self.assert_one_sentence(self.ask("statistics", liar.at()), "longer than anything a portmapper should tell")

    def test_addresses_are_harmless_too(self):
        entry = word(1) + string(b"\x1b[2J") + string(b"x" * 70_000) + word(77) + string(b"\n") + string(b"\r")
        done = self.ask("addresses", self.saying(entry + word(0)).at(), "99", "1")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(all(line.isprintable() for line in done.stdout.splitlines()))
        self.assertRegex(done.stdout.splitlines()[1], r"^x{60}\.\.\. +\?\[2J +\? +\? +77$")

    def test_a_command_line_that_makes_no_sense_is_status_2(self):
        for command in (["--nonsense"], ["ping"], ["ping", "localhost"], ["ping", "localhost", "no-such-program"],
                        ["ping", "localhost", "99", "x"], ["ping", "localhost", "99", "--count", "0"],
                        ["ping", "localhost", "99", "--tcp", "--udp"], ["ping", "tcp://127.0.0.1:1", "99", "--udp"],
                        ["list", "tpc://host"], ["list", "--timeout", "never"], ["list", "host", "more"],
                        ["addresses", "localhost", "99"], ["delete", "99"], ["broadcast", "99"],
                        ["broadcast", "99", "1", "--for", "0"], ["broadcast", "99", "1", "--to", "everybody"]):
            done = self.ask(*command)
            self.assertEqual((done.returncode, done.stdout), (2, ""), command)
            self.assertNotEqual(done.stderr, "", command)

    def test_every_command_has_help(self):
        for command in ([], ["list"], ["ping"], ["broadcast"], ["delete"], ["statistics"], ["addresses"]):
            done = self.ask(*command, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""), command)
            self.assertIn("--json", done.stdout)

    def test_what_could_not_be_written_is_told(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([INFO, "list", self.saying(rpcb() + word(0)).at()], stdout=full, text=True,
                                  stderr=subprocess.PIPE, timeout=TIMEOUT)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "^onc-info: standard output takes no more")


if __name__ == "__main__":
    unittest.main()
