// What each name of a file stands for.
#pragma once

#include "ast.h"
#include "diagnostics.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace idlc {

struct EnumeratorPlace {
  Definition* type;
  std::size_t index;

  Enumerator& enumerator() const { return type->as<Enum>()->enumerators[index]; }
};

// One name space for constants, types and programs (RFC 4506 §6.4). The same enumerator may stand in two enums, as
// C++'s are scoped; then it is no constant for others to use.
class Symbols {
 public:
  Symbols(Spec& spec, Diagnostics& diagnostics);

  Definition* find(const std::string& name) const;
  const std::vector<EnumeratorPlace>* find_enumerators(const std::string& name) const;

 private:
  void add(Definition& definition, Diagnostics& diagnostics);
  void add_enumerators(Definition& type, Diagnostics& diagnostics);

  std::unordered_map<std::string, Definition*> definitions_;
  std::unordered_map<std::string, std::vector<EnumeratorPlace>> enumerators_;
};

// "'x' is already defined", once where two things that have `name` and must differ do not.
class Unique {
 public:
  Unique(Diagnostics& diagnostics, std::string kind) : diagnostics_(diagnostics), kind_(std::move(kind)) {}

  void add(const Name& name) { add(name.text, name.where); }
  void add(const std::string& text, const Location& where);

 private:
  Diagnostics& diagnostics_;
  std::string kind_;
  std::unordered_map<std::string, Location> seen_;
};

}  // namespace idlc
