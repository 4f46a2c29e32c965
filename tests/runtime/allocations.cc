// In a file of its own, where the compiler does not see what it would take for a mismatch of new and free.
#include "tests/runtime/allocations.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace allocations {
namespace {

std::atomic<std::size_t> live_now = 0;
std::atomic<std::size_t> live_at_most = 0;
std::atomic<std::size_t> largest_piece = 0;

std::atomic<bool> failing = false;
std::atomic<pthread_t> on_thread;
std::atomic<long> succeeding = 0;
std::atomic<long> left_to_fail = 0;
std::atomic<long> failed = 0;

void raise(std::atomic<std::size_t>& most, std::size_t value) {
  for (std::size_t was = most; was < value && !most.compare_exchange_weak(was, value);) continue;
}

// Only its thread counts down, so that looking and changing need not be one step.
bool is_to_fail() {
  if (!failing || !pthread_equal(on_thread, pthread_self())) return false;
  if (succeeding > 0) return --succeeding, false;
  if (left_to_fail == 0) return false;
  if (left_to_fail > 0) --left_to_fail;
  ++failed;
  return true;
}

void* allocate(std::size_t size) {
  if (is_to_fail()) return nullptr;
  void* const memory = std::malloc(size);
  if (!memory) return nullptr;
  raise(largest_piece, size);
  const std::size_t usable = malloc_usable_size(memory);
  raise(live_at_most, live_now += usable);
  return memory;
}

void release(void* memory) {
  if (memory) live_now -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

std::size_t live() { return live_now; }
std::size_t peak() { return live_at_most; }
std::size_t largest() { return largest_piece; }
void reset() {
  live_at_most = live_now.load();
  largest_piece = 0;
}

Failing::Failing(pthread_t thread, long after, long times) {
  on_thread = thread;
  succeeding = after;
  left_to_fail = times;
  failed = 0;
  failing = true;
}
Failing::~Failing() { failing = false; }
long Failing::count() const { return failed; }

}  // namespace allocations

void* operator new(std::size_t size) {
  if (void* memory = allocations::allocate(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocations::allocate(size); }
void* operator new[](std::size_t size) { return operator new(size); }
void operator delete(void* memory) noexcept { allocations::release(memory); }
void operator delete(void* memory, std::size_t) noexcept { allocations::release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { allocations::release(memory); }
void operator delete[](void* memory) noexcept { allocations::release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { allocations::release(memory); }
