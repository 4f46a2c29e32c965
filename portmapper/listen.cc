#include "portmapper/listen.h"

#include <onc/rpc/error.h>

#include <cerrno>
#include <system_error>

#include <sys/stat.h>

namespace portmapper {

using onc::rpc::Server;

namespace {

// A port that is free for one of four sockets is seldom taken for another.
constexpr int most_tries = 20;

bool lacks_ip6(const onc::rpc::Error& error) {
  return error.code() == std::errc::address_family_not_supported || error.code() == std::errc::address_not_available;
}

void listen_on_ip6(Server& server, const std::string& port) {
  try {
    server.listen("tcp://[::]:" + port);
    server.listen("udp://[::]:" + port);
  } catch (const onc::rpc::Error& error) {
    if (!lacks_ip6(error)) throw;
  }
}

void listen_on_ip(Server& server, std::uint16_t wanted) {
  const auto first = server.listen("tcp://0.0.0.0:" + std::to_string(wanted));
  const std::string port = std::to_string(*first.port);
  server.listen("udp://0.0.0.0:" + port);
  listen_on_ip6(server, port);
}

}  // namespace

std::unique_ptr<Server> listen_everywhere(const std::function<std::unique_ptr<Server>()>& make_server,
                                          std::uint16_t port, const std::string& socket) {
  for (int tries = 1;; ++tries) {
    auto server = make_server();
    try {
      listen_on_ip(*server, port);
    } catch (const onc::rpc::Error& error) {
      const bool another_may_do = port == 0 && error.code() == std::errc::address_in_use && tries < most_tries;
      if (!another_may_do) throw;
      continue;
    }
    server->listen("local://" + socket);
    if (::chmod(socket.c_str(), 0666) != 0)
      throw onc::rpc::Error(std::error_code(errno, std::generic_category()),
                            "cannot open " + socket + " to every user; choose a path in a folder of your own");
    return server;
  }
}

}  // namespace portmapper
