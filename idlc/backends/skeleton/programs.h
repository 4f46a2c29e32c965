// The text of each program.
#pragma once

#include "spelling.h"

namespace idlc::skeleton {

// `file`: the .x
std::string server(const std::string& file, const std::vector<Face>& faces, const Spelling& spelling);
std::string client(const std::string& file, const std::vector<Face>& faces, const Spelling& spelling);
std::string example(const std::string& file, const Spec& spec, const Spelling& spelling);

// Where server and client meet unless they are told another place.
constexpr const char* default_address = "tcp://127.0.0.1:7000";

}  // namespace idlc::skeleton
