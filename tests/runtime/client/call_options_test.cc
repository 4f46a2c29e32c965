// One call that is made otherwise than the client's others: its time, its credential, and without a reply. No sockets.
#include <onc/message/message.h>
#include <onc/transport/memory.h>

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/runtime/adder.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;
using transport::MemoryChannel;
using Deliveries = std::vector<MemoryChannel::Delivery>;

constexpr std::uint32_t add = 1;
constexpr std::uint32_t note = 8;

// Takes every call, and answers add(), by choice.
struct Network {
  explicit Network(bool reliable, bool answers = true)
      : channel(new MemoryChannel(reliable,
                                  [this, answers](xdr::BytesView message) {
                                    xdr::Decoder in(message);
                                    rpc::decode_call(in, calls.emplace_back());
                                    if (!answers || calls.back().procedure != add) return Deliveries{};
                                    xdr::Encoder out;
                                    rpc::encode_success(out, calls.back().xid);
                                    out.i32(5);
                                    return Deliveries{{xdr::to_bytes(out.bytes())}};
                                  })),
        client(std::unique_ptr<transport::Channel>(channel), {.timeout = 10s, .retransmit_after = 1s}) {}

  std::vector<std::uint32_t> procedures() const {
    std::vector<std::uint32_t> numbers;
    for (const auto& call : calls) numbers.push_back(call.procedure);
    return numbers;
  }
  // How long add(2, 3) waits in vain, and the end of what it says.
  std::pair<transport::Clock::duration, std::string> wait(adder::Client called) {
    const auto begin = channel->now();
    try {
      called.add(2, 3);
    } catch (const rpc::Error& error) {
      EXPECT_EQ(error.code(), rpc::errc::timed_out);
      const std::string what = error.what();
      return {channel->now() - begin, what.substr(what.find("no reply"))};
    }
    ADD_FAILURE() << "the call succeeded";
    return {};
  }

  std::vector<rpc::CallHeader> calls;
  MemoryChannel* channel;
  adder::Client client;
};

TEST(call_options, a_timeout_is_for_one_call) {
  Network network(false, false);
  const auto [waited, told] = network.wait(network.client.within(2s));
  EXPECT_EQ(waited, 2s);
  EXPECT_EQ(told, "no reply within 2 s; it may have run");
  EXPECT_EQ(network.wait(network.client.as(rpc::Credential::none())).first, 10s);
}

TEST(call_options, a_deadline_is_a_point_in_time_whatever_the_clients_timeout) {
  Network network(false, false);
  const auto now = [&] { return network.channel->now(); };
  EXPECT_EQ(network.wait(network.client.until(now() + 30s)).first, 30s);
  EXPECT_EQ(network.wait(network.client.within(3s).until(now() + 30s)).first, 3s);
  EXPECT_EQ(network.wait(network.client.within(30s).until(now() + 3s)).first, 3s);
}

TEST(call_options, a_deadline_that_has_passed_ends_the_call_at_once) {
  Network network(false, false);
  EXPECT_EQ(network.wait(network.client.until(network.channel->now() - 1h)).first, 0s);
}

TEST(call_options, a_credential_is_for_one_call) {
  Network network(true);
  const rpc::SysParameters someone{.machine_name = "far", .uid = 1000, .gid = 100, .gids = {}};
  EXPECT_EQ(network.client.as(rpc::Credential::sys(someone)).add(2, 3), 5);
  EXPECT_EQ(network.client.add(2, 3), 5);
  EXPECT_EQ(network.calls.at(0).flavor, rpc::auth_flavor::sys);
  EXPECT_EQ(network.calls.at(1).flavor, rpc::auth_flavor::none);
}

