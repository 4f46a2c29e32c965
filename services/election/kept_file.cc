#include "services/election/kept_file.h"

#include <onc/rpc/error.h>

#include <array>
#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace services::elections {

using onc::transport::Socket;

namespace {

onc::rpc::Error trouble(const std::string& text) {
  const std::error_code why(errno, std::generic_category());
  return onc::rpc::Error(why, text + ": " + why.message());
}

void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(file, text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw std::system_error(errno, std::generic_category());
    text.remove_prefix(static_cast<std::size_t>(size));
  }
}

void check(bool is_done) {
  if (!is_done) throw std::system_error(errno, std::generic_category());
}

}  // namespace

KeptFile::KeptFile(const std::string& folder, Id id)
    : folder_name_(folder), id_(id), name_(std::to_string(id) + ".state") {
  constexpr const char* advice = "; name a folder of its own by --state-dir";
  const bool is_new = ::mkdir(folder.c_str(), 0700) == 0;
  if (!is_new && errno != EEXIST)
    throw trouble("cannot make " + folder + " for what the node must not forget" + advice);
  folder_ = Socket(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder_.get() < 0) throw trouble("cannot use " + folder + " for what the node must not forget" + advice);
  if (is_new) make_last();
  lock();
  load();
}

// Or after a power failure the folder may be gone, with all that was kept in it.
void KeptFile::make_last() const {
  const Socket above(::openat(folder_.get(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (above.get() < 0 || ::fsync(above.get()) != 0)
    throw trouble("cannot make " + folder_name_ + " last; make it yourself and start again");
}

void KeptFile::lock() {
  const std::string name = std::to_string(id_) + ".lock";
  lock_ = Socket(::openat(folder_.get(), name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (lock_.get() < 0) throw trouble("cannot write to " + folder_name_ + "; name another folder by --state-dir");
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0) return;
  throw onc::rpc::Error(std::make_error_code(std::errc::device_or_resource_busy),
                        "node " + std::to_string(id_) + " already runs, with its state in " + folder_name_ +
                            "; end it first, or start this one with the --id of another node");
}

void KeptFile::load() {
  const Socket file(::openat(folder_.get(), name_.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0 && errno == ENOENT) return;
  if (file.get() < 0) throw trouble("cannot read " + path(name_));
  std::array<char, 256> text;
  const ssize_t size = ::read(file.get(), text.data(), text.size());
  if (size < 0) throw trouble("cannot read " + path(name_));
  text_ = std::string(text.data(), static_cast<std::size_t>(size));
}

void KeptFile::refuse(const std::string& manual) const {
  throw onc::rpc::Error(std::make_error_code(std::errc::bad_message),
                        path(name_) + " is damaged, so what node " + std::to_string(id_) +
                            " has promised is not known; " + manual + " says how to go on");
}

void KeptFile::keep(const std::string& text) {
  const std::string temporary = name_ + ".next";
  try {
    // Whatever it is, as a pipe that nobody reads, it is none of ours.
    ::unlinkat(folder_.get(), temporary.c_str(), 0);
    const Socket file(
        ::openat(folder_.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    check(file.get() >= 0);
    write_all(file.get(), text);
    check(::fsync(file.get()) == 0);
    check(::renameat(folder_.get(), temporary.c_str(), folder_.get(), name_.c_str()) == 0);
    check(::fsync(folder_.get()) == 0);
    text_ = text;
  } catch (const std::system_error& error) {
    throw onc::rpc::Error(error.code(), "cannot write " + path(name_) + ": " + error.code().message());
  }
}

}  // namespace services::elections
