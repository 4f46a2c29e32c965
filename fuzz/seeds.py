"""seeds.py GOLDEN_MESSAGES WHAT FOLDER: the examples that a fuzz target begins with, as files."""
import pathlib
import struct
import sys

golden, what, folder = sys.argv[1:]
messages = [line.split() for line in open(golden) if line.strip() and not line.startswith("#")]
calls = [bytes.fromhex(text) for kind, _, text in messages if kind == "call"]
replies = [bytes.fromhex(text) for kind, _, text in messages if kind == "reply"]
CALL_HEADER, REPLY_HEADER = 40, 24  # bytes, with AUTH_NONE


def records(*bodies):
    return b"".join(struct.pack(">I", 0x80000000 | len(body)) + body for body in bodies)


def in_fragments(body, size):
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(struct.pack(">I", len(piece)) + piece for piece in pieces[:-1]) + records(pieces[-1])


def entries(*fields):
    return b"".join(b"\0\0\0\1" + field for field in fields) + b"\0\0\0\0"


def text(value):
    return struct.pack(">I", len(value)) + value + b"\0" * (-len(value) % 4)


def streams(bodies):
    flags = [0, 1, 2, 3, 5, 8, 64, 192]
    for flag in flags:
        yield from (bytes([flag]) + records(body) for body in bodies)
        yield bytes([flag]) + records(*bodies)
        yield bytes([flag]) + in_fragments(bodies[1], 12) + records(*bodies[:4])


def portmapper_calls():
    """Calls of every version and procedure, each record's first byte saying who calls."""
    rpcb = struct.pack(">II", 7, 1) + text(b"tcp") + text(b"0.0.0.0.4.1") + text(b"")
    mapping = struct.pack(">IIII", 7, 1, 6, 1025)
    forwarded = struct.pack(">III", 7, 1, 0) + text(b"")
    arguments = {2: {1: mapping, 2: mapping, 3: mapping, 5: forwarded}}
    for version in (3, 4):
        asking = {procedure: rpcb for procedure in (1, 2, 3, 9, 11)}
        arguments[version] = asking | {5: forwarded, 7: text(b"0.0.0.0.4.1"), 8: text(b"\2\0\0\x6f" + bytes(12)), 10: forwarded}
    for version, given in arguments.items():
        for procedure in range(14):
            header = struct.pack(">10I", 7, 0, 2, 100000, version, procedure, 0, 0, 0, 0)
            yield header + given.get(procedure, b"")


def portmappings():
    every = list(portmapper_calls())
    for caller in range(7):
        yield b"\0" + records(*(bytes([caller]) + call for call in every))
        yield from (b"\0" + records(bytes([caller]) + call) for call in every[:4])
    mixed = [bytes([number % 7]) + call for number, call in enumerate(every + every)]
    yield b"\0" + records(*mixed)


def decoders():
    yield from (b"\0" + call for call in calls)
    yield from (b"\1" + reply for reply in replies)
    sys_credential = next(bytes.fromhex(hexed) for _, name, hexed in messages if name == "auth_sys")
    yield b"\2" + sys_credential[32 : 32 + 44]
    for address in (b"tcp 127.0.0.1.3.9", b"udp6 ::1.0.111", b"tcp6 fe80::1%lo.3.9", b"local /run/rpcbind.sock"):
        yield b"\3" + address
    for uri in (b"tcp://host:111", b"udp://[::1]:7", b"local:///run/x.sock", b"host"):
        yield b"\4" + uri
    mapping = struct.pack(">II", 100000, 4) + text(b"tcp") + text(b"0.0.0.0.0.111") + text(b"superuser")
    yield b"\5" + entries(mapping, mapping)
    yield b"\6" + entries(text(b"127.0.0.1.0.111") + text(b"tcp") + struct.pack(">I", 3) + text(b"inet") + text(b"tcp"))
    yield b"\7" + entries(struct.pack(">IIII", 100000, 2, 6, 111), struct.pack(">IIII", 100000, 2, 17, 111))
    for body in (calls[1][CALL_HEADER:], calls[3][CALL_HEADER:], replies[1][REPLY_HEADER:]):
        yield b"\x08" + body
        yield b"\x09" + body


seeds = {
    "server": lambda: streams(calls),
    "client": lambda: streams(replies),
    "async_client": lambda: streams(replies),
    "record_reader": lambda: streams(calls),
    "messages": decoders,
    "portmapper": portmappings,
}[what]
pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
for number, seed in enumerate(seeds()):
    pathlib.Path(folder, f"{number:03}").write_bytes(seed)
