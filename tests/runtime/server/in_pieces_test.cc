// Results that are made piece by piece, as their caller reads them.
#include <onc/message/message.h>
#include <onc/rpc/error.h>

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <stdexcept>

#include "tests/runtime/async_adder.h"
#include "tests/runtime/raw_peer.h"
#include "tests/runtime/running_server.h"

#include <unistd.h>

namespace {

using namespace onc;

constexpr rpc::Program pieces_program{0x20000044, 1, "PIECES", "one"};
constexpr rpc::Procedure null{pieces_program, 0, "null"};
constexpr rpc::Procedure count{pieces_program, 1, "count"};
constexpr std::uint32_t fails_at_first = 2, fails_later = 3;

// count(pieces, words) answers with so many pieces of so many words, numbered.
class Pieces : public rpc::Service {
 public:
  Pieces() : Service(pieces_program) {}

  std::uint32_t made() const { return made_; }

 private:
  void dispatch(std::uint32_t procedure, xdr::Decoder& arguments, xdr::Encoder&, const rpc::Caller&) override {
    if (procedure == 0) return;
    const std::uint32_t pieces = arguments.u32();
    const std::uint32_t words = arguments.u32();
    const std::uint32_t fails_at = procedure == fails_at_first ? 1 : procedure == fails_later ? 3 : 0;
    throw rpc::InPieces{[this, pieces, words, fails_at, piece = 0U](xdr::Encoder& out) mutable {
      ++made_;
      for (std::uint32_t word = 0; word < words; ++word) out.u32(piece * words + word);
      if (++piece == fails_at) throw std::runtime_error("no more pieces");
      return piece != pieces;
    }};
  }

