"""Looks for faults that rpcbind has, in whatever serves at port 111 of HOST: prints "NAME: fault" or "NAME: none".

    faults.py here          over the local socket and loopback
    faults.py there HOST    from another host
"""

import socket
import struct
import sys
import time

LOCAL = "/run/rpcbind.sock"
PATIENCE = 5.0  # seconds after which something is silent; others may be busy on this machine
HEADER = struct.Struct(">10I")


def call(version, procedure, arguments=b"", rpc_version=2):
    return HEADER.pack(7, 0, rpc_version, 100000, version, procedure, 0, 0, 0, 0) + arguments


def text(value):
    data = value.encode()
    return struct.pack(">I", len(data)) + data + bytes(-len(data) % 4)


def rpcb(program, version, netid, address):
    return struct.pack(">II", program, version) + text(netid) + text(address) + text("")


def in_fragments(message, *sizes):
    pieces, rest = [], message
    for size in sizes:
        pieces, rest = [*pieces, rest[:size]], rest[size:]
    marked = [struct.pack(">I", len(piece)) + piece for piece in pieces]
    return b"".join(marked) + struct.pack(">I", 0x80000000 | len(rest)) + rest


def over_stream(connection, record):
    """The reply's body; nothing where the connection is closed or silent."""
    connection.settimeout(PATIENCE)
    try:
        connection.sendall(record)
        reply = b""
        while True:
            mark = connection.recv(4, socket.MSG_WAITALL)
            if len(mark) < 4:
                return b""
            (length,) = struct.unpack(">I", mark)
            reply += connection.recv(length & 0x7FFFFFFF, socket.MSG_WAITALL)
            if length & 0x80000000:
                return reply
    except OSError:
        return b""


def locally(message):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(LOCAL)
        return over_stream(connection, in_fragments(message))


def is_true(reply):
    return len(reply) == 28 and struct.unpack(">7I", reply)[6] == 1


def set_entry(*entry):
    return is_true(locally(call(3, 1, rpcb(*entry))))


def unset_entry(*entry):
    return is_true(locally(call(3, 2, rpcb(*entry))))


def wrong_rpc_version_is_not_answered():
    with socket.create_connection(("127.0.0.1", 111)) as connection:
        return over_stream(connection, in_fragments(call(2, 0, rpc_version=3)))[4:] != struct.pack(">5I", 1, 1, 0, 2, 2)


def fragments_are_not_understood():
    with socket.create_connection(("127.0.0.1", 111)) as connection:
        return over_stream(connection, in_fragments(call(2, 0), 12, 0, 8)) == b""


def nonsense_is_registered():
    entries = [(600, 1, "carrier", "0.0.0.0.4.1"), (600, 2, "", ""), (600, 3, "tcp", "zzz"), (600, 4, "tcp", "0.0.0.0.273.112")]
    return any([set_entry(*entry) for entry in entries])


def removing_nothing_is_true():
    return unset_entry(601, 1, "", "")


def address_lists_may_have_no_answer():
    for netid, address in (("carrier", "x"), ("", ""), ("tcp", "0.0.0.0.4.1")):
        set_entry(602, 1, netid, address)
    return locally(call(4, 11, rpcb(602, 1, "", ""))) == b""


def the_dead_stay():
    set_entry(603, 1, "tcp", "127.0.0.1.3.9")
    end = time.monotonic() + 12
    while time.monotonic() < end:
        if len(locally(call(4, 9, rpcb(603, 1, "", "")))) == 0 or b"127.0.0.1.3.9" not in locally(call(3, 4)):
            return False
        time.sleep(0.2)
    return True


def asked_by_udp(host, message, timeout=PATIENCE):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(timeout)
        asker.sendto(message, (host, 111))
        try:
            return asker.recv(65536)
        except OSError:
            return b""


def answers_are_longer_than_questions(host):
    question = call(3, 4)
    return len(asked_by_udp(host, question)) > len(question)


def one_host_asks_as_often_as_it_likes(host):
    """Asks 100 times before it looks for answers: 10 a second are its share, however slow this machine is."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(PATIENCE)
        asker.connect((host, 111))
        for _ in range(10):
            for _ in range(100):
                asker.send(call(2, 0))
            try:
                for _ in range(100):
                    asker.recv(100)
            except OSError:
                return False
    return True


def two_answers_silence_it(host):
    """Forwards to rstatd, whose NULL answers twice, and then to rusersd, whose does not."""
    forwarded = lambda program, version: call(2, 5, struct.pack(">4I", program, version, 0, 0))
    for _ in range(5):  # the second answer has to come in time
        time.sleep(1.1)  # its share of calls is there again
        asked_by_udp(host, forwarded(100001, 3))
        if asked_by_udp(host, forwarded(100002, 3)) == b"":
            return True
    return False


HERE = [wrong_rpc_version_is_not_answered, fragments_are_not_understood, nonsense_is_registered, removing_nothing_is_true,
        address_lists_may_have_no_answer, the_dead_stay]
THERE = [answers_are_longer_than_questions, one_host_asks_as_often_as_it_likes, two_answers_silence_it]

if __name__ == "__main__":
    for looked_for in HERE if sys.argv[1] == "here" else THERE:
        found = looked_for(*sys.argv[2:])
        print(f"{looked_for.__name__}: {'fault' if found else 'none'}", flush=True)
