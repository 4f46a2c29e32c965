// SipHash-2-4 (Aumasson and Bernstein, 2012): a hash of which nobody finds collisions who does not know its key.
#pragma once

#include <onc/xdr/bytes.h>

#include <cstdint>

namespace onc::rpc {

class SipHash {
 public:
  struct Key {
    std::uint64_t low;
    std::uint64_t high;

    static Key random();
  };

  explicit SipHash(Key key);

  // Eight more bytes, the lowest first.
  void word(std::uint64_t value);
  // The hash of all words and of `rest`, which comes after them.
  std::uint64_t finish(xdr::BytesView rest);

 private:
  void round();

  std::uint64_t v0_, v1_, v2_, v3_;
  std::uint64_t words_ = 0;
};

}  // namespace onc::rpc
