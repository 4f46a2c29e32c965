// SHA-256, by OpenSSL.
#pragma once

#include <onc/xdr/bytes.h>

#include <memory>

#include "file.x.h"

namespace services::files {

class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void add(onc::xdr::BytesView bytes);
  // Of all that was added; nothing may be added after that.
  file::Sha256 end();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

file::Sha256 sha256(onc::xdr::BytesView bytes);

// Of the `size` bytes that the file begins with, or of as many as there are. Throws std::system_error.
file::Sha256 sha256_of_file(int descriptor, std::uint64_t size);
// Adds those of the file from `begin` up to `end`.
void add_file(Sha256& hash, int descriptor, std::uint64_t begin, std::uint64_t end);

}  // namespace services::files
