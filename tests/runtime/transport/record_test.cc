#include <onc/rpc/error.h>
#include <onc/transport/record.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "tests/runtime/hex.h"

namespace {

using namespace onc;
using transport::RecordReader;
using xdr::Bytes;
using xdr::BytesView;

// Feeds in pieces of `piece` bytes and gathers the records as hex.
std::vector<std::string> read_all(RecordReader& reader, BytesView bytes, std::size_t piece) {
  std::vector<std::string> records;
  while (!bytes.empty()) {
    const auto room = reader.room();
    const std::size_t size = std::min({piece, room.size(), bytes.size()});
    std::memcpy(room.data(), bytes.data(), size);
    reader.received(size);
    bytes = bytes.subspan(size);
    while (const auto record = reader.next()) records.push_back(to_hex(*record));
  }
  return records;
}

void append(Bytes& stream, bool last, std::size_t size, std::byte fill = std::byte{7}) {
  const auto mark = static_cast<std::uint32_t>(size) | (last ? 0x80000000U : 0U);
  for (const int shift : {24, 16, 8, 0}) stream.push_back(static_cast<std::byte>(mark >> shift & 255));
  stream.insert(stream.end(), size, fill);
}

rpc::errc refusal_of(const Bytes& stream, std::size_t max_record) {
  RecordReader reader(max_record);
  try {
    read_all(reader, stream, 4096);
  } catch (const rpc::Error& error) {
    return static_cast<rpc::errc>(error.code().value());
  }
  return rpc::errc{};
}

TEST(records, arrive_whole_however_the_bytes_come) {
  const Bytes stream = from_hex(
      "80000004 61616161"            // one fragment
      "00000002 6161 80000002 6262"  // two
      "00000000 80000004 63636363"   // an empty one first
      "80000000");                   // nothing in it
  const std::vector<std::string> expected = {"61616161", "61616262", "63636363", ""};
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    RecordReader reader(100);
    EXPECT_EQ(read_all(reader, stream, piece), expected) << piece;
    EXPECT_FALSE(reader.is_partial());
  }
}

TEST(records, that_have_begun_are_known_to_be_partial) {
  const Bytes stream = from_hex("00000002 6161 80000002 6262");
  for (std::size_t size = 1; size < stream.size(); ++size) {
    RecordReader reader(100);
    read_all(reader, {stream.data(), size}, 1);
    EXPECT_TRUE(reader.is_partial()) << size;
  }
}

TEST(records, over_the_limit_are_refused_at_their_mark) {
  EXPECT_EQ(refusal_of(from_hex("80000064"), 100), rpc::errc{});
  EXPECT_EQ(refusal_of(from_hex("80000065"), 100), rpc::errc::record_too_long);
  EXPECT_EQ(refusal_of(from_hex("00000065"), 100), rpc::errc::record_too_long);
  EXPECT_EQ(refusal_of(from_hex("ffffffff"), 100), rpc::errc::record_too_long);
  EXPECT_EQ(refusal_of(from_hex("7fffffff"), 100), rpc::errc::record_too_long);
}

TEST(records, whose_fragments_add_up_to_more_than_the_limit_are_refused) {
  Bytes stream;
  append(stream, false, 60);
  append(stream, false, 40);
  EXPECT_EQ(refusal_of(stream, 100), rpc::errc{});
  append(stream, true, 1);
  EXPECT_EQ(refusal_of(stream, 100), rpc::errc::record_too_long);
}

