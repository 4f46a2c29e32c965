// print() of each type, which serves text and JSON.
#pragma once

#include "types.h"

#include <set>
#include <string>

namespace idlc::cpp {

// What the header says of printing beside members: functions for enums, and `<<` once in each namespace.
class PrintDeclarations {
 public:
  PrintDeclarations(Printer& out, const Names& names) : out_(out), names_(names) {}

  void declare(const Definition& definition);

 private:
  void declare_function(const Definition& definition);

  Printer& out_;
  const Names& names_;
  std::set<std::string> spaces_;
};

void write_print(Printer& out, const Definition& definition, const Names& names);

}  // namespace idlc::cpp
