#include "portmapper/privilege.h"

#include <onc/rpc/error.h>

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace portmapper {
namespace {

onc::rpc::Error trouble(const std::string& text) {
  const std::error_code why(errno, std::generic_category());
  return onc::rpc::Error(why, text + ": " + why.message());
}

}  // namespace

Lock::Lock(const std::string& path) : file_(::open(path.c_str(), O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)) {
  if (file_.get() < 0) throw trouble("cannot lock " + path + " (without root, choose --port and --socket of your own)");
  // Whoever can open it can hold it, and keep us from starting.
  if (::geteuid() == 0 && ::fchmod(file_.get(), 0600) != 0) throw trouble("cannot keep others from locking " + path);
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) == 0) return;
  if (errno != EWOULDBLOCK) throw trouble("cannot lock " + path);
  throw onc::rpc::Error(std::make_error_code(std::errc::device_or_resource_busy),
                        "another portmapper or rpcbind is running, as it holds " + path +
                            "; end it first, or choose another --port and --socket");
}

User user_named(const std::string& name) {
  errno = 0;
  const passwd* const found = ::getpwnam(name.c_str());
  if (!found)
    throw onc::rpc::Error(std::make_error_code(std::errc::invalid_argument),
                          "there is no user '" + name + "' to serve as; make one, or name another by --user");
  return {name, found->pw_uid, found->pw_gid};
}

void become(const User& user) {
  if (::setgroups(0, nullptr) != 0 || ::setresgid(user.gid, user.gid, user.gid) != 0 ||
      ::setresuid(user.uid, user.uid, user.uid) != 0)
    throw trouble("cannot become the user " + user.name);
}

void hand_over(const std::string& directory, const User& user) {
  const bool is_new = ::mkdir(directory.c_str(), 0700) == 0;
  if (!is_new && errno != EEXIST) throw trouble("cannot make " + directory);
  if (!is_new && directory != default_state_dir) return;
  const onc::transport::Socket folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (folder.get() < 0 || ::fstat(folder.get(), &status) != 0) throw trouble("cannot use " + directory);
  if (status.st_uid == 0 && ::fchown(folder.get(), user.uid, user.gid) != 0)
    throw trouble("cannot hand " + directory + " over to " + user.name);
}

}  // namespace portmapper
