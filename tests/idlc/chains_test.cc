// Generated types that are linked by their last member, or by another.
#include "round_trip.h"
#include "tests/runtime/small_stack.h"

#include "recursive.x.h"

#include <onc/xdr/printer.h>

#include <cstring>

namespace {

using onc::xdr::errc;
using namespace recursive;

constexpr std::uint32_t ten_million = 10'000'000;

// As many Links: their values, each but the last followed by a TRUE.
onc::xdr::Encoder links(std::uint32_t count) {
  onc::xdr::Encoder out;
  for (std::uint32_t i = 1; i < count; ++i) out.fields(i, true);
  out.fields(count, false);
  return out;
}

template <class T>
std::uint32_t length_of(const T& first) {
  std::uint32_t length = 0;
  for (const T* node = &first; node; node = node->next ? &*node->next : nullptr) ++length;
  return length;
}

// Together they are one level deep, and what they cost is the memory of all but the first, which stands in the Ring.
TEST(chains, of_ten_million_pass_through_a_small_stack) {
  const onc::xdr::Encoder written = links(ten_million);
  on_a_small_stack([&] {
    onc::xdr::Decoder in(written.bytes(), {.depth = 1, .memory = sizeof(Link) * (ten_million - 1)});
    Ring ring;
    ring.decode(in);
    in.finish();
    EXPECT_EQ(length_of(ring.first), ten_million);
    onc::xdr::Encoder out;
    ring.encode(out);
    ASSERT_EQ(out.size(), written.size());
    EXPECT_EQ(std::memcmp(out.bytes().data(), written.bytes().data(), out.size()), 0);
  });
}

TEST(chains, of_a_million_are_printed_and_copied_in_a_small_stack) {
  const onc::xdr::Encoder written = links(1'000'000);
  on_a_small_stack([&] {
    onc::xdr::Decoder in(written.bytes());
    Ring ring;
    ring.decode(in);
    EXPECT_TRUE(onc::xdr::to_json(ring).ends_with(R"("value": 1000000, "next": null)" + std::string(1'000'001, '}')));
    EXPECT_TRUE(Ring(ring) == ring);
  });
}

TEST(chains, take_no_more_memory_than_they_may) {
  const onc::xdr::Encoder written = links(11);
  onc::xdr::Decoder enough(written.bytes(), {.memory = 10 * sizeof(Link)});
  Link link;
  link.decode(enough);
  EXPECT_EQ(length_of(link), 11u);
  onc::xdr::Decoder in(written.bytes(), {.memory = 10 * sizeof(Link) - 1});
  try {
    link.decode(in);
    FAIL();
  } catch (const onc::xdr::Error& error) {
    EXPECT_EQ(error.code(), errc::too_much_memory);
  }
}

TEST(chains, are_read_over_longer_and_shorter_ones) {
  Link link;
  for (const std::uint32_t count : {1u, 5u, 2u, 7u}) {
    const onc::xdr::Encoder written = links(count);
    onc::xdr::Decoder in(written.bytes());
    link.decode(in);
    EXPECT_EQ(length_of(link), count);
    EXPECT_EQ(link.value, 1);
    EXPECT_EQ(encoded(link), to_hex(written.bytes()));
  }
}

TEST(chains, with_chains_in_them_are_written_in_order) {
  const Step step{1, 2, {Step{3, 4, {}, Step{5, 6, {}, {}}}}, Step{7, 8, {}, {}}};
  expect_round_trip(step,
                    "00000001 00000002 00000001 00000003 00000004 00000000 "
                    "00000001 00000005 00000006 00000000 00000000 00000001 00000007 00000008 00000000 00000000");
}

// 99 around one.
std::string nested(const std::string& before, const std::string& after) {
  std::string hex;
  for (int i = 1; i < 100; ++i) hex += before;
  hex += "000000010000000200000000";
  for (int i = 1; i < 100; ++i) hex += after;
  return hex;
}

TEST(chains, that_branch_nest_no_deeper_than_the_limit) {
  const std::string before = "000000010000000200000001";
  EXPECT_EQ(decoded<Step>(nested(before, "00000000") + "00000000").node, 2);
  EXPECT_EQ(refusal<Step>(before + nested(before, "00000000") + "0000000000000000"), errc::too_deep);
}

TEST(chains, whose_link_is_not_last_nest_no_deeper_than_the_limit) {
  std::string links;
  std::string values;
  for (int i = 1; i < 100; ++i) links += "00000001";
  for (int i = 0; i < 100; ++i) values += "00000007";
  const Wrapped wrapped = decoded<Wrapped>(links + "00000000" + values);
  EXPECT_EQ(wrapped.inner->value, 7);
  EXPECT_TRUE(Wrapped(wrapped) == wrapped);
  EXPECT_EQ(refusal<Wrapped>("00000001" + links + "00000000" + values + "00000007"), errc::too_deep);
  expect_round_trip(Wrapped{Wrapped{{}, 1}, 2}, "00000001 00000000 00000001 00000002");
}

}  // namespace
