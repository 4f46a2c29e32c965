// idlc against rpcgen, type by type: random values have the same bytes on either side, and broken bytes are refused by
// both, or by us for a rule of RFC 4506 that libtirpc does not check.
#include "rules.h"
#include "theirs.h"
#include "value.h"

#include <onc/xdr/byte_order.h>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>

// libtirpc allocates what a length announces before it has seen a byte of it. What no message here needs, it shall not
// get; without ASan the process's own limit says the same.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1:max_allocation_size_mb=64"; }

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif

namespace differential {
namespace {

using onc::xdr::Bytes;
using onc::xdr::BytesView;
using onc::xdr::errc;

constexpr std::uint64_t values_of_each_type = 2000;
constexpr std::uint64_t corruptions_of_each_value = 2;

// Each value is cut at each of its bytes. Of each type so many values that their cuts come to `cuts_of_each_type`, but
// not fewer or more than these; their room is small, for the work grows with the square of their size.
constexpr std::uint64_t cuts_of_each_type = 30000;
constexpr std::uint64_t least_values_cut = 200;
constexpr std::uint64_t most_values_cut = 4000;
constexpr std::uint64_t rooms = 37;  // 0 to 36, and each with each of the eight kinds of seeds

std::string hex(BytesView bytes) {
  Text text;
  text_bytes(&text, bytes.data(), bytes.size());
  return text.text;
}

// What a failure needs to be found again.
struct Case {
  const char* type;
  std::uint64_t seed;

  std::string with(BytesView bytes) const {
    return "type " + std::string(type) + ", seed " + std::to_string(seed) + ", bytes " + hex(bytes);
  }
};

class Theirs {
 public:
  explicit Theirs(const Their& type) : type_(type), memory_(std::calloc(1, type.size), &std::free) {}
  Theirs(const Theirs&) = delete;
  Theirs& operator=(const Theirs&) = delete;
  ~Theirs() { their_free(&type_, memory_.get()); }

  bool decode(BytesView bytes) { return their_decode(&type_, bytes.data(), bytes.size(), memory_.get(), &used_) != 0; }
  std::size_t used() const { return used_; }

  std::optional<Bytes> encode(std::size_t room) {
    Bytes bytes(room);
    std::size_t used = 0;
    if (!their_encode(&type_, memory_.get(), bytes.data(), bytes.size(), &used)) return std::nullopt;
    bytes.resize(used);
    return bytes;
  }

  std::string text() {
    Text text;
    type_.tell(&text, memory_.get());
    return text.text;
  }

 private:
  const Their& type_;
  std::unique_ptr<void, void (*)(void*)> memory_;
  std::size_t used_ = 0;
};

Bytes encoded(const Value& value) {
  onc::xdr::Encoder out;
  value.write(out);
  return onc::xdr::to_bytes(out.bytes());
}

std::optional<onc::xdr::Error> decode(Value& value, BytesView bytes) try {
  onc::xdr::Decoder in(bytes);
  value.read(in);
  in.finish();
  return std::nullopt;
} catch (const onc::xdr::Error& error) {
  return error;
}

// Both took the same bytes: they must have understood the same.
void expect_agreement(const Type& type, const Value& ours, Theirs& theirs, BytesView bytes, const Case& at) {
  ASSERT_EQ(ours.text(), theirs.text()) << at.with(bytes);
  ASSERT_EQ(theirs.used(), bytes.size()) << at.with(bytes);
  const std::optional<Bytes> again = theirs.encode(bytes.size());
  ASSERT_TRUE(again) << at.with(bytes);
  if (*again == encoded(ours)) return;
  // Only a string that C has cut at its NUL is encoded otherwise.
  const auto cut = type.make();
  ASSERT_FALSE(decode(*cut, *again)) << at.with(bytes) << "\nwhich libtirpc encodes as " << hex(*again);
  ASSERT_EQ(cut->text(), ours.text()) << at.with(bytes);
  ASSERT_FALSE(cut->equals(ours)) << at.with(bytes) << "\nwhich libtirpc encodes as " << hex(*again);
}

// How often each rule explained a difference.
using Tally = std::map<std::string, std::uint64_t>;

void judge(const Type& type, const Their& their, BytesView bytes, const Case& at, Tally& tally) {
  const auto ours = type.make();
  const std::optional<onc::xdr::Error> error = decode(*ours, bytes);
  Theirs theirs(their);
  const bool accepted = theirs.decode(bytes);
  if (!error) {
    ASSERT_TRUE(accepted) << "only libtirpc refuses " << at.with(bytes);
    ++tally["both accept"];
    return expect_agreement(type, *ours, theirs, bytes, at);
  }
  if (!accepted) {
    ++tally["both refuse"];
    return;
  }
  const std::optional<std::string> rule = stricter_rule(*error, bytes, theirs.used());
  ASSERT_TRUE(rule) << "only we refuse " << at.with(bytes) << "\nfor " << error->what();
  ++tally["we refuse: " + *rule];
}

// A length that the bytes cannot hold stays one, but libtirpc need not allocate gigabytes to learn that.
void lower_lengths(const Type& type, Bytes& bytes) {
  constexpr std::uint32_t enough = 1 << 16;
  for (int lengths = 0; lengths < 8; ++lengths) {
    const auto error = decode(*type.make(), bytes);
    if (!error || error->code() != errc::truncated || error->offset() + 4 > bytes.size()) return;
    std::byte* place = bytes.data() + error->offset();
    const auto length = onc::xdr::load_big_endian<std::uint32_t>(place);
    if (length <= 2 * enough) return;
    onc::xdr::store_big_endian(place, enough + length % enough);
  }
}

void corrupt_word(Random& random, Bytes& bytes) {
  constexpr std::array<std::uint32_t, 8> words{0, 1, 2, 3, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
  std::byte* place = bytes.data() + random.below(bytes.size() / 4) * 4;
  const auto old = onc::xdr::load_big_endian<std::uint32_t>(place);
  const std::uint64_t change = random.below(words.size() + 2);
  const std::uint32_t neighbour = change == words.size() ? old + 1 : old - 1;
  onc::xdr::store_big_endian(place, change < words.size() ? words[change] : neighbour);
}

Bytes corrupted(Random& random, Bytes bytes) {
  const std::size_t place = random.below(bytes.size());
  switch (random.below(5)) {
    case 0: bytes[place] ^= std::byte{1} << random.below(8); break;
    case 1: bytes[place] = static_cast<std::byte>(random.bits()); break;
    case 2: bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(place / 4 * 4), 4, std::byte{0}); break;
    case 3: bytes.resize(place / 4 * 4); break;
    default: corrupt_word(random, bytes); break;
  }
  return bytes;
}

// Stops at the first that fails.
void for_each_type(const std::function<void(const Type&, const Their&)>& check) {
  std::size_t index = 0;
  for (const Type& type : types()) {
    const Their& their = their_types[index++];
    ASSERT_STREQ(type.name, their.name);
    check(type, their);
    if (testing::Test::HasFatalFailure()) return;
  }
  ASSERT_EQ(their_types[index].name, nullptr);
  ASSERT_GT(index, 0u);
  std::cout << index << " types\n";
}

using CheckOfSeed = std::function<void(const Type&, const Their&, std::uint64_t seed)>;

void for_each_seed(const CheckOfSeed& check) {
  for_each_type([&](const Type& type, const Their& their) {
    for (std::uint64_t seed = 1; seed <= values_of_each_type; ++seed) {
      check(type, their, seed);
      if (testing::Test::HasFatalFailure()) return;
    }
  });
  std::cout << values_of_each_type << " values of each\n";
}

void refuse_each_cut(const Type& type, const Their& their, BytesView bytes, const Case& at) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));  // ASan watches its end
    const auto error = decode(*type.make(), cut);
    ASSERT_TRUE(error) << "we take " << at.with(cut);
    ASSERT_EQ(error->code(), errc::truncated) << at.with(cut);
    ASSERT_FALSE(Theirs(their).decode(cut)) << "libtirpc takes " << at.with(cut);
  }
}