TEST(records, of_endless_empty_fragments_are_refused) {
  // Lengths that never add up to anything: CVE-2022-26809 counted them in 32 bits.
  Bytes stream;
  for (int i = 0; i < 20'000; ++i) append(stream, false, 0);
  EXPECT_EQ(refusal_of(stream, 100), rpc::errc::too_many_fragments);
}

TEST(records, of_small_fragments_are_refused_by_their_sum_or_their_number) {
  Bytes stream;
  for (std::size_t i = 0; i < 1000; ++i) append(stream, false, i % 2);
  EXPECT_EQ(refusal_of(stream, 500), rpc::errc{});
  append(stream, false, 1);
  EXPECT_EQ(refusal_of(stream, 500), rpc::errc::record_too_long);
  for (int i = 0; i < 20'000; ++i) append(stream, false, 1);
  EXPECT_EQ(refusal_of(stream, 1 << 30), rpc::errc::too_many_fragments);
}

TEST(records, cost_memory_for_what_has_arrived_only) {
  // A gigabyte is announced and 100 KB arrive.
  Bytes stream = from_hex("bfffffff");
  stream.resize(100'000);
  RecordReader reader(std::size_t{1} << 30);
  read_all(reader, stream, stream.size());
  EXPECT_LE(reader.room().size(), 2 * stream.size());
}

TEST(records, share_the_memory_that_nothing_long_lies_in) {
  Bytes shared;
  const auto receive = [&](RecordReader& reader, const char* hex) {
    reader.take_memory(shared);
    const auto records = read_all(reader, from_hex(hex), 4096);
    reader.give_memory(shared);
    return records;
  };
  using Records = std::vector<std::string>;
  RecordReader one(100), other(100);
  EXPECT_EQ(receive(one, "80000001 61"), Records{"61"});
  EXPECT_EQ(one.memory(), 0U);
  const std::byte* place = shared.data();
  EXPECT_EQ(receive(one, "80000001 62 80000002 63"), Records{"62"});
  EXPECT_EQ(shared.data(), place);
  EXPECT_EQ(one.memory(), 5U) << "of its own, for the part that has arrived";
  EXPECT_EQ(receive(other, "00000001 64"), Records{});
  EXPECT_TRUE(other.is_partial());
  EXPECT_EQ(receive(other, "80000001 65"), Records{"6465"});
  EXPECT_EQ(other.memory(), 0U);
  EXPECT_EQ(receive(one, "66 80000001 67"), (Records{"6366", "67"}));
  EXPECT_EQ(one.memory(), 0U);
  EXPECT_EQ(shared.data(), place);
}

TEST(records, that_are_long_keep_the_memory_they_arrive_in) {
  Bytes stream = from_hex("80009c40");
  stream.resize(stream.size() + 40'000, std::byte{'x'});
  Bytes shared;
  RecordReader reader(1 << 20);
  for (const std::size_t end : {30'000UL, stream.size()}) {
    reader.take_memory(shared);
    const std::byte* const place = reader.room().data() - reader.size();
    const auto arrived = BytesView(stream).subspan(reader.size(), end - reader.size());
    std::copy(arrived.begin(), arrived.end(), reader.room().begin());
    reader.received(arrived.size());
    if (end != stream.size()) {
      EXPECT_FALSE(reader.next());
      reader.give_memory(shared);
      EXPECT_TRUE(shared.empty());
      EXPECT_GE(reader.memory(), 40'000U);
      EXPECT_EQ(reader.room().data(), place + end);
    }
  }
  EXPECT_EQ(to_hex(*reader.next()), to_hex(BytesView(stream).subspan(4)));
  reader.give_memory(shared);
  EXPECT_EQ(reader.memory(), 0U);
}

TEST(records, that_have_begun_can_be_left_no_more_memory_than_they_need) {
  Bytes stream = from_hex("80009c40");
  stream.resize(stream.size() + 40'000, std::byte{'x'});
  Bytes shared(1 << 20);
  RecordReader reader(1 << 20);
  reader.take_memory(shared);
  std::copy_n(stream.begin(), 20'000, reader.room().begin());
  reader.received(20'000);
  EXPECT_FALSE(reader.next());
  reader.give_memory(shared);
  EXPECT_GE(reader.memory(), 1U << 20);
  reader.trim();
  EXPECT_LE(reader.memory(), 40'000U);
  for (std::size_t have = 20'000; have < stream.size();) {
    const auto room = reader.room();
    const std::size_t size = std::min(room.size(), stream.size() - have);
    std::copy_n(stream.begin() + static_cast<std::ptrdiff_t>(have), size, room.begin());
    reader.received(size);
    have += size;
  }
  EXPECT_EQ(to_hex(*reader.next()), to_hex(BytesView(stream).subspan(4)));
}

TEST(records, may_be_moved_away_with_their_memory) {
  Bytes stream;
  append(stream, true, 100'000);
  RecordReader reader(1 << 20);
  read_all(reader, stream, stream.size());
  ASSERT_NE(reader.memory_of_record(), nullptr);
  const Bytes record = std::move(*reader.memory_of_record());
  EXPECT_EQ(to_hex(record), to_hex(stream));
  EXPECT_FALSE(reader.is_partial());
  EXPECT_EQ(reader.room().size(), stream.size()) << "its like comes next";
  EXPECT_EQ(read_all(reader, stream, stream.size()).at(0), to_hex(BytesView(stream).subspan(4)));
}

TEST(records, may_be_moved_away_from_who_shares_memory) {
  Bytes stream;
  append(stream, true, 100'000);
  Bytes shared;
  RecordReader reader(1 << 20);
  reader.take_memory(shared);
  read_all(reader, stream, stream.size());
  const Bytes record = std::move(*reader.memory_of_record());
  reader.give_memory(shared);
  EXPECT_EQ(shared.size(), stream.size());
  EXPECT_EQ(reader.memory(), 0U);
}

TEST(records, stay_where_others_lie_too) {
  for (const char* hex : {"80000001 61 8000", "80000001 61 80000001", "00000001 61 80000001 62"}) {
    const Bytes stream = from_hex(hex);
    RecordReader reader(100);
    std::copy(stream.begin(), stream.end(), reader.room().begin());
    reader.received(stream.size());
    EXPECT_TRUE(reader.next());
    EXPECT_EQ(reader.memory_of_record(), nullptr) << hex;
  }
}

TEST(records, of_a_megabyte_arrive_in_either_form) {
  Bytes stream;
  append(stream, true, 1 << 20);
  for (int i = 0; i < 256; ++i) append(stream, i == 255, 4096);
  RecordReader reader(1 << 20);
  const auto records = read_all(reader, stream, 65536);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0], records[1]);
}

TEST(marks, say_that_the_only_fragment_is_the_last) {
  xdr::Encoder out;
  out.raw(from_hex("00000000 61616161 00000000 6161"));
  transport::set_mark(out);
  transport::set_mark(out, 8);
  EXPECT_EQ(to_hex(out.bytes()), "8000000a 61616161 80000002 6161");
}

}  // namespace
