// What onc-info can be asked for. Each command writes to `out` and returns the exit status: 0, or 1 where there was
// nothing to tell. Each throws rpc::Error where it was told nothing at all, in one sentence that says what to do.
#pragma once

#include "info/program_names.h"

#include <onc/transport/address.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace info {

struct Asking {
  std::optional<std::string> host;  // see HostPortmapper; ping's may be any server's address
  std::chrono::milliseconds timeout{10'000};
  bool json = false;
};

// What is registered. `brief`: a line for each program.
int list(const Asking& asking, bool brief, const ProgramNames& names, std::ostream& out);

struct PingOptions {
  std::uint32_t program = 0;
  std::optional<std::uint32_t> version;  // absent: all there are
  std::optional<onc::transport::Protocol> protocol;  // absent: TCP, or UDP where it is registered over that only
  std::uint32_t count = 1;
};
// Calls procedure 0, and tells how long that took.
int ping(const Asking& asking, const PingOptions& options, const ProgramNames& names, std::ostream& out);

struct BroadcastOptions {
  std::uint32_t program = 0;
  std::uint32_t version = 0;
  std::chrono::milliseconds duration{3'000};
  std::optional<std::uint16_t> port;  // of the servers themselves; absent: by way of the portmappers
  std::uint16_t portmapper_port = 111;
  std::vector<std::string> to;  // absent: every interface
};
// Asks everybody at once, and tells each answer when it comes.
int broadcast(const Asking& asking, const BroadcastOptions& options, const ProgramNames& names, std::ostream& out);

// Removes a registration, on one netid or on all, and looks whether it has gone.
int remove(const Asking& asking, std::uint32_t program, std::uint32_t version, const std::string& netid,
           const ProgramNames& names, std::ostream& out);

// What the portmapper has been asked for.
int statistics(const Asking& asking, const ProgramNames& names, std::ostream& out);

// Every address of one program.
int addresses(const Asking& asking, std::uint32_t program, std::uint32_t version, const ProgramNames& names,
              std::ostream& out);

}  // namespace info
