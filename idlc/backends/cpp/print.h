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

// How the value of a declaration is printed in code that cannot see the names in `hidden`.
class ValuePrint {
 public:
  ValuePrint(const Names& names, const Scope& hidden) : names_(names), hidden_(hidden) {}

  // out.field("size").integer(size), where `place` is what stands before the last dot. Ends without a semicolon.
  std::string print(const std::string& place, const Declaration& declaration, const std::string& value,
                    bool may_continue_chain = false) const;

 private:
  std::string function(const Definition& type) const;

  const Names& names_;
  const Scope& hidden_;
};

void write_print(Printer& out, const Definition& definition, const Names& names);

}  // namespace idlc::cpp