  std::atomic<std::uint32_t> made_ = 0;
};

struct Numbers {
  std::uint32_t count = 0;
  bool in_order = true;
};

Numbers numbers_in(xdr::Decoder in) {
  Numbers numbers;
  for (; in.rest().size() >= 4; ++numbers.count) numbers.in_order = numbers.in_order && in.u32() == numbers.count;
  return numbers;
}
auto asking(std::uint32_t pieces, std::uint32_t words) {
  return [=](xdr::Encoder& out) {
    out.u32(pieces);
    out.u32(words);
  };
}

Numbers ask(rpc::Client& client, std::uint32_t pieces, std::uint32_t words, const rpc::Procedure& procedure = count) {
  Numbers numbers;
  client.call(procedure, asking(pieces, words), [&](xdr::Decoder& in) {
    numbers = numbers_in(xdr::Decoder(in.rest()));
    in.pass_over_rest();
  });
  return numbers;
}
void ping(rpc::Client& client) {
  client.call(
      null, [](xdr::Encoder&) {}, [](xdr::Decoder&) {});
}

std::string local_uri() {
  return "local://" + (std::filesystem::temp_directory_path() / ("onc-test-" + std::to_string(::getpid()))).string();
}

xdr::Bytes record(std::uint32_t xid, const rpc::Procedure& procedure,
                  const std::function<void(xdr::Encoder&)>& arguments) {
  xdr::Encoder out;
  out.u32(0);
  rpc::encode_call(out, xid, procedure, rpc::Credential::none());
  arguments(out);
  xdr::store_big_endian(out.data(), 0x80000000U | static_cast<std::uint32_t>(out.size() - 4));
  return xdr::to_bytes(out.bytes());
}

// A record, of one fragment or more.
xdr::Bytes receive_record(RawPeer& peer) {
  xdr::Bytes message;
  for (bool is_last = false; !is_last;) {
    const xdr::Bytes mark = peer.receive(4);
    if (mark.size() != 4) break;
    const auto length = xdr::load_big_endian<std::uint32_t>(mark.data());
    is_last = (length & 0x80000000U) != 0;
    const xdr::Bytes fragment = peer.receive(length & 0x7fffffffU);
    message.insert(message.end(), fragment.begin(), fragment.end());
  }
  return message;
}

std::uint32_t xid_of(const xdr::Bytes& reply) { return xdr::Decoder(reply).u32(); }

TEST(results_in_pieces, arrive_whole_over_every_transport) {
  Pieces pieces;
  const std::string local = local_uri();
  RunningServer server({&pieces}, {"tcp://127.0.0.1:0", local.c_str(), "udp://127.0.0.1:0"});
  for (const std::size_t over : {0U, 1U, 2U}) {
    rpc::Client client(server.at(over));
    for (const std::uint32_t number : {1U, 2U, 3U}) {
      const Numbers numbers = ask(client, number, 1000);
      EXPECT_EQ(numbers.count, number * 1000) << server.at(over);
      EXPECT_TRUE(numbers.in_order) << server.at(over);
    }
  }
}

TEST(results_in_pieces, may_be_longer_than_any_record_the_server_takes) {
  Pieces pieces;
  RunningServer server({&pieces}, {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}, {.max_record = 4096});
  rpc::Client client(server.at(0));
  EXPECT_EQ(ask(client, 100, 1000).count, 100'000U);
  // A datagram cannot.
  rpc::Client over_udp(server.at(1));
  EXPECT_THROW(ask(over_udp, 100, 1000), rpc::Error);
}

TEST(results_in_pieces, are_not_made_for_a_peer_that_does_not_read_them) {
  Pieces pieces;
  RunningServer server({&pieces}, {"tcp://127.0.0.1:0"});
  RawPeer peer(server.endpoint(), 4096);
  constexpr std::uint32_t mebibyte = std::uint32_t{1} << 18;
  ASSERT_TRUE(peer.send(record(1, count, asking(1000, mebibyte))));
  rpc::Client client(server.at());
  // Each is served after the peer has had its turn.
  for (int calls = 0; calls < 200; ++calls) ping(client);
  EXPECT_GT(pieces.made(), 0U);
  EXPECT_LT(pieces.made(), 64U);
}

TEST(results_in_pieces, come_before_those_of_the_calls_behind_them) {
  Pieces pieces;
  RunningServer server({&pieces}, {"tcp://127.0.0.1:0"});
  RawPeer peer(server.endpoint());
  xdr::Bytes calls = record(1, count, asking(50, 10'000));
  const xdr::Bytes next = record(2, null, [](xdr::Encoder&) {});
  calls.insert(calls.end(), next.begin(), next.end());
  ASSERT_TRUE(peer.send(calls));
  const xdr::Bytes first = receive_record(peer);
  EXPECT_EQ(xid_of(first), 1U);
  EXPECT_EQ(first.size(), 24 + 4 * 500'000U);
  EXPECT_EQ(xid_of(receive_record(peer)), 2U);
}

TEST(results_in_pieces, are_not_torn_by_replies_that_are_ready_meanwhile) {
  Pieces pieces;
  adder::AsyncServer adder;
  rpc::Server server;
  server.add(pieces);
  server.add(adder);
  const auto endpoint = server.listen("tcp://127.0.0.1:0");
  std::thread thread([&] { server.run(); });
  {
    RawPeer peer(endpoint, 4096);
    const auto one = [](xdr::Encoder& out) { out.i32(1); };
    peer.send(record(1, adder::procedures::hold, one));
    peer.send(record(2, count, asking(1000, 10'000)));
    rpc::Client client(endpoint.text());
    while (pieces.made() == 0) ping(client);
    client.call(adder::procedures::release, one, [](xdr::Decoder& in) { in.pass_over_rest(); });
    const xdr::Bytes first = receive_record(peer);
    EXPECT_EQ(xid_of(first), 2U);
    EXPECT_EQ(numbers_in(xdr::Decoder(xdr::BytesView(first).subspan(24))).count, 10'000'000U);
    EXPECT_EQ(xid_of(receive_record(peer)), 1U);
  }
  server.stop();
  thread.join();
}

TEST(results_in_pieces, that_fail_are_an_error_at_first_and_a_closed_connection_later) {
  Pieces pieces;
  RunningServer server({&pieces}, {"tcp://127.0.0.1:0"});
  rpc::Client client(server.at());
  const auto failure = [&](std::uint32_t procedure) {
    try {
      ask(client, 9, 10, {pieces_program, procedure, "count"});
      return std::error_code();
    } catch (const rpc::Error& error) {
      return error.code();
    }
  };
  EXPECT_EQ(failure(fails_at_first), rpc::errc::system_error);
  EXPECT_EQ(failure(fails_later), rpc::errc::connection_lost);
  EXPECT_EQ(ask(client, 9, 10).count, 90U);
}

}  // namespace
