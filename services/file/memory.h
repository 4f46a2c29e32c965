// Memory for pieces of a megabyte that come and go.
#pragma once

#include <malloc.h>

namespace services::files {

// To be called first of all. Else malloc gives such pieces back to the kernel each time and gets them anew, which costs
// as much as copying them: half of what the server does.
inline void keep_memory_of_pieces() {
  ::mallopt(M_MMAP_THRESHOLD, 16 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 128 << 20);
}

}  // namespace services::files
