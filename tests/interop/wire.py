#!/usr/bin/env python3
"""Says whether what a capture holds is ONC RPC as it should be.

  wire.py check FILE [--calls PROGRAM/TRANSPORT=N]...
      tshark decodes every message and finds none malformed; it sees exactly the messages that the bytes hold, read
      here a second time and on their own (RFC 5531 sections 9 and 11); each reply belongs to a call and each call has
      a reply. --calls also says how many there should be, as 0x20000001/tcp=2.
  wire.py same PROGRAM COUNT FILE FILE...
      The last call and the last reply of every procedure, over each transport, are the same bytes in every file, the
      record mark included and the xid apart; there are COUNT of them.
"""
import argparse
import collections
import struct
import subprocess
import sys
import xml.etree.ElementTree as xml

CALL, REPLY = 0, 1
Message = collections.namedtuple("Message", "transport peers kind xid program procedure bytes")


def packets(path):
    """(transport, source, destination, sequence number, payload) of each packet of a pcap file of Ethernet frames."""
    with open(path, "rb") as file:
        data = file.read()
    magic, link = struct.unpack_from("<I", data)[0], struct.unpack_from("<I", data, 20)[0]
    if magic not in (0xA1B2C3D4, 0xA1B23C4D) or link != 1:
        sys.exit(f"{path}: not a pcap file of Ethernet frames")
    at = 24
    while at + 16 <= len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        frame, at = data[at + 16 : at + 16 + length], at + 16 + length
        ethertype = struct.unpack_from(">H", frame, 12)[0]
        if ethertype == 0x0800:
            size, protocol = struct.unpack_from(">H", frame, 16)[0], frame[23]
            source, destination = frame[26:30], frame[30:34]
            rest = frame[14 + 4 * (frame[14] & 15) : 14 + size]
        elif ethertype == 0x86DD:
            size, protocol = struct.unpack_from(">HB", frame, 18)
            source, destination = frame[22:38], frame[38:54]
            rest = frame[54 : 54 + size]
        else:
            continue
        if protocol not in (6, 17):
            continue
        ports = struct.unpack_from(">HH", rest)
        ends = (source, ports[0]), (destination, ports[1])
        if protocol == 17:
            yield "udp", *ends, 0, rest[8:]
        else:
            yield "tcp", *ends, struct.unpack_from(">I", rest, 4)[0], rest[4 * (rest[12] >> 4) :]


def records(stream):
    """The records of a TCP stream, each with its marks."""
    at = start = 0
    while at + 4 <= len(stream):
        mark = struct.unpack_from(">I", stream, at)[0]
        at += 4 + (mark & 0x7FFFFFFF)
        if at > len(stream):
            return
        if mark & 0x80000000:
            yield stream[start:at]
            start = at


def messages(path):
    """Every call, and every reply to one of them."""
    streams, raw = {}, []
    for transport, source, destination, sequence, payload in packets(path):
        if transport == "udp":
            raw.append((transport, source, destination, payload, 0))
        elif payload:
            streams.setdefault((source, destination), {})[sequence] = payload
    for (source, destination), parts in streams.items():
        stream = b"".join(parts[sequence] for sequence in sorted(parts))
        raw += [("tcp", source, destination, record, 4) for record in records(stream)]

    calls, found = {}, []
    for transport, source, destination, data, skip in raw:
        if len(data) >= skip + 40 and struct.unpack_from(">II", data, skip + 4) == (CALL, 2):
            xid, program, procedure = struct.unpack_from(">I8xI4xI", data, skip)
            calls[transport, source, destination, xid] = program, procedure
            found.append(Message(transport, (source, destination), CALL, xid, program, procedure, data))
    for transport, source, destination, data, skip in raw:
        if len(data) >= skip + 12 and struct.unpack_from(">I", data, skip + 4)[0] == REPLY:
            xid = struct.unpack_from(">I", data, skip)[0]
            about = calls.get((transport, destination, source, xid))
            if about:
                found.append(Message(transport, (destination, source), REPLY, xid, *about, data))
    return found


