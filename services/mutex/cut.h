// What is too long to be answered.
#pragma once

#include "mutex.x.h"

#include <cstddef>

namespace services::locks {

// Of a report that takes more than `bytes` on the wire, so much that it does not, and then says that it is CUT: the
// first locks, whole but for the last one's waiters. The members are always in it.
::mutex::Status cut_to(std::size_t bytes, ::mutex::Status status);

}  // namespace services::locks
