// What a program of ours makes sure of before it opens anything.
#pragma once

#include <initializer_list>

#include <fcntl.h>
#include <unistd.h>

namespace onc::daemon {

// Standard descriptors that were closed are open from then on, and what is read from or written to them still fails.
// Else the next file or socket would have such a number, and what is meant for the terminal would get into it.
inline void hold_standard_descriptors() {
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(standard, F_GETFD) < 0) ::open("/dev/null", standard == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

}  // namespace onc::daemon
