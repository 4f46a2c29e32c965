// ONC_BAD_CALLS of them: some always, and a million among what takes long.
#include <gtest/gtest.h>

#include "tests/runtime/adder.h"
#include "tests/runtime/hex.h"
#include "tests/runtime/raw_peer.h"
#include "tests/runtime/running_server.h"

namespace {

using namespace onc;

// CVE-2013-1950: what decoding had not filled in was freed.
TEST(server, answers_bad_arguments_over_udp_however_many) {
  adder::Server adder;
  RunningServer server({&adder}, {"udp://127.0.0.1:0"});
  RawPeer peer(server.endpoint());
  const xdr::Bytes call = from_hex(
      "00000007 00000000 00000002 20000042 00000002 00000001 00000000 00000000 00000000 00000000 00000002 00000003");
  const std::string garbage_arguments = "00000007 00000001 00000000 00000000 00000000 00000004";
  constexpr int at_once = 100;
  for (int i = 0; i < ONC_BAD_CALLS; i += at_once) {
    for (int j = 0; j < at_once; ++j) ASSERT_TRUE(peer.send({call.data(), 40U + static_cast<unsigned>(i + j) % 8}));
    for (int j = 0; j < at_once; ++j) ASSERT_EQ(to_hex(peer.receive(24)), garbage_arguments);
  }
  EXPECT_EQ(adder::Client(server.at()).add(2, 3), 5);
}

}  // namespace
