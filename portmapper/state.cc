#include "portmapper/state.h"
#include "portmapper/dump.h"
#include "portmapper/portmap_v2.h"

#include "rpcbind.x.h"

#include <onc/rpc/error.h>
#include <onc/transport/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace portmapper {

using onc::transport::Socket;
using onc::xdr::Decoder;

namespace {

constexpr const char* rpcbind_file = "rpcbind.xdr";
constexpr const char* portmap_file = "portmap.xdr";
// Of a full table with the longest addresses.
constexpr std::size_t largest_file = std::size_t{64} << 20;
constexpr int most_set_aside = 999;

onc::rpc::Error trouble(const std::string& text) {
  const std::error_code why(errno, std::generic_category());
  return onc::rpc::Error(why, text + ": " + why.message());
}

// What a file is, for the sentence that says why nothing of it is believed.
class NotOurs : public std::runtime_error {
  using runtime_error::runtime_error;
};

onc::rpc::Error distrust(const std::string& why) {
  return onc::rpc::Error(std::make_error_code(std::errc::permission_denied),
                         why + ", and the table's state is believed; name another folder by --state-dir");
}

onc::xdr::Bytes read_all(int file, const std::string& path) {
  struct stat status {};
  if (::fstat(file, &status) != 0) throw trouble("cannot read " + path);
  if (!S_ISREG(status.st_mode) || status.st_size > static_cast<off_t>(largest_file))
    throw NotOurs(" is no file of at most 64 MiB");
  const bool is_kept = (status.st_uid == ::geteuid() || status.st_uid == 0) && !(status.st_mode & (S_IWGRP | S_IWOTH));
  if (!is_kept) throw NotOurs(" can be written by other users");
  onc::xdr::Bytes bytes(static_cast<std::size_t>(status.st_size));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t size = ::read(file, bytes.data() + have, bytes.size() - have);
    if (size < 0) throw trouble("cannot read " + path);
    if (size == 0) break;
    have += static_cast<std::size_t>(size);
  }
  bytes.resize(have);
  return bytes;
}

void write_all(int file, onc::xdr::BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::write(file, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw std::system_error(errno, std::generic_category());
    bytes = bytes.subspan(static_cast<std::size_t>(size));
  }
}

// Under the first name of its kind that is free, for it may be looked at later. What it is does not matter.
std::string set_aside(const std::string& path) {
  for (int number = 1; number <= most_set_aside; ++number) {
    const std::string aside = path + ".corrupt." + std::to_string(number);
    if (::renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, aside.c_str(), RENAME_NOREPLACE) == 0) return aside;
    if (errno != EEXIST) break;
  }
  throw trouble("cannot set the damaged " + path + " aside; move it, and its like, to another folder");
}

Entry entry_of_rpcb(const onc::rpcbind::rpcb& map) {
  return {map.r_prog, map.r_vers, map.r_netid, map.r_addr, map.r_owner};
}

}  // namespace

StateFiles::StateFiles(std::string directory) : directory_(std::move(directory)) {
  if (::mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST)
    throw trouble("cannot make " + directory_ + " for the table's state; name a folder by --state-dir");
  struct stat status {};
  if (::lstat(directory_.c_str(), &status) != 0) throw trouble("cannot use " + directory_);
  if (!S_ISDIR(status.st_mode)) throw distrust(directory_ + " is no folder");
  if (status.st_uid != ::geteuid() && status.st_uid != 0)
    throw distrust(directory_ + " belongs to another user (number " + std::to_string(status.st_uid) +
                   "), who could write to it");
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    throw distrust(directory_ + " can be written to by other users (chmod go-w would end that)");
  if (::access(directory_.c_str(), R_OK | W_OK | X_OK) != 0)
    throw trouble("cannot keep the table's state in " + directory_ + "; name another folder by --state-dir");
}

Socket lock_folder(const std::string& directory) {
  Socket folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (folder.get() < 0) throw trouble("cannot use " + directory);
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) == 0) return folder;
  throw onc::rpc::Error(std::make_error_code(std::errc::device_or_resource_busy),
                        "another portmapper keeps its state in " + directory + "; name another folder by --state-dir");
}

bool StateFiles::there_is(const std::string& file) const {
  struct stat status {};
  return ::lstat(path_of(file).c_str(), &status) == 0;
}

