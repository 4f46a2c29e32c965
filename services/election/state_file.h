// What a node must not forget, on disk.
#pragma once

#include "services/election/voter.h"

#include <onc/transport/socket.h>

#include <optional>
#include <string>

namespace services::elections {

// The file ID.state, replaced as a whole or not at all. Errors are onc::rpc::Error, in one sentence that says what to
// do.
class StateFile {
 public:
  // Makes the folder where there is none. Throws where it cannot be used, where another process is node `id` in it, and
  // where the file is damaged: what the node has promised must not be guessed.
  StateFile(const std::string& folder, Id id);

  // What was kept last, by this process or one before it; nothing where the node is new.
  const std::optional<Kept>& kept() const { return kept_; }
  // On the disk when it returns. Throws.
  void keep(const Kept& next);

 private:
  std::string path(const std::string& name) const { return folder_name_ + "/" + name; }
  void lock();
  void load();

  std::string folder_name_;
  Id id_;
  std::string name_;
  onc::transport::Socket folder_;
  onc::transport::Socket lock_;
  std::optional<Kept> kept_;
};

}  // namespace services::elections
