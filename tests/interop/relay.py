"""A bad network between UDP programs: relay.py SERVER... says where it stands for each, and passes on what is sent there,
to the server faster than from it, and not all of it."""
import argparse
import heapq
import random
import select
import socket
import time


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--there", type=float, default=0.005, help="seconds to the server, at most")
    parser.add_argument("--back", type=float, default=0.06, help="seconds from it, at most")
    parser.add_argument("--lost", type=float, default=0.15, help="a share of what is sent")
    parser.add_argument("--repeated", type=float, default=0.1, help="a share of what is sent")
    parser.add_argument("--late", type=float, default=0.03, help="a share that takes two seconds")
    parser.add_argument("servers", nargs="+", help="host:port")
    return parser.parse_args()


class Relay:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(1)
        self.on_the_way = []  # (when, number, socket, datagram, address)
        self.number = 0
        self.servers = {}  # the socket in a server's place: the server
        self.clients = {}  # a socket of a client's own: that client, and the socket he sent to
        self.sockets = {}  # (socket in a server's place, client): that of his own
        for server in options.servers:
            host, port = server.rsplit(":", 1)
            front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            front.bind(("127.0.0.1", 0))
            self.servers[front] = (host, int(port))

    def send(self, usual, sender, datagram, address):
        for _ in range(2 if self.random.random() < self.options.repeated else 1):
            if self.random.random() < self.options.lost:
                continue
            delay = 2 if self.random.random() < self.options.late else usual * self.random.random()
            self.number += 1
            heapq.heappush(self.on_the_way, (time.monotonic() + delay, self.number, sender, datagram, address))

    def of_client(self, front, client):
        if (front, client) not in self.sockets:
            own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            own.bind(("127.0.0.1", 0))
            self.sockets[front, client] = own
            self.clients[own] = (client, front)
        return self.sockets[front, client]

    def receive(self, receiver):
        try:
            datagram, address = receiver.recvfrom(65536)
        except ConnectionError:
            return  # the server is not there: what it was sent is lost
        if receiver in self.servers:
            self.send(self.options.there, self.of_client(receiver, address), datagram, self.servers[receiver])
        else:
            client, front = self.clients[receiver]
            self.send(self.options.back, front, datagram, client)

    def run(self):
        while True:
            wait = max(0, self.on_the_way[0][0] - time.monotonic()) if self.on_the_way else None
            for receiver in select.select([*self.servers, *self.clients], [], [], wait)[0]:
                self.receive(receiver)
            while self.on_the_way and self.on_the_way[0][0] <= time.monotonic():
                _, _, sender, datagram, address = heapq.heappop(self.on_the_way)
                try:
                    sender.sendto(datagram, address)
                except ConnectionError:
                    pass


if __name__ == "__main__":
    relay = Relay(parse())
    print("relay: serving at", *("udp://127.0.0.1:%d" % front.getsockname()[1] for front in relay.servers), flush=True)
    relay.run()
