// A generated type as an xdrproc_t, on every kind of stream that libtirpc has.
#include <onc/tirpc/bridge.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>

#include "shelf.x.h"
#include "tests/runtime/tirpc/largest_allocation.h"

namespace {

using namespace onc;
using shelf::Notes;

// Bytes that are written to and read from by way of a stream of libtirpc.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual void write(const std::function<void(XDR&)>& with) = 0;
  virtual void read(const std::function<void(XDR&)>& with) = 0;
  xdr::Bytes bytes;  // what was written, or is to be read
};

class Memory final : public Stream {
 public:
  void write(const std::function<void(XDR&)>& with) override {
    bytes.resize(1 << 20);
    XDR stream;
    xdrmem_create(&stream, data(), static_cast<u_int>(bytes.size()), XDR_ENCODE);
    with(stream);
    bytes.resize(XDR_GETPOS(&stream));
  }
  void read(const std::function<void(XDR&)>& with) override {
    XDR stream;
    xdrmem_create(&stream, data(), static_cast<u_int>(bytes.size()), XDR_DECODE);
    with(stream);
  }

 private:
  char* data() { return reinterpret_cast<char*>(bytes.data()); }
};

// In fragments of 400 bytes; the marks are not among `bytes`.
class Records final : public Stream {
 public:
  void write(const std::function<void(XDR&)>& with) override {
    open(XDR_ENCODE);
    with(stream_);
    xdrrec_endofrecord(&stream_, TRUE);
    close();
    for (std::size_t at = 0; at < wire_.size();) {
      const std::size_t size = mark(at) & 0x7fffffff;
      bytes.insert(bytes.end(), wire_.begin() + static_cast<long>(at + 4),
                   wire_.begin() + static_cast<long>(at + 4 + size));
      at += 4 + size;
    }
  }
  void read(const std::function<void(XDR&)>& with) override {
    wire_.clear();
    for (std::size_t at = 0; at == 0 || at < bytes.size(); at += 400) {
      const std::size_t size = std::min<std::size_t>(400, bytes.size() - at);
      const std::uint32_t last = at + size == bytes.size() ? 0x80000000 : 0;
      put_mark(last | static_cast<std::uint32_t>(size));
      wire_.insert(wire_.end(), bytes.begin() + static_cast<long>(at), bytes.begin() + static_cast<long>(at + size));
    }
    open(XDR_DECODE);
    xdrrec_skiprecord(&stream_);
    with(stream_);
    close();
  }

 private:
  void open(xdr_op operation) {
    xdrrec_create(&stream_, 400, 400, this, take, give);
    stream_.x_op = operation;
    read_ = 0;
  }
  void close() { XDR_DESTROY(&stream_); }
  std::uint32_t mark(std::size_t at) const {
    xdr::Decoder in(xdr::BytesView(wire_).subspan(at));
    return in.u32();
  }
  void put_mark(std::uint32_t mark) {
    xdr::Encoder out;
    out.u32(mark);
    wire_.insert(wire_.end(), out.bytes().begin(), out.bytes().end());
  }
  static int take(void* self, void* buffer, int size) {
    Records& from = *static_cast<Records*>(self);
    const std::size_t more = std::min(from.wire_.size() - from.read_, static_cast<std::size_t>(size));
    std::copy_n(from.wire_.data() + from.read_, more, static_cast<std::byte*>(buffer));
    from.read_ += more;
    return more == 0 ? -1 : static_cast<int>(more);
  }
  static int give(void* self, void* buffer, int size) {
    auto& wire = static_cast<Records*>(self)->wire_;
    const auto* from = static_cast<const std::byte*>(buffer);
    wire.insert(wire.end(), from, from + size);
    return size;
  }

  XDR stream_{};
  xdr::Bytes wire_;
  std::size_t read_ = 0;
};

class File final : public Stream {
 public:
  void write(const std::function<void(XDR&)>& with) override {
    FILE* file = std::tmpfile();
    XDR stream;
    xdrstdio_create(&stream, file, XDR_ENCODE);
    with(stream);
    bytes.resize(static_cast<std::size_t>(std::ftell(file)));
    std::rewind(file);
    if (std::fread(bytes.data(), 1, bytes.size(), file) != bytes.size()) bytes.clear();
    std::fclose(file);
  }
  void read(const std::function<void(XDR&)>& with) override {
    FILE* file = std::tmpfile();
    for (const std::byte byte : bytes) std::fputc(std::to_integer<int>(byte), file);
    std::rewind(file);
    XDR stream;
    xdrstdio_create(&stream, file, XDR_DECODE);
    with(stream);
    std::fclose(file);
  }
};

class tirpc_streams : public testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Stream> stream() const {
    if (GetParam() == "records") return std::make_unique<Records>();
    if (GetParam() == "file") return std::make_unique<File>();
    return std::make_unique<Memory>();
  }
};
INSTANTIATE_TEST_SUITE_P(, tirpc_streams, testing::Values("memory", "records", "file"),
                         [](const auto& tested) { return tested.param; });

Notes some_notes(std::size_t count) {
  Notes notes{{}, "somebody", -3};
  for (std::size_t i = 0; i < count; ++i)
    notes.first.push_back({static_cast<std::uint32_t>(i), std::string(i % 90, 'x'), xdr::Bytes(i % 17)});
  for (shelf::Note& note : notes.first) std::fill(note.tag.begin(), note.tag.end(), std::byte{7});
  return notes;
}

xdr::Bytes encoded(const Notes& notes) {
  xdr::Encoder out;
  notes.encode(out);
  return xdr::to_bytes(out.bytes());
}

