// What a node must not forget, on disk.
#pragma once

#include "services/election/kept_file.h"
#include "services/election/voter.h"

#include <optional>
#include <string>

namespace services::elections {

// A KeptFile.
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
  Id id_;
  KeptFile file_;
  std::optional<Kept> kept_;
};

}  // namespace services::elections
