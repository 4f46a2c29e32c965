// Folders on the server.
#pragma once

#include "services/file/client/connection.h"

#include <functional>
#include <string>

namespace services::files {

// Calls `each(entry)` for all that is in `folder`, page by page, in the order of their bytes. Throws SaidNo.
void for_each_entry(Session& session, const std::string& folder, const std::function<void(const file::Entry&)>& each);

// The same for all below it too: `each(path, attributes)`, a folder before what is in it.
void for_each_below(Session& session, const std::string& folder,
                    const std::function<void(const std::string& path, const file::Attributes&)>& each);

file::Attributes stat_remote(Session& session, const std::string& path);
// Whether it is a folder itself; false where it is nothing.
bool is_remote_folder(Session& session, const std::string& path);
// Whether it is one, or a link to one: what is put there goes into it.
bool leads_to_remote_folder(Session& session, const std::string& path);
// Throws Failure where it is none.
void expect_folder(Session& session, const std::string& path);

}  // namespace services::files
