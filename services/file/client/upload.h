// One file from here to the server.
#pragma once

#include "services/file/client/connection.h"
#include "services/file/client/progress.h"

#include <string>

namespace services::files {

struct Moved {
  file::Attributes attributes;
  file::Sha256 hash;
  std::uint64_t resumed_at = 0;  // so many bytes had been moved before
};

// Goes on where an earlier upload of the same unchanged file to the same path was. Throws Failure and onc::rpc::Error.
Moved upload(Session& session, const std::string& local, const std::string& remote, file::Revision wanted,
             Progress& progress);

}  // namespace services::files