StateFiles::Loaded StateFiles::load() const {
  Loaded loaded;
  read(
      rpcbind_file,
      [&](Decoder& in) {
        onc::rpcbind::rpcblist_ptr list;
        in.list(list, [&](onc::rpcbind::rp__list& item) { decode(in, item); });
        in.finish();
        for (const auto& item : list) loaded.entries.push_back(entry_of_rpcb(item.rpcb_map));
      },
      loaded);
  if (there_is(rpcbind_file) || !loaded.remarks.empty()) return loaded;
  // An old portmap leaves only this one, which knows no owners: what nobody owns only root may remove.
  read(
      portmap_file,
      [&](Decoder& in) {
        onc::portmap::pmaplist list;
        in.list(list, [&](onc::portmap::pmap& item) { decode(in, item); });
        in.finish();
        for (const auto& item : list) loaded.entries.push_back(entry_of(item.map, std::string(superuser)));
      },
      loaded);
  return loaded;
}

void StateFiles::read(const std::string& file, const std::function<void(Decoder&)>& decode, Loaded& loaded) const {
  const std::string path = path_of(file);
  const Socket opened(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (opened.get() < 0) {
    if (errno == ENOENT) return;
    // The host is better served without what it holds than not at all.
    const std::string why = errno == ELOOP ? " is a link" : std::string(" cannot be read: ") + std::strerror(errno);
    return pass_over(path, why, loaded);
  }
  try {
    const onc::xdr::Bytes bytes = read_all(opened.get(), path);
    onc::xdr::Limits limits;
    limits.memory = std::size_t{8} * largest_file;
    Decoder in(bytes, limits);
    decode(in);
  } catch (const NotOurs& why) {
    pass_over(path, why.what(), loaded);
  } catch (const onc::xdr::Error&) {
    pass_over(path, " is damaged", loaded);
  }
}

void StateFiles::pass_over(const std::string& path, const std::string& why, Loaded& loaded) {
  loaded.remarks.push_back(path + why + ": nothing of it is registered, and it is kept as " + set_aside(path));
}

void StateFiles::save(const Registry& registry) const {
  write(rpcbind_file, Dump(registry, 3));
  write(portmap_file, Dump(registry, 2));
}

void StateFiles::write(const std::string& file, Dump dump) const {
  const std::string path = path_of(file);
  const std::string next = path + ".next";
  try {
    ::unlink(next.c_str());
    const Socket opened(::open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (opened.get() < 0) throw std::system_error(errno, std::generic_category());
    onc::xdr::Encoder out;
    bool more = true;
    while (more) {
      out.clear();
      more = dump(out);
      write_all(opened.get(), out.bytes());
    }
    if (::rename(next.c_str(), path.c_str()) != 0) throw std::system_error(errno, std::generic_category());
  } catch (const std::system_error& error) {
    ::unlink(next.c_str());
    throw onc::rpc::Error(error.code(), "cannot write " + path + ": " + error.code().message());
  }
}

StateKeeper::StateKeeper(StateFiles files, Registry& registry, const asio::any_io_executor& executor,
                         std::function<void(const std::string&)> warn)
    : files_(std::move(files)), registry_(registry), warn_(std::move(warn)), timer_(executor) {
  registry_.on_change([this] { changed(); });
}

StateKeeper::~StateKeeper() {
  registry_.on_change({});
  if (is_waiting_) save();
}

void StateKeeper::changed() {
  if (registry_.entries().size() <= written_at_once) return save();
  save_later();
}

void StateKeeper::save_later() {
  if (is_waiting_) return;
  try {
    timer_.expires_after(std::chrono::seconds(1));
    timer_.async_wait([this](const asio::error_code& ended) {
      if (!ended) save();
    });
    is_waiting_ = true;
  } catch (const std::bad_alloc&) {  // the next change tries again
  }
}

void StateKeeper::tell(const char* trouble) const noexcept {
  try {
    warn_(trouble);
  } catch (const std::exception&) {  // no memory to tell it either
  }
}

// What fails is tried again: the portmapper serves on.
void StateKeeper::save() {
  is_waiting_ = false;
  try {
    files_.save(registry_);
  } catch (const std::exception& error) {
    tell(error.what());
    save_later();
  }
}

}  // namespace portmapper
