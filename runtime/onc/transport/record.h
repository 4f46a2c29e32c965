// Record marking over a byte stream (RFC 5531 §11).
// A record is a run of fragments; the top bit of a fragment's length marks the last.
#pragma once

#include <onc/xdr/bytes.h>
#include <onc/xdr/encoder.h>

#include <optional>
#include <span>

namespace onc::transport {

// Records are built with this much room before them, for the mark.
inline constexpr std::size_t mark_size = 4;

// Fills in the mark of a fragment: all that `out` holds from `begin` on, where mark_size bytes of room are. Most
// records are sent as one, which is their last.
void set_mark(xdr::Encoder& out, std::size_t begin = 0, bool is_last = true);
// The bytes of such a record after its mark.
std::size_t size_in_mark(xdr::BytesView record);

// Gathers whole records from bytes that arrive in pieces of any size.
//
//   n = recv(fd, reader.room()); reader.received(n); while (auto record = reader.next()) serve(*record);
class RecordReader {
 public:
  // `max_record`, in bytes: what a peer announces is not to be trusted. Memory grows with what has arrived only.
  explicit RecordReader(std::size_t max_record) : max_record_(max_record) {}

  // Where to receive to; never empty. What next() gave is gone.
  std::span<std::byte> room();
  void received(std::size_t size) { end_ += size; }

  // Valid until room() or the next call. Throws rpc::Error(record_too_long, too_many_fragments).
  std::optional<xdr::BytesView> next();
  // Where that lies, if nothing else does: whoever needs it for longer may move it away. Null otherwise.
  xdr::Bytes* memory_of_record() { return begin_ == end_ && gathered_.empty() ? &buffer_ : nullptr; }

  // The memory to receive to, for readers that share it: taken before room(), and given back where none of a long
  // record lies in it. What next() gave is gone then.
  void take_memory(xdr::Bytes& shared);
  void give_memory(xdr::Bytes& shared);
  // Keeps no more than twice the memory that what has arrived needs.
  void trim();
  // Gives up what has arrived, and its memory.
  void forget();

  // Part of a record has arrived, and its peer owes the rest.
  bool is_partial() const { return begin_ != end_ || fragments_ != 0; }
  // How much of it, in bytes, and how much memory it takes.
  std::size_t size() const { return arrived() + gathered_.size(); }
  std::size_t memory() const { return buffer_.size() + gathered_.capacity(); }

 private:
  std::size_t arrived() const { return end_ - begin_; }
  void compact();
  void start_over();
  void move_to(xdr::Bytes& other);

  std::size_t max_record_;
  xdr::Bytes buffer_;  // its size is the room there is; [begin_, end_) has not been looked at
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t wanted_ = 0;  // bytes of the fragment at begin_, its mark included, when that is known
  xdr::Bytes gathered_;     // the fragments before the last
  std::size_t fragments_ = 0;
};

}  // namespace onc::transport
