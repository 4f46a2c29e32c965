// What the differential test of one .x needs to know of its types, written from the .x itself.
#pragma once

#include "backends/cpp/types.h"
#include "backends/printer.h"
#include "frontend/frontend.h"

#include <string>
#include <vector>

namespace differential {

// The struct that holds one type of the .x, so that aliases and linked lists are encoded and decoded as a whole too.
struct Whole {
  std::string name;   // of the type
  bool list = false;  // it stands there as T *

  std::string holder() const { return "whole_" + name; }
};

// A .x that holds each type of another.
struct WholeFile {
  std::string file;   // yp_whole.x
  std::string space;  // yp_whole
  std::vector<Whole> types;
};

// Stops at what no .x that rpcgen takes has had so far.
[[noreturn]] void not_known(const idlc::Declaration& declaration);

// The types that functions are written for: those of the whole file, and what they consist of. Each name once, also
// where several files have a netobj.
std::vector<const idlc::Definition*> described(const idlc::Spec& spec, const WholeFile& whole);

// C++: fill and tell for what idlc made, and the table of it.
std::string ours(const idlc::Spec& spec, const WholeFile& whole);

// C: the same for what rpcgen made.
std::string theirs(const idlc::Spec& spec, const WholeFile& whole, const std::string& header);

}  // namespace differential
