// Threads where a process may have no more of them: by a limit of its user or unit, or for want of memory.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace services::files {

// To be joined by whoever began them.
struct Begun {
  std::vector<std::thread> threads;
  std::string why_no_more = "";  // where they are fewer than were wanted
};

// Runs `work` on `most` threads, or on as many as can be made: on none at all, perhaps. It hears their numbers, from 0.
Begun begin_threads(std::size_t most, const std::function<void(std::size_t)>& work);

// Throws std::runtime_error, of one sentence that says what to do, where this process cannot have `count` threads more
// than it has. It makes them and ends them: for what is about to begin as many, and cannot do with fewer.
void expect_threads(std::size_t count);

}  // namespace services::files
