#include "services/time/ntp_server.h"

#include "services/time/allowances.h"

#include <onc/rpc/error.h>

#include <asio/io_context.hpp>

#include <gtest/gtest.h>

#include <set>

namespace {

using namespace services::time;
using namespace std::chrono_literals;
using onc::transport::Host;

TEST(ntp_server, on_all_addresses_of_ipv6_leaves_those_of_ipv4_alone) {
  asio::io_context context;
  Keeper keeper(DisciplinedClock([] { return Instant(); }), [](Span) { return Bound(); });
  std::optional<NtpServer> six;
  try {
    six.emplace(context.get_executor(), "udp://[::]:0", keeper);
  } catch (const onc::rpc::Error& error) {
    GTEST_SKIP() << "no IPv6 here: " << error.what();
  }
  const std::string port = six->uri().substr(six->uri().rfind(':'));
  EXPECT_NO_THROW(NtpServer(context.get_executor(), "udp://0.0.0.0" + port, keeper));
}

TEST(allowances, are_so_many_a_second) {
  const auto now = std::chrono::steady_clock::time_point() + 1h;
  Allowances allowances(2);
  const Host host{Host::Kind::ip4, 7};
  EXPECT_TRUE(allowances.take(host, now));
  EXPECT_TRUE(allowances.take(host, now));
  EXPECT_FALSE(allowances.take(host, now + 999ms));
  EXPECT_TRUE(allowances.take(host, now + 1s));
}

// Wherever in the number, which is in the network's order of bytes, neighbours differ.
TEST(allowances, are_not_shared_by_neighbouring_networks) {
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{0x123456789abcdef0}}) {
    const Allowances allowances(1, seed);
    for (int shift = 0; shift <= 56; shift += 8) {
      std::set<std::size_t> places;
      for (std::uint64_t i = 0; i < 256; ++i)
        places.insert(allowances.place_of({Host::Kind::ip6, 0xb80d0120u ^ i << shift}));
      EXPECT_GE(places.size(), 200u) << "of 256 that differ in byte " << shift / 8;
      EXPECT_LT(*places.rbegin(), std::size_t{1} << Allowances::places_bits);
    }
  }
}

}  // namespace
