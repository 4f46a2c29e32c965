// Names that a .x may use and C++ or its libraries have taken.
#pragma once

#include <string_view>

namespace idlc::cpp {

// A keyword of C++20, or a macro of the standard library or POSIX that would be expanded.
bool is_reserved(std::string_view name);

// What C or POSIX declares outside any namespace: a namespace of that name would clash with its header.
bool is_global(std::string_view name);

// A variable of C or POSIX, which a parameter or local of that name would shadow.
bool is_variable_of_c(std::string_view name);

}  // namespace idlc::cpp
