// Removes uploads that nobody goes on with.
#pragma once

#include "services/file/root.h"

#include <chrono>
#include <functional>

namespace services::files {

// Walks the whole tree, links not followed, and removes those last written longer ago than `age`. Returns how many.
// Ends early where `is_over`. What cannot be opened or removed is passed over.
std::size_t remove_stale_uploads(
    const Root& root, std::chrono::seconds age, const std::function<bool()>& is_over = [] { return false; });

}  // namespace services::files
