// A thread with so little stack that recursion along a chain ends at once.
#pragma once

#include <gtest/gtest.h>

#include <pthread.h>

#include <cstddef>

template <class Run>
void on_a_small_stack(Run run, std::size_t size = 64 << 10) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, size), 0);
  const auto start = [](void* argument) -> void* {
    (*static_cast<Run*>(argument))();
    return nullptr;
  };
  pthread_t thread;
  ASSERT_EQ(pthread_create(&thread, &attributes, start, &run), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}
