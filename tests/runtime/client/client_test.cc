// What a client makes of lost, late, repeated and lying replies. No sockets: the network and its clock are turned.
#include <onc/message/message.h>
#include <onc/transport/memory.h>

#include <gtest/gtest.h>

#include "tests/runtime/adder.h"
#include "tests/runtime/hex.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;
using transport::MemoryChannel;
using Deliveries = std::vector<MemoryChannel::Delivery>;

std::uint32_t xid_of(xdr::BytesView call) { return xdr::Decoder(call).u32(); }

MemoryChannel::Delivery reply_of(std::uint32_t xid, std::int32_t sum, transport::Clock::duration after = 0s) {
  xdr::Encoder out;
  rpc::encode_success(out, xid);
  out.i32(sum);
  return {xdr::to_bytes(out.bytes()), after};
}

struct Network {
  explicit Network(bool reliable, MemoryChannel::Peer peer)
      : channel(new MemoryChannel(reliable,
                                  [this, peer = std::move(peer)](xdr::BytesView call) {
                                    calls.push_back(xdr::to_bytes(call));
                                    sent_at.push_back(channel->now().time_since_epoch());
                                    return peer(call);
                                  })),
        client(std::unique_ptr<transport::Channel>(channel), {.timeout = 10s, .retransmit_after = 1s}) {}

  // What went wrong with add(2, 3); fails the test where nothing did.
  rpc::Error error() {
    try {
      client.add(2, 3);
    } catch (const rpc::Error& error) {
      return error;
    }
    ADD_FAILURE() << "the call succeeded";
    return {rpc::errc::timed_out, ""};
  }

  std::vector<xdr::Bytes> calls;
  std::vector<transport::Clock::duration> sent_at;
  MemoryChannel* channel;
  adder::Client client;
};

TEST(client, sends_the_bytes_of_rfc_5531) {
  Network network(true, [](xdr::BytesView call) { return Deliveries{reply_of(xid_of(call), 5)}; });
  EXPECT_EQ(network.client.add(2, 3), 5);
  EXPECT_EQ(to_hex(network.calls.at(0)).substr(9),
            "00000000 00000002 20000042 00000002 00000001 00000000 00000000 00000000 00000000 00000002 00000003");
}

TEST(client, every_call_has_an_xid_of_its_own) {
  Network network(true, [](xdr::BytesView call) { return Deliveries{reply_of(xid_of(call), 5)}; });
  network.client.add(2, 3);
  network.client.add(2, 3);
  EXPECT_NE(xid_of(network.calls.at(0)), xid_of(network.calls.at(1)));
}

TEST(retransmission, a_lost_call_is_repeated_with_the_same_bytes_and_longer_waits) {
  int left_to_lose = 3;
  Network network(false, [&](xdr::BytesView call) {
    if (left_to_lose-- > 0) return Deliveries{};
    return Deliveries{reply_of(xid_of(call), 5)};
  });
  EXPECT_EQ(network.client.add(2, 3), 5);
  ASSERT_EQ(network.calls.size(), 4U);
  EXPECT_EQ(network.calls[0], network.calls[3]);
  EXPECT_EQ(network.sent_at, (std::vector<transport::Clock::duration>{0s, 1s, 3s, 7s}));
}

TEST(retransmission, ends_at_the_deadline) {
  Network network(false, [](xdr::BytesView) { return Deliveries{}; });
  const rpc::Error error = network.error();
  EXPECT_EQ(error.code(), rpc::errc::timed_out);
  EXPECT_TRUE(error.maybe_executed());
  EXPECT_EQ(network.channel->now().time_since_epoch(), 10s);
  EXPECT_STREQ(error.what(), "ADDER.add version 2 at memory: no reply within 10 s; it may have run");
}

TEST(retransmission, does_not_happen_on_a_stream) {
  Network network(true, [](xdr::BytesView) { return Deliveries{}; });
  EXPECT_EQ(network.error().code(), rpc::errc::timed_out);
  EXPECT_EQ(network.calls.size(), 1U);
}

TEST(replies, that_come_late_are_not_taken_for_the_next_calls) {
  bool first = true;
  Network network(false, [&](xdr::BytesView call) {
    if (std::exchange(first, false)) return Deliveries{reply_of(xid_of(call), 1, 11s)};
    return Deliveries{reply_of(xid_of(call), 2, 900ms)};
  });
  network.client.set_timeout(800ms);
  EXPECT_EQ(network.error().code(), rpc::errc::timed_out);
  network.client.set_timeout(20s);
  EXPECT_EQ(network.client.add(2, 3), 2);
}

TEST(replies, that_come_twice_are_taken_once) {
  std::int32_t count = 0;
  Network network(false, [&](xdr::BytesView call) {
    ++count;
    return Deliveries{reply_of(xid_of(call), count), reply_of(xid_of(call), count)};
  });
  EXPECT_EQ(network.client.add(2, 3), 1);
  EXPECT_EQ(network.client.add(2, 3), 2);
}

