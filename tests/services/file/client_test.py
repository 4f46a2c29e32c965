"""onc-file and onc-filed, seen from outside: what arrives, what goes on where it was, what is said when it does not."""
import fcntl
import json
import os
import pathlib
import pty
import re
import signal
import socket
import stat
import struct
import subprocess
import tempfile
import threading
import time
import unittest

BIN = os.environ["ONC_BIN"]
TIMEOUT = 60
MIB = 1 << 20


def eventually(what, condition):
    end = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"it did not happen that {what}")
        time.sleep(0.001)


def size_of(paths):
    try:
        return sum(path.stat().st_size for path in paths)
    except FileNotFoundError:
        return 0


class LosingServer:
    """Answers pings, and so many other calls with DONE; of the rest it knows no such procedure."""

    def __init__(self):
        self.calls_answered = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def accept(self):
        while True:
            try:
                connection = self.socket.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rb") as calls:
            while mark := calls.read(4):
                call = calls.read(struct.unpack(">I", mark)[0] & 0x7fffffff)
                xid, procedure = call[:4], struct.unpack(">I", call[20:24])[0]
                is_answered = procedure == 0 or self.calls_answered > 0
                self.calls_answered -= procedure != 0
                reply = xid + struct.pack(">5I", 1, 0, 0, 0, 0 if is_answered else 3)
                reply += bytes(4) if is_answered and procedure != 0 else b""
                connection.sendall(struct.pack(">I", 0x80000000 | len(reply)) + reply)


