// What a portmapper is asked all day: where a program is. Asks one on 127.0.0.1, as often as it answers.
//   lookups getport|getaddr udp|tcp PORT PROGRAM SECONDS    prints calls per second
//   lookups set PATH COUNT                                  registers so many programs over its local socket
//   lookups dump PORT                                       prints how many entries version 3 tells, and its bytes
#include "common.h"

#include <onc/binding/universal_address.h>
#include <onc/client/client.h>

#include <memory>

#include <poll.h>

#include "rpcbind.x.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr int asked_at_once = 16;  // connections, or datagrams under way

void add(Bytes& out, std::uint32_t word) {
  out.resize(out.size() + 4);
  pb::put32(out.data() + out.size() - 4, word);
}

void add(Bytes& out, const std::string& text) {
  add(out, static_cast<std::uint32_t>(text.size()));
  out.insert(out.end(), text.begin(), text.end());
  out.resize((out.size() + 3) / 4 * 4);
}

Bytes question(const std::string& what, const std::string& netid, std::uint32_t program) {
  Bytes out;
  const bool is_old = what == "getport";
  for (const std::uint32_t word : {7U, 0U, 2U, 100'000U, is_old ? 2U : 4U, 3U, 0U, 0U, 0U, 0U, program, 1U})
    add(out, word);
  if (is_old) {
    add(out, netid == "udp" ? 17U : 6U);
    add(out, 0U);
  } else {
    for (const std::string& text : {netid, std::string(), std::string()}) add(out, text);
  }
  return out;
}

// Each is asked again as soon as it has answered.
double ask(const Bytes& question, const std::string& netid, int port, double seconds) {
  const bool over_tcp = netid == "tcp";
  Bytes call = question;
  if (over_tcp) {
    call.insert(call.begin(), 4, 0);
    pb::put32(call.data(), 0x80000000U | static_cast<std::uint32_t>(question.size()));
  }
  std::vector<pollfd> sockets;
  for (int i = 0; i < asked_at_once; ++i) {
    sockets.push_back({pb::dial(port, over_tcp ? SOCK_STREAM : SOCK_DGRAM), POLLIN, 0});
    pb::send_all(sockets.back().fd, call.data(), call.size());
  }
  std::uint64_t answered = 0;
  std::uint8_t reply[4096];
  const std::uint64_t begin = pb::now();
  const auto end = begin + static_cast<std::uint64_t>(seconds * 1e9);
  while (pb::now() < end) {
    if (::poll(sockets.data(), sockets.size(), 1000) <= 0) break;
    for (pollfd& socket : sockets) {
      if ((socket.revents & POLLIN) == 0) continue;
      if (::recv(socket.fd, reply, sizeof reply, 0) <= 0) return 0;
      ++answered;
      pb::send_all(socket.fd, call.data(), call.size());
    }
  }
  const double took = static_cast<double>(pb::now() - begin) / 1e9;
  for (const pollfd& socket : sockets) ::close(socket.fd);
  return static_cast<double>(answered) / took;
}

void set(const std::string& path, std::uint32_t count) {
  onc::rpcbind::RPCBPROG::RPCBVERS::Client client("local://" + path);
  for (std::uint32_t i = 0; i < count; ++i)
    if (!client.RPCBPROC_SET({0x20000000 + i, 1, "tcp", "0.0.0.0.4.1", ""}) ||
        (i == 0 && !client.RPCBPROC_SET({0x20000000, 1, "udp", "0.0.0.0.4.1", ""})))
      std::exit(1);
}

void dump(int port) {
  onc::rpc::ClientOptions options;
  options.max_reply = std::size_t{64} << 20;
  options.decoding.memory = std::size_t{1} << 30;
  options.timeout = std::chrono::seconds(60);
  onc::rpcbind::RPCBPROG::RPCBVERS::Client client("tcp://127.0.0.1:" + std::to_string(port), options);
  std::printf("%zu\n", client.RPCBPROC_DUMP().size());
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 3 && arguments[0] == "set") {
    set(arguments[1], static_cast<std::uint32_t>(std::stoul(arguments[2])));
  } else if (arguments.size() == 2 && arguments[0] == "dump") {
    dump(std::stoi(arguments[1]));
  } else if (arguments.size() == 5) {
    const auto program = static_cast<std::uint32_t>(std::stoul(arguments[3], nullptr, 0));
    std::printf("%.0f\n", ask(question(arguments[0], arguments[1], program), arguments[1], std::stoi(arguments[2]),
                              std::stod(arguments[4])));
  } else {
    return 2;
  }
}