TEST(replies, of_strangers_and_garbage_in_datagrams_are_passed_over) {
  Network network(false, [](xdr::BytesView call) {
    return Deliveries{reply_of(xid_of(call) + 1, 9),
                      {from_hex("")},
                      {from_hex("1234")},
                      {xdr::to_bytes(call)},  // our own call, sent back
                      reply_of(xid_of(call), 5)};
  });
  EXPECT_EQ(network.client.add(2, 3), 5);
}

TEST(replies, that_say_no_are_errors_with_the_reason) {
  using Encode = void (*)(xdr::Encoder&, std::uint32_t);
  const struct {
    Encode encode;
    rpc::errc code;
    const char* text;
    bool maybe_executed;
  } rows[] = {
      {rpc::encode_program_unavailable, rpc::errc::program_unavailable,
       "the server does not serve this program; it did not run", false},
      {[](xdr::Encoder& out, std::uint32_t xid) {
         rpc::encode_program_mismatch(out, xid, {2, 4});
       },
       rpc::errc::version_mismatch,
       "the server does not serve this version of the program, but versions 2 to 4; it did not run", false},
      {rpc::encode_procedure_unavailable, rpc::errc::procedure_unavailable,
       "the program has no such procedure; it did not run", false},
      {rpc::encode_garbage_arguments, rpc::errc::garbage_arguments,
       "the server could not decode the arguments; it did not run", false},
      {rpc::encode_system_error, rpc::errc::system_error, "the server failed while it served the call; it may have run",
       true},
      {rpc::encode_rpc_mismatch, rpc::errc::rpc_mismatch,
       "the server does not speak version 2 of RPC, but version 2; it did not run", false},
      {[](xdr::Encoder& out, std::uint32_t xid) {
         rpc::encode_authentication_error(out, xid, rpc::AuthStatus::too_weak);
       },
       rpc::errc::authentication_error, "the server refused the credential (AUTH_TOOWEAK); it did not run", false},
  };
  for (const auto& row : rows) {
    Network network(true, [&](xdr::BytesView call) {
      xdr::Encoder out;
      row.encode(out, xid_of(call));
      return Deliveries{{xdr::to_bytes(out.bytes())}};
    });
    const rpc::Error error = network.error();
    EXPECT_EQ(error.code(), row.code);
    EXPECT_EQ(error.maybe_executed(), row.maybe_executed) << row.text;
    EXPECT_EQ(std::string(error.what()), std::string("ADDER.add version 2 at memory: ") + row.text);
  }
}

TEST(replies, that_are_not_what_the_x_says_are_errors) {
  for (const char* results : {"", "00", "000000"}) {
    Network network(true, [&](xdr::BytesView call) {
      xdr::Encoder out;
      rpc::encode_success(out, xid_of(call));
      out.raw(from_hex(results));
      return Deliveries{{xdr::to_bytes(out.bytes())}};
    });
    const rpc::Error error = network.error();
    EXPECT_EQ(error.code(), rpc::errc::undecodable_reply) << results;
    EXPECT_TRUE(error.maybe_executed());
  }
}

TEST(replies, with_bytes_left_over_are_taken) {
  // Debian's rpc.rstatd sends four bytes more than its .x declares, and everyone else's client takes that.
  Network network(true, [&](xdr::BytesView call) {
    MemoryChannel::Delivery reply = reply_of(xid_of(call), 5);
    reply.message.resize(reply.message.size() + 4, std::byte{});
    return Deliveries{reply};
  });
  EXPECT_EQ(network.client.add(2, 3), 5);
}

TEST(replies, every_truncation_and_every_flipped_bit_is_an_error_or_a_value) {
  xdr::Bytes whole;
  const auto ask = [&](auto mangle) {
    Network network(true, [&](xdr::BytesView call) {
      whole = reply_of(xid_of(call), 5).message;
      return Deliveries{{mangle(whole)}};
    });
    try {
      network.client.add(2, 3);
    } catch (const rpc::Error&) {
    }
  };
  ask([](xdr::Bytes reply) { return reply; });
  for (std::size_t size = 0; size < whole.size(); ++size)
    ask([&](xdr::Bytes reply) { return reply.resize(size), reply; });
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit)
    ask([&](xdr::Bytes reply) { return reply[bit / 8] ^= static_cast<std::byte>(1 << bit % 8), reply; });
}

TEST(replies, that_are_none_end_a_stream) {
  Network network(true, [](xdr::BytesView) { return Deliveries{{from_hex("47455420 2f204854")}}; });
  EXPECT_EQ(network.error().code(), rpc::errc::bad_reply);
}

TEST(arguments, beyond_their_bound_are_refused_before_anything_is_sent) {
  Network network(true, [](xdr::BytesView) { return Deliveries{}; });
  EXPECT_THROW(network.client.call(
                   adder::procedures::add, [](xdr::Encoder& out) { out.string("hi!", 2); }, [](xdr::Decoder&) {}),
               xdr::Error);
  EXPECT_TRUE(network.calls.empty());
}

}  // namespace
