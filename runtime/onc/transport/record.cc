#include <onc/rpc/error.h>
#include <onc/transport/record.h>
#include <onc/xdr/byte_order.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace onc::transport {
namespace {

constexpr std::uint32_t last_fragment = 0x80000000;

constexpr std::size_t first_room = std::size_t{16} << 10;
// That of memory which is shared: many short calls are received at once.
constexpr std::size_t shared_room = std::size_t{64} << 10;
// A buffer that a large record has grown past this is given back once it is empty.
constexpr std::size_t kept_room = std::size_t{2} << 20;

// Fragments may be empty, so that a limit on bytes does not bound their number. libtirpc's have 4 to 9 KB.
constexpr std::size_t max_fragments = 16384;

[[noreturn]] void refuse(rpc::errc code, std::size_t limit) {
  throw rpc::Error(code, rpc::make_error_code(code).message() + " of " + std::to_string(limit));
}

}  // namespace

void set_mark(xdr::Encoder& out, std::size_t begin, bool is_last) {
  const std::size_t size = out.size() - begin;
  assert(size >= mark_size && size - mark_size < last_fragment);
  const auto length = static_cast<std::uint32_t>(size - mark_size);
  xdr::store_big_endian(out.data() + begin, is_last ? last_fragment | length : length);
}

std::size_t size_in_mark(xdr::BytesView record) {
  assert(record.size() >= mark_size);
  return xdr::load_big_endian<std::uint32_t>(record.data()) & ~last_fragment;
}

std::span<std::byte> RecordReader::room() {
  compact();
  if (end_ == buffer_.size()) {
    // Doubling keeps the memory in step with what has arrived, whatever the mark announces.
    const std::size_t doubled = std::max(first_room, 2 * buffer_.size());
    const std::size_t room = std::max(end_ + 1, wanted_ ? std::min(doubled, std::max(wanted_, first_room)) : doubled);
    buffer_.reserve(room);  // and no more, as resize() alone might take
    buffer_.resize(room);
  }
  return std::span(buffer_).subspan(end_);
}

void RecordReader::take_memory(xdr::Bytes& shared) {
  if (shared.size() < shared_room) shared.resize(shared_room);
  if (buffer_.size() >= shared.size() || arrived() > first_room) return;
  move_to(shared);
}

void RecordReader::give_memory(xdr::Bytes& shared) {
  if (begin_ != end_) {
    // The part is short, and the memory worth more to the others.
    if (arrived() > first_room || buffer_.size() < shared_room) return;
    xdr::Bytes own(arrived());
    move_to(own);
    if (own.size() > shared.size() && own.size() <= kept_room) shared = std::move(own);
    return;
  }
  start_over();
  if (buffer_.size() > shared.size() && buffer_.size() <= kept_room) buffer_.swap(shared);
  buffer_ = xdr::Bytes();
  if (fragments_ == 0) gathered_ = xdr::Bytes();
}

void RecordReader::move_to(xdr::Bytes& other) {
  std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), arrived(), other.begin());
  end_ -= std::exchange(begin_, 0);
  buffer_.swap(other);
}

void RecordReader::trim() {
  if (buffer_.size() <= 2 * arrived()) return;
  xdr::Bytes own(arrived());
  move_to(own);
}

void RecordReader::forget() {
  begin_ = end_ = wanted_ = fragments_ = 0;
  buffer_ = xdr::Bytes();
  gathered_ = xdr::Bytes();
}

// Where the last record was moved away, the next is often as long.
void RecordReader::start_over() {
  if (buffer_.empty() && end_ <= kept_room) buffer_.resize(end_);
  begin_ = end_ = 0;
}

void RecordReader::compact() {
  if (begin_ == end_) {
    start_over();
    if (buffer_.size() > kept_room) buffer_ = xdr::Bytes();
  } else if (begin_ != 0 && (buffer_.size() - end_ < first_room / 4 || wanted_ > buffer_.size() - begin_)) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, arrived());
    end_ -= begin_;
    begin_ = 0;
  }
}

std::optional<xdr::BytesView> RecordReader::next() {
  if (fragments_ == 0) {
    gathered_.clear();
    if (gathered_.capacity() > kept_room) gathered_ = xdr::Bytes();
  }
  while (arrived() >= mark_size) {
    const auto mark = xdr::load_big_endian<std::uint32_t>(buffer_.data() + begin_);
    const std::size_t size = mark & ~last_fragment;
    if (size > max_record_ - gathered_.size()) refuse(rpc::errc::record_too_long, max_record_);
    wanted_ = mark_size + size;
    if (arrived() < wanted_) return std::nullopt;
    const xdr::BytesView fragment(buffer_.data() + begin_ + mark_size, size);
    begin_ += wanted_;
    wanted_ = 0;
    const bool last = (mark & last_fragment) != 0;
    if (last && fragments_ == 0) return fragment;
    if (++fragments_ > max_fragments) refuse(rpc::errc::too_many_fragments, max_fragments);
    gathered_.insert(gathered_.end(), fragment.begin(), fragment.end());
    if (last) {
      fragments_ = 0;
      return gathered_;
    }
  }
  return std::nullopt;
}

}  // namespace onc::transport
