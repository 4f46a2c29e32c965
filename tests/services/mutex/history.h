// Judges what the clients of locks believe: by true time, which none of them knows, a lock is one's at a time, and its
// tokens only grow.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace services::locks {

// All moments are true ones, and are told in their order.
class History {
 public:
  struct Hold {
    std::string who;
    std::uint64_t token;
    std::uint64_t until;  // whatever it is not told meanwhile
  };

  // Somebody believes, now or still, that it holds the lock.
  void holds(const std::string& lock, const Hold& hold, std::uint64_t when);
  // It believes so no longer.
  void ended(const std::string& lock, std::uint64_t token, std::uint64_t when);

  std::uint64_t grants() const { return grants_; }
  // A sentence for each fault.
  const std::vector<std::string>& faults() const { return faults_; }

 private:
  std::map<std::string, Hold> latest_;  // by lock
  std::uint64_t grants_ = 0;
  std::vector<std::string> faults_;
};

}  // namespace services::locks
