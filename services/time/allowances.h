// So many questions a second of each host.
#pragma once

#include <onc/transport/host.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <random>

namespace services::time {

// Hosts share such allowances, so that there is no end of hosts; which of them, nobody outside can know.
class Allowances {
 public:
  explicit Allowances(std::uint8_t most,
                      std::uint64_t seed = std::uint64_t{std::random_device()()} << 32 | std::random_device()())
      : most_(most), seed_(seed) {}

  // Whether one more of `host` is to be answered.
  bool take(const onc::transport::Host& host, std::chrono::steady_clock::time_point now) {
    if (now - since_ >= std::chrono::seconds(1)) {
      taken_ = {};
      since_ = now;
    }
    std::uint8_t& taken = taken_[place_of(host)];
    return taken < most_ && ++taken != 0;
  }

  static constexpr int places_bits = 14;

  // The top bits of the product are those that all bits of the number reach.
  std::size_t place_of(const onc::transport::Host& host) const {
    const std::uint64_t mixed = (host.number ^ seed_) * 0x9e3779b97f4a7c15u;
    return static_cast<std::size_t>(mixed >> (64 - places_bits) ^ static_cast<std::uint64_t>(host.kind));
  }

 private:
  std::uint8_t most_;
  std::array<std::uint8_t, std::size_t{1} << places_bits> taken_{};
  std::chrono::steady_clock::time_point since_{};
  std::uint64_t seed_;
};

}  // namespace services::time
