// Paths on the server as people write them.
#pragma once

#include <string>
#include <string_view>

namespace services::files {

// Without "/" before and after it, and without "." and empty names: "/a//./b/" is "a/b". ".." stays, for the server to
// refuse.
std::string to_remote(std::string_view text);
std::string join(const std::string& folder, const std::string& name);
// What comes after the last '/'.
std::string last_name(const std::string& path);
// Throws Failure for a name that a server must not tell: it would lead elsewhere on this side.
void check_told_name(const std::string& name);

}  // namespace services::files
