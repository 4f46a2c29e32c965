// What a portmapper that root starts does before it serves: be the only one, and be root no longer.
#pragma once

#include <onc/transport/socket.h>

#include <optional>
#include <string>

#include <sys/types.h>

namespace portmapper {

// Held as long as the process lives, by rpcbind's own rules (flock(2)): one of us at a time, or one rpcbind.
class Lock {
 public:
  // Throws onc::rpc::Error where another holds it, in one sentence that says what to do.
  explicit Lock(const std::string& path);

 private:
  onc::transport::Socket file_;
};

struct User {
  std::string name;
  uid_t uid;
  gid_t gid;
};

// Throws onc::rpc::Error where there is none of that name.
User user_named(const std::string& name);
// Gives the process up to that user, for good: all ids and groups. Throws onc::rpc::Error.
void become(const User& user);

// Where rpcbind has its state files too.
inline constexpr const char* default_state_dir = "/run/rpcbind";
// A folder that is to be that user's: made where it is missing. Of those that exist only the default one is handed
// over, as root's others may be there for something else.
void hand_over(const std::string& directory, const User& user);

}  // namespace portmapper
