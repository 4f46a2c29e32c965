// One file from the server to here.
#pragma once

#include "services/file/client/upload.h"

#include <set>
#include <string>

namespace services::files {

// Under `local` there is the old file or the new, whole: what comes is kept beside it, as .NAME.onc-part.REVISION,
// until it is all there and its hash is right. A download that was broken off goes on there, where the server still has
// that revision. Throws Failure and onc::rpc::Error.
Moved download(Session& session, const std::string& remote, const std::string& local, Progress& progress);

// The same to standard output, in order. Where the hash turns out wrong, what was written before cannot be taken back.
Moved download_to_output(Session& session, const std::string& remote);

// Removes what broken downloads of files with these `names` have left in `folder`, but for those under way.
void remove_parts(const std::string& folder, const std::set<std::string>& names);

}  // namespace services::files
