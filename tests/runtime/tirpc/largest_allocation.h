// What a test program has asked `new` for at most.
#pragma once

#include <cstddef>

extern std::size_t largest_allocation;