TEST(call_options, stay_with_what_was_made_of_the_client) {
  Network network(true);
  const rpc::SysParameters someone{.machine_name = "far", .uid = 1000, .gid = 100, .gids = {}};
  adder::Client as_someone = network.client.as(rpc::Credential::sys(someone));
  EXPECT_EQ(as_someone.add(network.client.add(2, 3), as_someone.add(2, 3)), 5);
  std::vector<std::int32_t> flavors;
  for (const auto& call : network.calls) flavors.push_back(call.flavor);
  std::sort(flavors.begin(), flavors.end());
  EXPECT_EQ(flavors, (std::vector{rpc::auth_flavor::none, rpc::auth_flavor::sys, rpc::auth_flavor::sys}));
  EXPECT_EQ(network.calls.back().flavor, rpc::auth_flavor::sys);
}

TEST(one_way, calls_wait_for_no_reply_and_go_before_the_next_ordinary_one) {
  Network network(true);
  network.client.one_way().note(1);
  network.client.one_way().note(2);
  EXPECT_EQ(network.procedures(), std::vector<std::uint32_t>{});
  EXPECT_EQ(network.client.add(2, 3), 5);
  ASSERT_EQ(network.procedures(), (std::vector{note, note, add}));
  EXPECT_NE(network.calls[0].xid, network.calls[1].xid);
}

TEST(one_way, calls_leave_with_flush_and_only_once) {
  Network network(true);
  network.client.one_way().note(1);
  network.client.flush();
  EXPECT_EQ(network.procedures(), std::vector{note});
  network.client.flush();
  network.client.add(2, 3);
  EXPECT_EQ(network.procedures(), (std::vector{note, add}));
}

TEST(one_way, calls_outlast_an_ordinary_one_that_has_no_time) {
  Network network(true);
  network.client.one_way().note(1);
  try {
    network.client.until(network.channel->now() - 1h).add(2, 3);
    ADD_FAILURE() << "there was no time";
  } catch (const rpc::Error& error) {
    EXPECT_FALSE(error.maybe_executed());
  }
  EXPECT_EQ(network.client.add(2, 3), 5);
  EXPECT_EQ(network.procedures(), (std::vector{note, add}));
}

TEST(one_way, calls_leave_unasked_when_they_are_many) {
  Network network(true);
  for (int i = 0; i < 10'000; ++i) network.client.one_way().note(i);
  EXPECT_GT(network.calls.size(), 9'000U);
  EXPECT_LT(network.calls.size(), 10'000U);
}

TEST(one_way, calls_leave_in_ever_larger_numbers_until_an_ordinary_one) {
  Network network(true);
  const auto next_to_leave = [&] {
    const std::size_t before = network.calls.size();
    while (network.calls.size() == before) network.client.one_way().note(1);
    return network.calls.size() - before;
  };
  const std::size_t first = next_to_leave();
  EXPECT_LT(first, 9000U / 44);
  for (const std::size_t times : {2U, 4U, 8U, 8U}) {
    const std::size_t next = next_to_leave();
    EXPECT_GT(next, (first - 1) * times);
    EXPECT_LE(next, first * times);
  }
  network.client.add(2, 3);
  EXPECT_EQ(next_to_leave(), first);
}

TEST(one_way, calls_that_are_told_not_to_have_run_never_leave) {
  Network network(true);
  std::size_t accepted = 0;
  bool refused = false;
  while (!refused) {
    try {
      network.client.one_way().until(network.channel->now() - 1h).note(1);
      ++accepted;
    } catch (const rpc::Error& error) {
      EXPECT_FALSE(error.maybe_executed());
      refused = true;
    }
  }
  EXPECT_EQ(network.calls.size(), 0U);
  network.client.flush();
  EXPECT_EQ(network.calls.size(), accepted);
}

TEST(one_way, datagrams_leave_at_once_and_are_not_repeated) {
  Network network(false);
  const auto begin = network.channel->now();
  network.client.one_way().note(1);
  EXPECT_EQ(network.procedures(), std::vector{note});
  EXPECT_EQ(network.channel->now(), begin);
}

TEST(one_way, a_procedure_with_results_is_refused_before_anything_is_sent) {
  Network network(false);
  EXPECT_THROW(network.client.one_way().add(2, 3), std::logic_error);
  EXPECT_EQ(network.procedures(), std::vector<std::uint32_t>{});
  EXPECT_EQ(network.client.add(2, 3), 5);
}

}  // namespace
