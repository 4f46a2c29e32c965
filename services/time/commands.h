// What onc-time can be asked for. Each command writes to standard output and returns the exit status; each throws
// rpc::Error where it was told nothing at all, in one sentence that says what to do.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace services::time {

struct Asking {
  std::string server = "localhost";
  std::chrono::milliseconds timeout{10'000};
  bool json = false;
};

// The server's time: to the second, or by version 2 to the nanosecond, with its bounds.
int get(const Asking& asking, bool precise);

// 1 where the server refuses it, 2 where `text` is no time.
int set(const Asking& asking, const std::string& text);

// A stamp of the server's Lamport clock, later than all it gave, and than `seen`. 1 where that is too far ahead.
int stamp(const Asking& asking, std::optional<std::uint64_t> seen);

// How far the clocks of `hosts` are from this machine's. 1 where one of them does not answer.
int query(const Asking& asking, const std::vector<std::string>& hosts);

struct WatchOptions {
  std::chrono::milliseconds interval{1'000};
  std::chrono::milliseconds duration{0};  // 0: until it is interrupted
};

// The same again and again, of `hosts` or, where there are none, of asking.server and the peers it coordinates: drawn
// in a terminal, and else a line each time. 1 where none ever answered.
int watch(const Asking& asking, std::vector<std::string> hosts, const WatchOptions& options);

}  // namespace services::time
