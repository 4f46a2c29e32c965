// A few lines that a node must not forget, on disk.
#pragma once

#include "services/election/group.h"

#include <onc/transport/socket.h>

#include <optional>
#include <string>

namespace services::elections {

// The file ID.state, replaced as a whole or not at all. Errors are onc::rpc::Error, in one sentence that says what to
// do.
class KeptFile {
 public:
  // Makes the folder where there is none. Throws where it cannot be used, and where another process is node `id` in it.
  KeptFile(const std::string& folder, Id id);

  // What was kept last, by this process or one before it, and no more than 256 bytes of it; nothing where the node is
  // new.
  const std::optional<std::string>& text() const { return text_; }
  // On the disk when it returns. Throws.
  void keep(const std::string& text);

  // Throws: it is damaged, and `manual` says how to go on.
  [[noreturn]] void refuse(const std::string& manual) const;

 private:
  std::string path(const std::string& name) const { return folder_name_ + "/" + name; }
  void make_last() const;
  void lock();
  void load();

  std::string folder_name_;
  Id id_;
  std::string name_;
  onc::transport::Socket folder_;
  onc::transport::Socket lock_;
  std::optional<std::string> text_;
};

}  // namespace services::elections
