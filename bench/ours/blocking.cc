// Calls of the blocking client, one after the other.
#include "peer.x.h"
#include "works.h"

namespace {

using Client = peer::PEER::PEER_V1::Client;

void must(bool done, const char* what) {
  if (!done) pb::die(what);
}

void null_calls(const std::string& at, double seconds) {
  Client client(at);
  pb::pingpong(seconds, [&] {
    client.PNULL();
    return std::size_t{0};
  });
}

void add(int port, double seconds) {
  Client client(uri("tcp", port));
  pb::pingpong(seconds, [&] {
    must(client.ADD({3, 4}) == 7, "add");
    return std::size_t{0};
  });
}

void echo(int port, double seconds) {
  Client client(uri("tcp", port));
  peer::rec rec;
  rec.id = 5;
  rec.t = 6;
  rec.name.assign(pb::ECHO_NAME, 'n');
  rec.payload.assign(pb::ECHO_PAYLOAD, std::byte{9});
  rec.values.assign(pb::ECHO_DOUBLES, 1.0);
  pb::pingpong(seconds, [&] {
    must(client.ECHO(rec).id == 5, "echo");
    return std::size_t{0};
  });
}

void bulk_write(int port, double seconds) {
  Client client(uri("tcp", port));
  const peer::blob blob(pb::BULK, std::byte{7});
  pb::pingpong(seconds, [&] {
    must(client.WRITE(blob) == static_cast<std::int32_t>(pb::BULK), "write");
    return std::size_t{pb::BULK};
  });
}

void bulk_read(int port, double seconds) {
  Client client(uri("tcp", port));
  pb::pingpong(seconds, [&] {
    must(client.READ(pb::BULK).size() == pb::BULK, "read");
    return std::size_t{pb::BULK};
  });
}

// As the floor does: some 256 KiB of calls that nobody waits for, then one that says they have arrived.
void one_way(int port, double seconds) {
  constexpr std::uint64_t calls = 4 * 65'536 / 52;
  Client client(uri("tcp", port));
  Client quiet = client.one_way();
  pb::Meter meter;
  meter.start();
  const std::uint64_t end = meter.t0 + static_cast<std::uint64_t>(seconds * 1e9);
  do {
    for (std::uint64_t i = 0; i < calls; ++i) quiet.ONEWAY({3, 4});
    client.PNULL();
    meter.calls += calls;
  } while (pb::now() < end);
  meter.report();
}

}  // namespace

Works blocking_works() {
  return {
      {"null_sync", [](int port, double seconds) { null_calls(uri("tcp", port), seconds); }},
      {"udp_sync", [](int port, double seconds) { null_calls(uri("udp", port), seconds); }},
      {"add_sync", add},
      {"echo_sync", echo},
      {"oneway", one_way},
      {"bulk_write", bulk_write},
      {"bulk_read", bulk_read},
  };
}
