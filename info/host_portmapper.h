// What a host's portmapper tells of itself and its table: rpcbind versions 4 and 3, portmap version 2 (RFC 1833).
#pragma once

#include <onc/client/client.h>
#include <onc/transport/endpoint.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rpcbind.x.h"

namespace info {

// One line of the table. All of it are a stranger's words.
struct Registration {
  std::uint32_t program = 0;
  std::uint32_t version = 0;
  std::string netid;                 // version 2 knows tcp, udp and numbers of others: "protocol 99"
  std::string address;               // universal (RFC 5665); that of all interfaces where version 2 has only a port
  std::optional<std::string> owner;  // version 2 tells none

  auto operator<=>(const Registration&) const = default;
};

// Where it is, where its address can be read; else nothing.
std::optional<onc::transport::Address> address_of(const Registration& registration);
// The same to read: "127.0.0.1:111" or "/run/rpcbind.sock"; the universal address where it is none.
std::string place_of(const Registration& registration);

struct Table {
  std::uint32_t protocol = 0;  // the version it was told by
  std::vector<Registration> registrations;
};

class HostPortmapper {
 public:
  // `host`: a host, whose port 111 is asked over TCP, or an address as tcp://host:port. Without one, this host's:
  // ONC_PORTMAPPER, the local socket, or port 111, whichever answers first. What is asked has one `timeout` for all.
  // Throws rpc::Error(bad_endpoint).
  HostPortmapper(const std::optional<std::string>& host, std::chrono::milliseconds timeout);
  // This host's by its local socket alone, where it sees who is asking; or ONC_PORTMAPPER.
  static HostPortmapper to_change(std::chrono::milliseconds timeout);

  // Each throws rpc::Error. After the first, at() says who answered.
  Table table();
  onc::rpcbind::rpcb_stat_byvers statistics();
  onc::rpcbind::rpcb_entry_list_ptr addresses(std::uint32_t program, std::uint32_t version);
  // What it answered: true need not mean that anything was removed. An empty `netid`: on all.
  bool unset(std::uint32_t program, std::uint32_t version, const std::string& netid);

  std::string at() const { return places_.front().text(); }

 private:
  HostPortmapper(std::vector<onc::transport::Endpoint> places, std::chrono::milliseconds timeout);

  template <class Question>
  auto ask(Question question);

  std::vector<onc::transport::Endpoint> places_;  // those that may have one; once one has answered, only that
  onc::transport::TimePoint deadline_;
};

}  // namespace info
