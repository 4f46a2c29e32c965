// A file descriptor that is closed in the end.
#pragma once

#include <cstdint>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace services::files {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

// Has the disk begin to write what was written there, so that it works while the rest comes and the fsync in the end
// has less to wait for. A hint: what fails is seen then.
inline void begin_sync(int file, std::uint64_t offset, std::size_t size) {
  static_cast<void>(
      ::sync_file_range(file, static_cast<off_t>(offset), static_cast<off_t>(size), SYNC_FILE_RANGE_WRITE));
}

}  // namespace services::files