class FileService(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name, "root")
        self.here = pathlib.Path(folder.name, "here")
        self.root.mkdir()
        self.here.mkdir()
        self.listen = "tcp://127.0.0.1:0"
        self.start()

    def start(self, *options):
        self.server = subprocess.Popen(
            [f"{BIN}/onc-filed", "--foreground", "--register", "no", "--root", self.root, "--listen", self.listen,
             *options], text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(self.server.stdout.close)
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.kill)
        self.listen = re.search(r"(tcp://[\d.:]+|local://[^,]+)", self.server.stdout.readline())[1]

    def restart(self, *options, by=signal.SIGKILL):
        self.server.send_signal(by)
        self.server.wait(TIMEOUT)
        self.start(*options)

    def command(self, *words):
        return [f"{BIN}/onc-file", words[0], "--server", self.listen, *words[1:]]

    def run_command(self, *words):
        return subprocess.run(self.command(*words), cwd=self.here, text=True, capture_output=True, timeout=TIMEOUT,
                              stdin=subprocess.DEVNULL)

    def ok(self, *words):
        done = self.run_command(*words)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout

    def refused(self, pattern, *words, status=1):
        done = self.run_command(*words)
        self.assertEqual(done.returncode, status, words)
        self.assertRegex(done.stderr, "^onc-file: " + pattern)
        return done

    def json(self, *words):
        return [json.loads(line) for line in self.ok(*words, "--json").splitlines()]

    def write(self, name, size):
        content = os.urandom(size)
        (self.here / name).write_bytes(content)
        return content

    def uploads(self):
        return list(self.root.glob(".onc-upload.*"))

    def parts(self):
        return list(self.here.glob(".*.onc-part.*"))

    def test_files_of_all_sizes_go_there_and_back(self):
        for size in (0, 1, 3, MIB - 1, MIB, MIB + 1, 2 * MIB, 5 * MIB + 7):
            content = self.write("file", size)
            os.utime(self.here / "file", ns=(0, 1_234_567_890_123_456_789))
            os.chmod(self.here / "file", 0o640)
            self.ok("put", "file")
            self.assertEqual((self.root / "file").read_bytes(), content)
            self.ok("get", "file", "copy")
            copy = self.here / "copy"
            self.assertEqual(copy.read_bytes(), content)
            self.assertEqual((copy.stat().st_mtime_ns, copy.stat().st_mode & 0o777), (1_234_567_890_123_456_789, 0o640))
        self.assertEqual(self.uploads() + self.parts(), [])

    def test_trees_go_there_and_back_and_away(self):
        for name in ("tree/a", "tree/a b/ü", "tree/empty", "tree/.hidden"):
            (self.here / name).mkdir(parents=True, exist_ok=True)
        for number in range(50):
            self.write(f"tree/a/{number}", number)
        self.write("tree/a b/ü/large", 3 * MIB)
        self.write("tree/.hidden/-x", 5)
        self.ok("put", "-r", "tree")
        self.ok("get", "-r", "tree", "back")
        subprocess.run(["diff", "-r", "tree", "back"], cwd=self.here, check=True)
        lines = self.json("get", "-r", "tree", "again")
        self.assertEqual((lines[-1]["summary"], lines[-1]["done"], lines[-1]["failed"]), (True, 52, 0))
        self.ok("rm", "-r", "tree")
        self.assertEqual(list(self.root.iterdir()), [])

    def test_several_go_into_a_folder(self):
        for name in ("a", "b"):
            self.write(name, 10)
        self.ok("mkdir", "-p", "x/y")
        self.ok("put", "a", "b", "x/y")
        self.assertEqual(sorted(os.listdir(self.root / "x/y")), ["a", "b"])
        self.ok("mv", "x/y/a", "x")
        os.mkdir(self.here / "in")
        self.ok("get", "x/a", "x/y/b", "in")
        self.assertEqual(sorted(os.listdir(self.here / "in")), ["a", "b"])

    def test_a_link_on_the_server_to_a_folder_is_gone_into(self):
        (self.root / "folder").mkdir()
        os.symlink("folder", self.root / "link")
        content = self.write("file", 10)
        self.ok("put", "file", "link")
        self.assertEqual((self.root / "folder/file").read_bytes(), content)
        self.ok("put", "file", "other")
        self.ok("mv", "other", "link")
        self.assertTrue((self.root / "folder/other").exists())
        (self.here / "tree").mkdir()
        self.write("tree/inner", 10)
        self.ok("put", "-r", "tree", "link")
        self.ok("mkdir", "-p", "link/more")
        self.assertEqual(sorted(os.listdir(self.root / "folder")), ["file", "inner", "more", "other"])
        self.ok("rm", "-r", "link")
        self.assertEqual(os.listdir(self.root), ["folder"])

    def test_a_link_on_the_server_to_what_is_no_folder_is_replaced(self):
        content = self.write("file", 10)
        (self.root / "old").touch()
        for target in ("old", "nothing", ".."):
            os.symlink(target, self.root / "link")
            self.ok("put", "file", "link")
            self.assertFalse((self.root / "link").is_symlink())
            self.assertEqual((self.root / "link").read_bytes(), content)
            (self.root / "link").unlink()
        self.assertEqual((self.root / "old").read_bytes(), b"")

    def test_what_there_is_is_told(self):
        self.write("file", 10)
        self.ok("put", "file")
        self.ok("mkdir", "folder", "folder/sub")
        self.assertRegex(self.ok("ls"), r"(?s)^-0\d{3} +10  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d  file\nd.*  folder/\n$")
        self.assertEqual([line["path"] for line in self.json("ls", "-r")], ["file", "folder", "folder/sub"])
        self.assertEqual([line["path"] for line in self.json("ls", "folder")], ["folder/sub"])
        for link, target in (("to-file", "file"), ("to-folder", "folder"), ("to-nothing", "nothing")):
            os.symlink(target, self.root / link)
            self.assertEqual([(line["path"], line["kind"]) for line in self.json("ls", link)],
                             [("to-folder/sub", "folder")] if link == "to-folder" else [(link, "link")])
            (self.root / link).unlink()
        self.assertRegex(self.ok("ls", "folder", "/", "file"),
                         r"(?s)^folder:\nd.*  sub/\n\n/:\n-.*  file\nd.*  folder/\n-.*  file\n$")
        told = self.json("stat", "file")[0]
        self.assertEqual((told["kind"], told["size"]), ("file", 10))
        self.assertRegex(self.ok("stat", "file"), f"revision {told['revision']}\n$")

    def test_names_cannot_disturb_a_terminal(self):
        (self.root / "a\x1b[2J\nb\x7f").touch()
        self.assertIn("a?[2J?b?", self.ok("ls"))
        self.assertEqual(self.json("ls")[0]["path"], "a\x1b[2J\nb\x7f")

    def test_names_and_times_are_told_to_programs_as_they_are(self):
        (self.root / "ü").touch()
        (self.root / os.fsdecode(b"\xff.txt")).touch()
        os.utime(self.root / "ü", ns=(0, 1_234_567_890_123_456_789))
        good, bad = self.json("ls")
        self.assertEqual((good["path"], good["modified"]), ("ü", "2009-02-13T23:31:30Z"))
        self.assertNotIn("path_bytes", good)
        self.assertEqual(bytes.fromhex(bad["path_bytes"]), b"\xff.txt")

    def break_off_upload(self):
        """Kills a put when some of it has arrived."""
        content = self.write("large", 64 * MIB)
        process = subprocess.Popen(self.command("put", "large"), cwd=self.here)
        eventually("half has arrived", lambda: size_of(self.uploads()) > 32 * MIB)
        process.kill()
        process.wait(TIMEOUT)
        self.assertFalse((self.root / "large").exists())
        return content

    def test_an_upload_goes_on_where_it_was(self):
        content = self.break_off_upload()
        self.assertGreater(self.json("put", "large")[0]["resumed_at"], 16 * MIB)
        self.assertEqual((self.root / "large").read_bytes(), content)
        self.assertEqual(self.uploads(), [])

    def test_it_does_where_the_server_died_too(self):
        content = self.break_off_upload()
        self.restart()
        self.assertGreater(self.json("put", "large")[0]["resumed_at"], 16 * MIB)
        self.assertEqual((self.root / "large").read_bytes(), content)

    def test_but_not_where_the_file_has_changed(self):
        self.break_off_upload()
        content = self.write("large", 5 * MIB)
        self.assertEqual(self.json("put", "large")[0]["resumed_at"], 0)
        self.assertEqual((self.root / "large").read_bytes(), content)

    def test_what_was_damaged_meanwhile_is_sent_again(self):
        content = self.break_off_upload()
        with self.uploads()[0].open("r+b") as upload:
            upload.write(b"damaged!")
        self.restart()
        self.assertEqual(self.json("put", "large")[0]["resumed_at"], 0)
        self.assertEqual((self.root / "large").read_bytes(), content)

    def test_a_server_that_is_killed_in_the_middle_and_started_again_holds_nothing_up(self):
        content = self.write("large", 64 * MIB)
        process = subprocess.Popen(self.command("put", "large"), cwd=self.here)
        eventually("some has arrived", lambda: size_of(self.uploads()) > 8 * MIB)
        self.restart()
        self.assertEqual(process.wait(TIMEOUT), 0)
        self.assertEqual((self.root / "large").read_bytes(), content)

    def test_a_client_that_stops_in_the_middle_holds_up_nobody(self):
        content = self.write("large", 64 * MIB)
        process = subprocess.Popen(self.command("put", "large"), cwd=self.here)
        eventually("some has arrived", lambda: size_of(self.uploads()) > 8 * MIB)
        process.send_signal(signal.SIGSTOP)
        self.write("other", 3 * MIB)
        for _ in range(5):
            self.ok("put", "other")
            self.ok("get", "other", "copy")
        self.assertFalse((self.root / "large").exists())
        process.send_signal(signal.SIGCONT)
        self.assertEqual(process.wait(TIMEOUT), 0)
        self.assertEqual((self.root / "large").read_bytes(), content)

    def break_off_download(self):
        content = os.urandom(64 * MIB)
        (self.root / "large").write_bytes(content)
        process = subprocess.Popen(self.command("get", "large"), cwd=self.here)
        eventually("half has arrived", lambda: size_of(self.parts()) > 32 * MIB)
        process.kill()
        process.wait(TIMEOUT)
        self.assertFalse((self.here / "large").exists())
        return content

    def test_a_download_goes_on_where_it_was(self):
        content = self.break_off_download()
        self.assertGreater(self.json("get", "large")[0]["resumed_at"], 16 * MIB)
        self.assertEqual((self.here / "large").read_bytes(), content)
        self.assertEqual(self.parts(), [])

    def test_holes_stay_holes_when_they_are_fetched(self):
        for size in (MIB // 2, 64 * MIB):
            with (self.root / "sparse").open("wb") as sparse:
                sparse.write(b"begin")
                sparse.seek(size // 2 + 100)
                sparse.write(b"middle" + bytes(9000) + b"x")
                sparse.truncate(size)
            if (self.root / "sparse").stat().st_blocks * 512 >= size:
                self.skipTest("this file system has no holes")
            self.ok("get", "sparse")
            self.assertEqual((self.here / "sparse").read_bytes(), (self.root / "sparse").read_bytes())
            self.assertLess((self.here / "sparse").stat().st_blocks * 512, size // 4)

    def test_but_not_with_another_revision(self):
        self.break_off_download()
        content = os.urandom(3 * MIB)
        (self.root / "large").write_bytes(content)
        self.assertEqual(len(self.parts()), 1)
        self.assertEqual(self.json("get", "large")[0]["resumed_at"], 0)
        self.assertEqual(self.parts(), [])
        self.assertEqual((self.here / "large").read_bytes(), content)

    def test_a_part_that_was_damaged_is_fetched_again(self):
        content = self.break_off_download()
        with self.parts()[0].open("r+b") as part:
            part.write(b"damaged!")
        self.assertEqual(self.json("get", "large")[0]["resumed_at"], 0)
        self.assertEqual((self.here / "large").read_bytes(), content)

    def test_conditions_hold(self):
        old, new = self.write("old", 10), self.write("new", 3 * MIB)
        self.ok("put", "old", "file", "--if-absent")
        self.refused("file: that exists already", "put", "new", "file", "--if-absent")
        revision = self.json("stat", "file")[0]["revision"]
        wrong = str(int(revision) ^ 1)
        self.refused("file: there is another revision", "put", "new", "file", "--if-revision", wrong)
        self.refused("file: there is another revision", "rm", "file", "--if-revision", wrong)
        self.assertEqual((self.root / "file").read_bytes(), old)
        self.ok("put", "new", "file", "--if-revision", revision)
        self.assertEqual((self.root / "file").read_bytes(), new)
        self.ok("put", "old")
        self.refused("file: that exists already", "mv", "old", "file", "--if-absent")
        self.ok("mv", "old", "other", "--if-absent")

    def test_what_another_has_a_lease_on_is_got_when_he_has_given_it_up(self):
        for size in (10, 3 * MIB):
            content = os.urandom(size)
            (self.root / "leased").write_bytes(content)
            with (self.root / "leased").open("r+b") as leased:
                try:
                    fcntl.fcntl(leased, fcntl.F_SETLEASE, fcntl.F_WRLCK)
                except OSError:
                    self.skipTest("this file system has no leases")
                asked = []

                def give_up(*_):
                    asked.append(size)
                    fcntl.fcntl(leased, fcntl.F_SETLEASE, fcntl.F_UNLCK)
                self.addCleanup(signal.signal, signal.SIGIO, signal.signal(signal.SIGIO, give_up))
                self.ok("get", "leased")
            self.assertEqual(((self.here / "leased").read_bytes(), asked), (content, [size]))

    def test_one_of_many_wins_a_lock(self):
        for size in (1, 3 * MIB):
            self.write("lock", size)
            all_at_once = [subprocess.Popen(self.command("put", "lock", f"lock{size}", "--if-absent"), cwd=self.here,
                                            stderr=subprocess.DEVNULL) for _ in range(8)]
            self.assertEqual(sorted(one.wait(TIMEOUT) for one in all_at_once), [0] + 7 * [1])
        self.assertEqual(self.uploads(), [])

    def test_what_cannot_be_replaced_stays(self):
        self.write("file", 10)
        self.ok("put", "file")
        os.mkfifo(self.here / "pipe")
        (self.here / "folder" / "file").mkdir(parents=True)
        os.symlink("round", self.here / "round")
        self.refused("pipe is a device, pipe or socket here", "get", "file", "pipe")
        self.refused("/dev/null is a device", "get", "file", "/dev/null")
        self.refused("folder/file is a folder here", "get", "file", "folder")
        self.refused("round is a symbolic link here that leads round in circles", "get", "file", "round")
        self.assertTrue((self.here / "pipe").is_fifo() and (self.here / "round").is_symlink())

    def test_a_link_here_stays_and_what_it_leads_to_is_replaced(self):
        content = self.write("file", 10)
        self.ok("put", "file")
        (self.here / "far").mkdir()
        (self.here / "far" / "old").write_text("old")
        for target in ("old", "new"):
            os.symlink(f"far/{target}", self.here / f"to-{target}")
            self.ok("get", "file", f"to-{target}")
            self.assertEqual((self.here / "far" / target).read_bytes(), content)
            self.assertTrue((self.here / f"to-{target}").is_symlink())

    def test_a_file_goes_to_standard_output(self):
        for size in (0, 10, MIB, 3 * MIB + 1):
            content = os.urandom(size)
            (self.root / "file").write_bytes(content)
            done = subprocess.run(self.command("get", "file", "-"), cwd=self.here, capture_output=True, timeout=TIMEOUT)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, content, b""))
        self.assertFalse((self.here / "-").exists())

    def test_a_folder_keeps_its_name_or_gets_another_and_asking_again_goes_on(self):
        for name in ("tree/a", "tree/sub/b"):
            (self.here / name).parent.mkdir(exist_ok=True, parents=True)
            self.write(name, 10)
        for _ in range(2):
            lines = self.json("put", "-r", "tree", "copy")
        self.assertEqual([line["outcome"] for line in lines[:-1]], ["unchanged", "unchanged"])
        self.assertEqual((lines[-1]["done"], lines[-1]["unchanged"]), (0, 2))
        self.assertEqual(sorted(os.listdir(self.root / "copy")), ["a", "sub"])
        self.ok("put", "-r", "tree", "copy/")
        self.assertEqual(sorted(os.listdir(self.root / "copy/tree")), ["a", "sub"])
        for _ in range(2):
            lines = self.json("get", "-r", "copy", "back")
        self.assertEqual((lines[-1]["done"], lines[-1]["unchanged"]), (0, 4))
        self.assertEqual(sorted(os.listdir(self.here / "back")), ["a", "sub", "tree"])
        self.ok("get", "-r", "copy", "back/")
        self.assertTrue((self.here / "back/copy/tree/sub/b").exists())
        changed = self.write("tree/a", 10)
        self.assertEqual(self.json("put", "-r", "tree", "copy")[-1]["done"], 1)
        self.assertEqual((self.root / "copy/a").read_bytes(), changed)

    def test_two_that_would_become_one_are_refused_before_anything_is_moved(self):
        for name in ("x/file", "y/file"):
            (self.here / name).parent.mkdir()
            self.write(name, 10)
        self.refused("x/file and y/file would both become file: ", "put", "x/file", "y/file", "/", status=2)
        self.assertEqual(list(self.root.iterdir()), [])
        self.refused("x/file and y/file would both become ./file: ", "get", "x/file", "y/file", ".", status=2)

    def test_what_is_left_out_is_told_with_a_reason(self):
        (self.here / "tree").mkdir()
        os.symlink("nowhere", self.here / "tree/link")
        os.mkfifo(self.here / "tree/pipe")
        lines = self.json("put", "-r", "tree")
        self.assertEqual({(line["path"], line["reason"]) for line in lines[:-1]},
                         {("tree/link", "a symbolic link"), ("tree/pipe", "a device, pipe or socket")})
        self.assertEqual(lines[-1]["skipped"], 2)

    def test_the_exported_folder_itself_stays(self):
        for words in (["rm", ""], ["rm", "/"], ["rm", "-r", "/"], ["rm", "-r", ""], ["mv", "/", "x"], ["mv", "", ""]):
            done = self.refused("the folder that the server exports cannot be", *words, status=2)
            self.assertEqual(len(done.stderr.splitlines()), 1, words)
        self.ok("mkdir", "-p", "/")

    def test_two_writers_at_once_leave_one_whole_file(self):
        contents = [self.write("one", 8 * MIB), self.write("two", 8 * MIB)]
        for _ in range(3):
            both = [subprocess.Popen(self.command("put", name, "file"), cwd=self.here) for name in ("one", "two")]
            self.assertEqual([writer.wait(TIMEOUT) for writer in both], [0, 0])
            self.assertIn((self.root / "file").read_bytes(), contents)

    def test_the_same_file_put_twice_at_once_is_there(self):
        content = self.write("file", 16 * MIB)
        both = [subprocess.Popen(self.command("put", "file"), cwd=self.here) for _ in range(2)]
        self.assertEqual([writer.wait(TIMEOUT) for writer in both], [0, 0])
        self.assertEqual((self.root / "file").read_bytes(), content)

    def test_what_was_removed_can_be_put_again(self):
        for size in (10, 3 * MIB):
            content = self.write("file", size)
            for _ in range(2):
                self.ok("put", "file", "--if-absent")
                self.assertEqual((self.root / "file").read_bytes(), content)
                self.ok("rm", "file")

    def test_what_goes_wrong_is_one_sentence(self):
        self.write("file", 1)
        (self.here / "folder").mkdir()
        self.ok("mkdir", "folder")
        self.ok("put", "file", "there")
        for words, pattern in (
                (["get", "none"], "none: there is no such file or folder on the server$"),
                (["ls", "none"], "none: there is no such"), (["rm", "none"], "none: there is no such"),
                (["stat", "none"], "none: there is no such"), (["mv", "none", "x"], "none: there is no such"),
                (["put", "none"], "none cannot be read here: No such file or directory$"),
                (["put", "file", "no/folder"], "the folder no is missing on the server: onc-file mkdir -p no$"),
                (["put", "file", "none", "no/more/x"],
                 "the folder no/more/x is missing on the server: onc-file mkdir -p no/more/x$"),
                (["mkdir", "no/folder"], "the folder no is missing on the server"),
                (["mv", "folder", "no/folder"], "the folder no is missing on the server"),
                (["put", "folder", "x"], "folder is no regular file; folders need --recursive$"),
                (["get", "folder"], "folder: that is no regular file on the server; folders need --recursive$"),
                (["mkdir", "folder"], "folder: that exists already"), (["mkdir", "/"], "/: that exists already"),
                (["mv", "folder", "folder/in"], "folder: a folder cannot be moved into itself$"),
                (["mkdir", "-p", "new/../x"], r"new/\.\./x: the server takes no such name"),
                (["get", "there", "no/there"], "no/there cannot be written here: No such file or directory$"),
                (["get", "../x"], r"\.\./x: the server takes no such name"),
                (["put", "file", "a" * 300], "a+: the server takes no such name")):
            done = self.refused(pattern, *words)
            self.assertEqual((done.stdout, len(done.stderr.splitlines())), ("", 1), words)
        self.assertFalse((self.root / "new").exists())

    def test_one_that_fails_does_not_hold_up_the_others(self):
        self.write("file", 1)
        self.refused("none cannot be read here", "put", "none", "file", "/")
        self.assertTrue((self.root / "file").exists())

    def test_arguments_that_make_no_sense_are_status_2(self):
        for words in (["put"], ["get"], ["rm"], ["mv", "one"], ["mv", "a", "b", "c"], ["nonsense"],
                      ["put", "x", "--if-revision", "latest"], ["put", "x", "--if-revision", "0"],
                      ["put", "x", "--if-absent", "--if-revision", "1"], ["put", "x", "--jobs", "0"],
                      ["rm", "-r", "x", "--if-revision", "1"], ["ls", "--timeout", "never"],
                      ["get", "a", "b", "nosuchlocal"], ["get", "a", "b", "-"], ["get", "a", "-", "--json"]):
            done = self.run_command(*words)
            self.assertRegex(done.stderr, "^onc-file: ")
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertNotEqual(done.stderr, "", words)
        self.refused(r"PATH is required \(names that begin with '-' go after \"--\"\)", "get", "-name", status=2)
        self.refused("'nonsense' is no command: it is ls, stat, get, put, rm, mv or mkdir\n", "nonsense", status=2)
        self.refused("nosuchlocal is no folder\n$", "get", "a", "b", "nosuchlocal", status=2)
        for program in ("onc-file", "onc-filed"):
            done = subprocess.run([f"{BIN}/{program}", "--help"], text=True, capture_output=True, timeout=TIMEOUT)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("Examples:", done.stdout)
            self.assertIn("Exit status:", done.stdout)

    def test_nobody_there_is_told_once(self):
        self.server.kill()
        self.server.wait(TIMEOUT)
        for number in range(20):
            self.write(str(number), 1)
        # Nobody was ever there: no use in waiting as long as that.
        done = self.refused(r"no answer from the file server at tcp://127\.0\.0\.1:\d+: nobody listens there \(connection "
                            r"refused\)\n$", "put", *map(str, range(20)), "/", "--timeout", "86400")
        self.assertEqual(len(done.stderr.splitlines()), 1)
        done = self.run_command("put", "1", "--json")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(json.loads(done.stdout.splitlines()[0])["error"], "^no answer from the file server at tcp://")
        self.assertTrue(json.loads(done.stdout.splitlines()[-1])["summary"])
        done = subprocess.run([f"{BIN}/onc-file", "ls"], text=True, capture_output=True, timeout=TIMEOUT,
                              env={**os.environ, "ONC_PORTMAPPER": self.listen})
        self.assertRegex(done.stderr, "^onc-file: no answer from the file server at localhost: the portmapper at .* cannot")

    def test_where_the_server_is_lost_each_name_is_told_of_to_programs(self):
        def outcomes(*words):
            done = self.run_command(*words, "--json")
            self.assertEqual(done.returncode, 1, words)
            lines = [json.loads(line) for line in done.stdout.splitlines()]
            return [(line["outcome"], line["path"], line.get("local")) for line in lines if "summary" not in line]

        def on_server(*names):
            return [("failed", names[0], None)] + [("not tried", name, None) for name in names[1:]]

        def got(*names):
            return [("not tried" if number else "failed", name, f"./{name}") for number, name in enumerate(names)]

        self.write("a", 1)
        self.server.kill()
        self.server.wait(TIMEOUT)
        listening = self.listen
        with LosingServer() as losing:
            for self.listen in (listening, losing.address):
                for command in ("rm", "ls", "stat", "mkdir"):
                    self.assertEqual(outcomes(command, "x", "y", "z"), on_server("x", "y", "z"), command)
                self.assertEqual(outcomes("mv", "x", "y"), on_server("x"))
                self.assertEqual(outcomes("get", "x", "y", "z", "."), got("x", "y", "z"))
                self.assertEqual(outcomes("get", "x"), got("x"))
                self.assertEqual(outcomes("put", "a", "x"), [("failed", "x", "a")])
                self.assertEqual(outcomes("put", "a", "none", "x"),
                                 [("failed", "x/a", "a"), ("not tried", "x/none", "none")])
            losing.calls_answered = 1
            self.assertEqual(outcomes("rm", "x", "y", "z"), [("done", "x", None)] + on_server("y", "z"))

    def test_what_cannot_be_put_there_is_told_of_with_both_names(self):
        self.write("a", 1)
        self.ok("put", "a")
        for path in ("../x", "a/x"):
            done = self.run_command("put", "a", path, "--json")
            told = json.loads(done.stdout.splitlines()[0])
            self.assertEqual((told["outcome"], told["path"], told["local"]), ("failed", path, "a"))

    def test_nothing_can_have_been_done_where_a_server_never_answered(self):
        with socket.create_server(("127.0.0.1", 0)) as mute:
            self.listen = f"tcp://127.0.0.1:{mute.getsockname()[1]}"
            for words in (["rm", "file"], ["get", "file"]):
                done = self.refused("no answer from the file server at tcp://", *words, "--timeout", "0.1")
                self.assertNotIn("may have", done.stderr)

    def test_every_command_tells_its_version(self):
        versions = {subprocess.run([f"{BIN}/onc-file", *words, "--version"], text=True, capture_output=True, check=True,
                                   timeout=TIMEOUT).stdout for words in ([], ["ls"], ["put"], ["mv"])}
        self.assertRegex(versions.pop(), r"^[\d.]+\n$")
        self.assertEqual(versions, set())

    def on_terminal(self, *words, begun=lambda process: None, each=lambda process, seen: None):
        """The status, and what it said to the terminal."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(self.command(*words), cwd=self.here, stderr=theirs)
        os.close(theirs)
        begun(process)
        seen = b""
        try:
            while piece := os.read(ours, 4096):
                seen += piece
                each(process, seen)
        except OSError:  # the terminal's other end is closed
            pass
        os.close(ours)
        return process.wait(TIMEOUT), seen

    def test_a_terminal_sees_how_far_it_is_and_a_file_does_not(self):
        self.write("large", 64 * MIB)
        self.assertEqual(self.ok("put", "large"), "")
        status, seen = self.on_terminal("get", "large", "copy")
        self.assertEqual(status, 0)
        self.assertRegex(seen, rb"\[=*> *\]|\[=* *\] +\d+%  [\d.]+ [KM]iB of 64\.0 MiB, [\d.]+ \w+/s")
        self.assertRegex(seen, rb"\r\x1b\[Klarge: 64\.0 MiB in \d+\.\d s\r\n$")

    def test_it_says_that_it_waits_and_goes_on_or_can_be_broken_off(self):
        content = self.write("large", 64 * MIB)
        for is_interrupted in (True, False):
            def stop(process):
                eventually("some has arrived", lambda: size_of(self.uploads()) > 8 * MIB)
                self.server.send_signal(signal.SIGSTOP)
            def go_on(process, seen):
                if b"waiting for the server, " in seen and is_interrupted:
                    process.send_signal(signal.SIGINT)
                elif b"waiting for the server, " in seen:
                    self.server.send_signal(signal.SIGCONT)
            status, seen = self.on_terminal("put", "large", begun=stop, each=go_on)
            self.assertIn(b"waiting for the server, ", seen)
            self.server.send_signal(signal.SIGCONT)
            if is_interrupted:
                self.assertEqual(status, -signal.SIGINT)
                self.assertIn(b"onc-file: broken off; the same command goes on where it was", seen)
        self.assertEqual(status, 0)
        self.assertEqual((self.root / "large").read_bytes(), content)

    def test_without_a_terminal_it_says_once_that_it_waits(self):
        content = self.write("large", 64 * MIB)
        process = subprocess.Popen(self.command("put", "large", "--json"), cwd=self.here, text=True,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(process.stderr.close)
        eventually("some has arrived", lambda: size_of(self.uploads()) > 8 * MIB)
        self.server.send_signal(signal.SIGSTOP)
        self.assertRegex(process.stderr.readline(), r"^onc-file: waiting for the server, 10 s already, .* of 64\.0 MiB\n$")
        self.server.send_signal(signal.SIGCONT)
        self.assertEqual((process.stderr.read(), process.wait(TIMEOUT)), ("", 0))
        self.assertEqual((self.root / "large").read_bytes(), content)

    def test_where_there_are_rules_every_user_of_this_host_may_ask(self):
        self.listen = f"local://{self.here}/socket"
        mode = lambda: stat.S_IMODE((self.here / "socket").stat().st_mode)
        mask = os.umask(0o027)
        try:
            self.restart("--allow", f"local,uid={os.geteuid()}=write")
            self.assertEqual(mode(), 0o666)
            self.ok("ls")
            self.restart()
            self.assertEqual(mode(), 0o750)
        finally:
            os.umask(mask)

    def test_a_local_socket_does_as_well(self):
        self.listen = f"local://{self.here}/socket"
        self.restart()
        content = self.write("file", 3 * MIB)
        self.ok("put", "file")
        self.assertEqual((self.root / "file").read_bytes(), content)

    def test_who_may_only_read_is_told_so(self):
        (self.root / "file").write_text("x")
        self.write("new", 1)
        self.restart("--read-only")
        self.ok("get", "file")
        self.refused("new: the server exports it to be read only", "put", "new")
        self.restart("--allow", "127.0.0.1=read")
        self.ok("get", "file")
        self.refused("new: the server does not let you do that", "put", "new")
        self.restart("--allow", f"127.0.0.1,uid={os.geteuid()}=write")
        self.ok("put", "new")
        self.restart("--allow", f"127.0.0.1,uid={os.geteuid() + 1}=write")
        self.refused("file: the server does not let you do that", "get", "file")

    def test_a_second_server_on_the_same_folder_only_reads(self):
        def serve(*options):
            return subprocess.run([f"{BIN}/onc-filed", "--foreground", "--register", "no", "--root", self.root,
                                   "--listen", "tcp://127.0.0.1:0", *options], text=True, capture_output=True, timeout=TIMEOUT)
        done = serve()
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, "^onc-filed: another onc-filed exports .* already: .*\n$")

    def test_uploads_that_nobody_goes_on_with_are_removed_at_the_start(self):
        self.break_off_upload()
        self.restart("--keep-uploads", "1")
        self.assertEqual(len(self.uploads()), 1)
        self.restart("--keep-uploads", "0")
        eventually("the upload is removed", lambda: self.uploads() == [])

    def among_few_threads(self, count, *words):
        """Runs a program as a user that has nothing else, and may have so many threads."""
        user = str(1_000_000_000 + os.getpid())
        self.addCleanup(os.chmod, self.root.parent, 0o700)
        os.chmod(self.root.parent, 0o755)
        for folder in (self.root, self.here):
            os.chmod(folder, 0o777)
        # At its end the sanitizer would need a thread of its own.
        environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
        return subprocess.run(["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "prlimit",
                               f"--nproc={count}", *words], cwd=self.here, text=True, capture_output=True,
                              timeout=TIMEOUT, stdin=subprocess.DEVNULL, env=environment)

    def expect_few_threads(self):
        if os.getuid() != 0 or self.among_few_threads(1, f"{BIN}/onc-file", "--version").returncode != 0:
            self.skipTest("no programs can be run here as another user")

    def test_a_server_that_cannot_have_its_threads_says_so_and_ends(self):
        self.expect_few_threads()
        self.server.kill()
        self.server.wait(TIMEOUT)
        for count in (1, 5, 12, 17, 18):
            done = self.among_few_threads(count, f"{BIN}/onc-filed", "--foreground", "--register", "no", "--root",
                                          self.root, "--listen", "tcp://127.0.0.1:0")
            self.assertEqual((done.returncode, done.stdout), (1, ""), count)
            self.assertRegex(done.stderr, r"^onc-filed: cannot begin 18 threads: .*; allow this process more of them "
                                          r"\(ulimit -u, TasksMax\).*\n$")

    def test_a_client_does_with_the_threads_that_it_can_have(self):
        self.expect_few_threads()
        content = self.write("large", 5 * MIB)
        os.chmod(self.here / "large", 0o644)
        for count in range(1, 11):
            for words in (["put", "large"], ["get", "large", "copy"], ["get", "-r", "", "all"], ["rm", "-r", "large"]):
                done = self.among_few_threads(count, *self.command(*words, "--json"))
                self.assertEqual((done.returncode, done.stderr), (0, ""), (count, words))
            self.assertEqual((self.here / "copy").read_bytes(), content)
            self.assertEqual((self.here / "all" / "large").read_bytes(), content)
            subprocess.run(["rm", "-r", "all", "copy"], cwd=self.here, check=True)

    def test_it_ends_in_order_when_told_to(self):
        self.server.terminate()
        self.assertEqual(self.server.wait(TIMEOUT), 0)


if __name__ == "__main__":
    unittest.main()