TEST_P(tirpc_streams, a_value_in_the_middle_takes_what_is_its_own) {
  const Notes notes = some_notes(40);
  const auto there = stream();
  there->write([&](XDR& out) {
    int32_t before = 1;
    int32_t after = 2;
    EXPECT_TRUE(xdr_int32_t(&out, &before));
    EXPECT_TRUE(tirpc::xdr<Notes>(&out, &notes));
    EXPECT_TRUE(xdr_int32_t(&out, &after));
  });
  const xdr::Bytes expected = encoded(notes);
  ASSERT_EQ(there->bytes.size(), expected.size() + 8);
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), there->bytes.begin() + 4));
  there->read([&](XDR& in) {
    int32_t before = 0;
    int32_t after = 0;
    Notes read;
    EXPECT_TRUE(xdr_int32_t(&in, &before));
    EXPECT_TRUE(tirpc::xdr<Notes>(&in, &read));
    EXPECT_TRUE(xdr_int32_t(&in, &after));
    EXPECT_EQ(before, 1);
    EXPECT_EQ(read, notes);
    EXPECT_EQ(after, 2);
  });
}

TEST_P(tirpc_streams, the_last_value_takes_all_and_what_follows_it) {
  const auto there = stream();
  const Notes notes = some_notes(400);
  there->bytes = encoded(notes);
  there->read([&](XDR& in) {
    Notes read;
    EXPECT_TRUE(tirpc::xdr_last<Notes>(&in, &read));
    EXPECT_EQ(read, notes);
  });
  there->bytes.resize(there->bytes.size() + 4);
  there->read([&](XDR& in) {
    Notes read;
    EXPECT_TRUE(tirpc::xdr_last<Notes>(&in, &read));
    int32_t behind = 0;
    EXPECT_FALSE(xdr_int32_t(&in, &behind));
  });
}

TEST_P(tirpc_streams, what_ends_too_early_is_false) {
  const xdr::Bytes whole = encoded(some_notes(5));
  for (std::size_t size = 0; size < whole.size(); size += 4) {
    const auto there = stream();
    there->bytes.assign(whole.begin(), whole.begin() + static_cast<long>(size));
    there->read([&](XDR& in) {
      Notes read;
      EXPECT_FALSE(tirpc::xdr<Notes>(&in, &read)) << size;
    });
    there->read([&](XDR& in) {
      Notes read;
      EXPECT_FALSE(tirpc::xdr_last<Notes>(&in, &read)) << size;
    });
  }
}

TEST_P(tirpc_streams, what_the_x_forbids_is_false_both_ways) {
  const auto there = stream();
  Notes notes{{{1, std::string(1001, 'x'), {}}}, "", 0};
  there->write([&](XDR& out) { EXPECT_FALSE(tirpc::xdr<Notes>(&out, &notes)); });
  EXPECT_EQ(there->bytes.size(), 0U);
  xdr::Encoder out;
  out.boolean(true);
  out.u32(1);
  out.string(notes.first[0].text, xdr::unbounded);
  out.raw(xdr::Bytes(64));
  there->bytes = xdr::to_bytes(out.bytes());
  there->read([&](XDR& in) { EXPECT_FALSE(tirpc::xdr<Notes>(&in, &notes)); });
}

TEST_P(tirpc_streams, no_memory_is_taken_on_a_strangers_word) {
  for (const std::uint32_t announced : {0x03000000U, 0x70000000U, 0xffffffffU}) {
    xdr::Encoder out;
    out.boolean(false);       // no notes
    out.u32(announced);       // the owner's length
    out.raw(xdr::Bytes(64));  // and all there is of it
    const auto there = stream();
    there->bytes = xdr::to_bytes(out.bytes());
    largest_allocation = 0;
    there->read([&](XDR& in) {
      Notes read;
      EXPECT_FALSE(tirpc::xdr<Notes>(&in, &read));
    });
    there->read([&](XDR& in) {
      Notes read;
      EXPECT_FALSE(tirpc::xdr_last<Notes>(&in, &read));
    });
    EXPECT_LT(largest_allocation, std::size_t{1} << 20) << announced;
  }
}

TEST_P(tirpc_streams, a_list_so_long_that_reading_it_costs_its_square_is_refused_unless_it_is_the_last) {
  const auto there = stream();
  there->bytes = encoded(some_notes(20'000));
  there->read([&](XDR& in) {
    Notes read;
    EXPECT_FALSE(tirpc::xdr<Notes>(&in, &read));
  });
  there->read([&](XDR& in) {
    Notes read;
    EXPECT_TRUE(tirpc::xdr_last<Notes>(&in, &read));
    EXPECT_EQ(read.first.size(), 20'000U);
  });
}

// LeakSanitizer sees what would be left of it.
TEST(tirpc_free, leaves_a_value_no_memory_although_nobody_destroys_it) {
  void* memory = std::malloc(sizeof(Notes));
  Notes* notes = new (memory) Notes(some_notes(40));
  notes->owner.assign(100, 'x');
  xdr_free(tirpc::xdr<Notes>, notes);
  EXPECT_EQ(*notes, Notes());
  xdr_free(tirpc::xdr_last<Notes>, notes);
  std::free(memory);
}

TEST(tirpc_free, a_size_is_known_before_it_is_written) {
  Notes notes = some_notes(3);
  EXPECT_EQ(xdr_sizeof(tirpc::xdr<Notes>, &notes), encoded(notes).size());
}

}  // namespace
