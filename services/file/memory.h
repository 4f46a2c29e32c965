// Memory for pieces of a megabyte that come and go.
#pragma once

#include <malloc.h>

namespace services::files {

// To be called first of all. Else malloc gives such pieces back to the kernel each time and gets them anew, which costs
// as much as copying them: half of what the server does. All threads share what is kept so: otherwise each would keep
// its own, and a server whose workers take turns at listing a large folder would hold it many times.
inline void keep_memory_of_pieces() {
  ::mallopt(M_MMAP_THRESHOLD, 16 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 128 << 20);
  ::mallopt(M_ARENA_MAX, 1);
}

}  // namespace services::files