struct Cuts {
  std::uint64_t values = 0;
  std::uint64_t cuts = 0;

  bool enough() const { return values >= most_values_cut || (values >= least_values_cut && cuts >= cuts_of_each_type); }
};

// Cuts values of one type until they are enough, or one cut is not refused.
Cuts refuse_cuts(const Type& type, const Their& their) {
  Cuts tried;
  while (!tried.enough() && !testing::Test::HasFatalFailure()) {
    const std::uint64_t seed = ++tried.values;
    Random random(seed, seed % rooms);
    const auto value = type.make();
    value->fill(random);
    const Bytes bytes = encoded(*value);
    refuse_each_cut(type, their, bytes, {type.name, seed});
    tried.cuts += bytes.size();
  }
  return tried;
}

class Differential : public testing::Test {
 protected:
  static void SetUpTestSuite() {
#ifndef WITH_ASAN
    const rlimit limit{rlim_t{1} << 30, rlim_t{1} << 30};
    ASSERT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
#endif
  }
  void TearDown() override {
    for (const auto& [what, times] : tally_) std::cout << times << " times " << what << '\n';
  }

  Tally tally_;
};

TEST_F(Differential, values_have_the_same_bytes_both_ways) {
  for_each_seed([](const Type& type, const Their& their, std::uint64_t seed) {
    const Case at{type.name, seed};
    Random random(seed);
    const auto value = type.make();
    value->fill(random);
    const Bytes bytes = encoded(*value);
    Theirs theirs(their);
    ASSERT_TRUE(theirs.decode(bytes)) << at.with(bytes);
    ASSERT_NO_FATAL_FAILURE(expect_agreement(type, *value, theirs, bytes, at));
    const auto decoded = type.make();
    const auto error = decode(*decoded, bytes);
    ASSERT_FALSE(error) << at.with(bytes) << "\nis refused for " << error->what();
    ASSERT_TRUE(value->equals(*decoded)) << at.with(bytes);
  });
}

TEST_F(Differential, truncated_bytes_are_refused_by_both) {
  Cuts all;
  std::uint64_t least = most_values_cut;
  for_each_type([&](const Type& type, const Their& their) {
    const Cuts tried = refuse_cuts(type, their);
    all.values += tried.values;
    all.cuts += tried.cuts;
    least = std::min(least, tried.values);
  });
  std::cout << all.values << " values cut at each of their " << all.cuts << " bytes, " << least
            << " or more values of each type\n";
}

TEST_F(Differential, corrupted_bytes_differ_only_by_our_stricter_rules) {
  for_each_seed([&](const Type& type, const Their& their, std::uint64_t seed) {
    Random random(seed);
    const auto value = type.make();
    value->fill(random);
    const Bytes bytes = encoded(*value);
    for (std::uint64_t i = 0; i < corruptions_of_each_value; ++i) {
      Bytes broken = corrupted(random, bytes);
      lower_lengths(type, broken);
      ASSERT_NO_FATAL_FAILURE(judge(type, their, broken, {type.name, seed}, tally_));
    }
  });
}

}  // namespace
}  // namespace differential
