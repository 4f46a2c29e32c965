// What RPCBPROC_GETSTAT tells: how often each procedure was called, and what lookups found (RFC 1833 §2.1).
#pragma once

#include "rpcbind.x.h"

#include <cstdint>
#include <string_view>

namespace portmapper {

class Statistics {
 public:
  // How many programs' lookups are told apart in each protocol version. Peers choose the numbers: one more than this
  // makes the one forgotten that was looked up the longest ago.
  static constexpr std::size_t most_lookups = 100;

  // `protocol`: 2, 3 or 4, the version of the portmapper's protocol that was spoken.
  void called(std::uint32_t protocol, std::uint32_t procedure);
  void set(std::uint32_t protocol) { count(of(protocol).setinfo); }
  void unset(std::uint32_t protocol) { count(of(protocol).unsetinfo); }
  void looked_up(std::uint32_t protocol, std::uint32_t program, std::uint32_t version, std::string_view netid,
                 bool found);

  // A call handed on to a server. `indirect`: by RPCBPROC_INDIRECT, which answers failures too.
  void forwarded(std::uint32_t protocol, std::uint32_t program, std::uint32_t version, std::uint32_t procedure,
                 std::string_view netid, bool indirect, bool success);

  const onc::rpcbind::rpcb_stat_byvers& by_version() const { return by_version_; }

 private:
  static void count(std::int32_t& counter);
  onc::rpcbind::rpcb_stat& of(std::uint32_t protocol) { return by_version_.at(protocol - 2); }

  onc::rpcbind::rpcb_stat_byvers by_version_{};
};

}  // namespace portmapper
