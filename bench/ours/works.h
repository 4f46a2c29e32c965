// The workloads of ../README.md as our clients drive them, by name: (port, seconds).
#pragma once

#include "common.h"

#include <functional>
#include <map>
#include <string>

using Works = std::map<std::string, std::function<void(int, double)>>;

Works blocking_works();
Works asynchronous_works();

inline std::string uri(const char* scheme, int port) {
  return scheme + std::string("://127.0.0.1:") + std::to_string(port);
}
