// What each name of a file stands for.
#pragma once

#include "ast.h"
#include "diagnostics.h"

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace idlc {

struct EnumeratorPlace {
  Definition* type;
  std::size_t index;

  Enumerator& enumerator() const { return type->as<Enum>()->enumerators[index]; }
};

// Of a program, version or procedure.
struct NumberPlace {
  Value* number;
  std::string space;  // that it stands in
};

// One name space for constants, types and programs (RFC 4506 §6.4), and one more for each `namespace` of a .x. The same
// enumerator may stand in two enums, as C++'s are scoped; then it is no constant for others to use.
class Symbols {
 public:
  Symbols(Spec& spec, Diagnostics& diagnostics);

  // What `name` means in namespace `space`: what is defined there, or in the namespaces around it.
  Definition* find(const std::string& name, const std::string& space) const;
  const std::vector<EnumeratorPlace>* find_enumerators(const std::string& name, const std::string& space) const;

  // Those of the programs, versions and procedures of that name: rpcgen makes a constant of each.
  const std::vector<NumberPlace>* find_numbers(const std::string& name, const std::string& space) const;

  // To suggest one of.
  std::vector<std::string> types() const;
  std::vector<std::string> constants() const;

 private:
  void add(Definition& definition, Diagnostics& diagnostics);
  void add_enumerators(Definition& type, Diagnostics& diagnostics);
  void add_numbers(Definition& definition);

  std::unordered_map<std::string, Definition*> definitions_;
  std::unordered_map<std::string, std::vector<EnumeratorPlace>> enumerators_;
  std::unordered_map<std::string, std::vector<NumberPlace>> numbers_;
};

// "'x' is already defined", once where two things that have `name` and must differ do not.
class Unique {
 public:
  // `rule`: the section that says so, if one does.
  Unique(Diagnostics& diagnostics, std::string kind, std::string rule)
      : diagnostics_(diagnostics), kind_(std::move(kind)), rule_(std::move(rule)) {}

  void add(const Name& name) { add(name.text, name.where); }
  void add(const std::string& text, const Location& where);

 private:
  Diagnostics& diagnostics_;
  std::string kind_;
  std::string rule_;
  std::unordered_map<std::string, Location> seen_;
};

}  // namespace idlc
