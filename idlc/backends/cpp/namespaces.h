// The namespaces that what idlc writes stands in.
#pragma once

#include "backends/printer.h"
#include "names.h"

#include <string>

namespace idlc::cpp {

// Opens each where its first definition comes, and closes it where another's does.
class NamespaceBlocks {
 public:
  NamespaceBlocks(Printer& out, Names& names) : out_(out), names_(names) {}

  void enter(const Definition& definition) {
    const std::string space = names_.space_of(definition);
    if (space == open_) return;
    leave();
    open_ = space;
    names_.stand_in(space);
    out_.blank();
    out_.line("namespace {} {", space);
    out_.blank();
  }

  void leave() {
    if (open_.empty()) return;
    out_.blank();
    out_.line("}  // namespace {}", open_);
    open_.clear();
  }

 private:
  Printer& out_;
  Names& names_;
  std::string open_;
};

// Defined by the file itself, and so a part of its C++.
inline bool is_own(const Definition& definition) { return definition.unit == 0 && !definition.as<External>(); }

// Calls write(definition) for what the file defines itself, within its namespace.
template <class Wanted, class Write>
void for_each_own(NamespaceBlocks& blocks, const Spec& spec, Wanted wanted, Write write) {
  for (const auto& definition : spec.definitions) {
    if (!is_own(*definition) || !wanted(*definition)) continue;
    blocks.enter(*definition);
    write(*definition);
  }
}

}  // namespace idlc::cpp
