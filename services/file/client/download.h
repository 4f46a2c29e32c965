// One file from the server to here.
#pragma once

#include "services/file/client/upload.h"

namespace services::files {

// Under `local` there is the old file or the new, whole: what comes is kept beside it, as .NAME.onc-part.REVISION,
// until it is all there and its hash is right. A download that was broken off goes on there, where the server still has
// that revision. Throws Failure and onc::rpc::Error.
Moved download(Session& session, const std::string& remote, const std::string& local, Progress& progress);

}  // namespace services::files
