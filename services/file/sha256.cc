#include "services/file/sha256.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <unistd.h>

namespace services::files {

struct Sha256::State {
  State() {
    if (context == nullptr || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1)
      throw std::runtime_error("OpenSSL makes no SHA-256");
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }

  EVP_MD_CTX* context = EVP_MD_CTX_new();
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(onc::xdr::BytesView bytes) {
  if (EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) != 1)
    throw std::runtime_error("OpenSSL does not hash");
}

file::Sha256 Sha256::end() {
  file::Sha256 hash;
  if (EVP_DigestFinal_ex(state_->context, reinterpret_cast<unsigned char*>(hash.data()), nullptr) != 1)
    throw std::runtime_error("OpenSSL does not hash");
  return hash;
}

file::Sha256 sha256(onc::xdr::BytesView bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.end();
}

void add_file(Sha256& hash, int descriptor, std::uint64_t begin, std::uint64_t end) {
  onc::xdr::Bytes piece(std::size_t{256} << 10);
  while (begin < end) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), end - begin));
    const ssize_t got = ::pread(descriptor, piece.data(), wanted, static_cast<off_t>(begin));
    if (got == 0) return;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::generic_category(), "reading a file to hash it");
    hash.add({piece.data(), static_cast<std::size_t>(got)});
    begin += static_cast<std::uint64_t>(got);
  }
}

file::Sha256 sha256_of_file(int descriptor, std::uint64_t size) {
  Sha256 hash;
  add_file(hash, descriptor, 0, size);
  return hash.end();
}

}  // namespace services::files
