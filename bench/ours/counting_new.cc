#include "counting_new.h"

#include <cstdlib>
#include <new>

thread_local bool serving = false;
std::atomic<std::size_t> client_allocations = 0;
std::atomic<std::size_t> server_allocations = 0;

void* operator new(std::size_t size) {
  (serving ? server_allocations : client_allocations).fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
