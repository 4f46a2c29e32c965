#include "portmapper/listen.h"

#include <onc/rpc/error.h>

#include <cerrno>
#include <filesystem>
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

std::string at(const std::string& protocol, const std::string& host, const std::string& port) {
  const bool is_ip6 = host.find(':') != std::string::npos;
  return protocol + "://" + (is_ip6 ? "[" + host + "]" : host) + ":" + port;
}

void listen_where_there_is_ip6(Server& server, const std::string& endpoint) {
  try {
    server.listen(endpoint);
  } catch (const onc::rpc::Error& error) {
    if (!lacks_ip6(error)) throw;
  }
}

void listen_on_udp(Server& server, const std::string& port, std::vector<std::string> hosts) {
  if (hosts.empty()) {
    server.listen(at("udp", "0.0.0.0", port));
    return listen_where_there_is_ip6(server, at("udp", "::", port));
  }
  // Not twice, and without IPv6 also where it is named: Debian's rpcbind.conf has both loopback addresses.
  for (const char* loopback : {"127.0.0.1", "::1"}) std::erase(hosts, loopback);
  for (const std::string& host : hosts) server.listen(at("udp", host, port));
  server.listen(at("udp", "127.0.0.1", port));
  listen_where_there_is_ip6(server, at("udp", "::1", port));
}

void listen_locally(Server& server, const std::string& socket) {
  server.listen("local://" + socket);
  if (::chmod(socket.c_str(), 0666) != 0)
    throw onc::rpc::Error(std::error_code(errno, std::generic_category()),
                          "cannot open " + socket + " to every user; choose a path in a folder of your own");
}

// Some clients look there; on most hosts it is the same folder.
void listen_at_old_path(Server& server, const std::string& socket) {
  std::error_code none;
  if (socket != default_socket || !std::filesystem::is_directory("/var/run", none)) return;
  if (!std::filesystem::equivalent("/run", "/var/run", none)) listen_locally(server, "/var/run/rpcbind.sock");
}

}  // namespace

void listen_on_ip(Server& server, const Listening& where) {
  const auto first = server.listen(at("tcp", "0.0.0.0", std::to_string(where.port)));
  const std::string port = std::to_string(*first.port);
  listen_on_udp(server, port, where.udp_hosts);
  listen_where_there_is_ip6(server, at("tcp", "::", port));
}

std::unique_ptr<Server> listen_everywhere(const std::function<std::unique_ptr<Server>()>& make_server,
                                          const Listening& where) {
  for (int tries = 1;; ++tries) {
    auto server = make_server();
    if (!server->listen_inherited().empty()) return server;
    try {
      listen_on_ip(*server, where);
    } catch (const onc::rpc::Error& error) {
      const bool another_may_do = where.port == 0 && error.code() == std::errc::address_in_use && tries < most_tries;
      if (!another_may_do) throw;
      continue;
    }
    listen_locally(*server, where.socket);
    listen_at_old_path(*server, where.socket);
    return server;
  }
}

}  // namespace portmapper