def tshark(path, *arguments):
    # The ports are whatever was free, and may be some other protocol's: what the bytes look like goes first.
    preferences = ["rpc.dissect_unknown_programs:TRUE", "rpc.find_fragment_start:TRUE",
                   "tcp.try_heuristic_first:TRUE", "udp.try_heuristic_first:TRUE"]
    command = ["tshark", "-2", "-r", path, *(word for p in preferences for word in ("-o", p)), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def check(path, expected):
    wrong = []
    malformed = tshark(path, "-Y", "_ws.malformed").decode().strip()
    if malformed:
        wrong.append("tshark finds malformed:\n" + malformed)

    # Frame and fields of each message. Now and then tshark links a reply to its call and not the call to its reply: who
    # is linked from either side is matched.
    found = [(packet.find("./proto[@name='geninfo']/field[@name='num']").get("show"), fields)
             for packet in xml.fromstring(tshark(path, "-Y", "rpc and not icmp", "-T", "pdml")).iter("packet")
             for part in packet.iter("proto") if part.get("name") == "rpc"
             for fields in [{field.get("name"): field.get("show") for field in part.iter("field")}]
             if "rpc.msgtyp" in fields]
    linked = {fields[name] for _, fields in found for name in ("rpc.reqframe", "rpc.repframe") if name in fields}
    seen = collections.Counter()
    for frame, fields in found:
        kind = int(fields["rpc.msgtyp"])
        seen[kind] += 1
        seen[kind, "matched"] += "rpc.reqframe" in fields or "rpc.repframe" in fields or frame in linked

    held = messages(path)
    for kind, name in ((CALL, "calls"), (REPLY, "replies")):
        count = sum(message.kind == kind for message in held)
        if seen[kind] != count:
            wrong.append(f"tshark sees {seen[kind]} {name}, the bytes hold {count}")
        if seen[kind, "matched"] != count:
            wrong.append(f"tshark matches {seen[kind, 'matched']} of {count} {name}")
    asked = {(m.peers, m.xid): m for m in held if m.kind == CALL}
    answered = {(m.peers, m.xid) for m in held if m.kind == REPLY}
    wrong += [f"no reply to {m.transport} call {m.xid:#x} of program {m.program}, procedure {m.procedure}"
              for key, m in asked.items() if key not in answered]
    if not asked:
        wrong.append("there is not one call")

    for about in expected:
        what, number = about.split("=")
        program, transport = what.split("/")
        count = sum((m.program, m.transport) == (int(program, 0), transport) for m in asked.values())
        if count != int(number):
            wrong.append(f"{count} calls of program {program} over {transport}, expected {number}")
    if wrong:
        sys.exit("\n".join([f"{path}:"] + wrong))
    print(f"ok: tshark decodes {seen[CALL]} calls and {seen[REPLY]} replies, none malformed, all matched")


def without_xid(message):
    at = 4 if message.transport == "tcp" else 0
    return message.bytes[:at].hex(" ", 4) + " xid " + message.bytes[at + 4 :].hex(" ", 4)


def same(program, count, paths):
    first, wrong = None, []
    for path in paths:
        last = {(m.transport, m.procedure, m.kind): without_xid(m)
                for m in messages(path) if m.program == program and m.procedure != 0}
        first = first or last
        for key in sorted(first.keys() | last.keys()):
            a, b = first.get(key, "none"), last.get(key, "none")
            if a != b:
                wrong.append(f"{key[0]}, procedure {key[1]}, {'reply' if key[2] else 'call'}:\n"
                             f"  {a}  in {paths[0]}\n  {b}  in {path}")
    if wrong:
        sys.exit("\n".join(wrong))
    if len(first) != count:
        sys.exit(f"there are {len(first)} messages to compare, expected {count}")
    print(f"ok: {len(first)} messages are the same bytes in {len(paths)} captures")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    one = verbs.add_parser("check")
    one.add_argument("file")
    one.add_argument("--calls", action="append", default=[])
    two = verbs.add_parser("same")
    two.add_argument("program", type=lambda word: int(word, 0))
    two.add_argument("count", type=int)
    two.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    if arguments.verb == "check":
        check(arguments.file, arguments.calls)
    else:
        same(arguments.program, arguments.count, arguments.files)


main()
