"""A server and a client, as --skeleton writes them, understand each other: every call is seen and answered."""
import subprocess
import sys

server_path, client_path = sys.argv[1:]
server = subprocess.Popen([server_path, "tcp://127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
try:
    address = server.stdout.readline().strip()
    answers = subprocess.run([client_path, address], capture_output=True, text=True, timeout=30)
finally:
    server.terminate()
calls = [line.split("(")[0] for line in server.stdout.read().splitlines()]
if server.wait() != 0:
    sys.exit(f"the server does not end by itself where it is told to, but with {server.returncode}")
print(answers.stdout, answers.stderr)
if answers.returncode != 0 or answers.stderr:
    sys.exit("the client failed")
answered = [line.split(": ")[0] for line in answers.stdout.splitlines()]
if not answered or answered != calls:
    sys.exit(f"called: {calls}, answered: {answered}")

lonely = subprocess.run([client_path, address], capture_output=True, text=True, timeout=30)
if lonely.returncode != 1 or len(lonely.stderr.splitlines()) != 1:
    sys.exit(f"without a server, the client says {lonely.stderr!r} and ends with {lonely.returncode}")
