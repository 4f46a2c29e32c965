// Counts what a program allocates from the heap: on threads that serve, and on the others.
#pragma once

#include <atomic>
#include <cstddef>

extern thread_local bool serving;
extern std::atomic<std::size_t> client_allocations;
extern std::atomic<std::size_t> server_allocations;
