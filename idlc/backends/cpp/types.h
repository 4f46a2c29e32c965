// The C++ types of declarations, and the definitions of them all.
#pragma once

#include "backends/printer.h"
#include "names.h"
#include "namespaces.h"

#include <unordered_map>

namespace idlc::cpp {

// Spells types and constants for code that stands where `hidden` hides some.
class Types {
 public:
  Types(const Names& names, Scope hidden) : names_(names), hidden_(std::move(hidden)) {}

  const Names& names() const { return names_; }

  std::string of(const Declaration& declaration) const;
  // Without the declaration's shape: of an element, or what a pointer points at.
  std::string of(const TypeRef& type) const;
  std::string of(const Definition& definition) const { return names_.of(definition, hidden_); }
  const Scope& hidden() const { return hidden_; }
  bool hides(const std::string& name) const { return hidden_.contains(name); }
  // Of a local or parameter there: `name`, unless the .x or `hidden` has it.
  std::string local(const std::string& name) const;
  // A length: the constant's name where it has one.
  std::string bound(const Declaration& declaration) const;
  // values_of_Status
  std::string values_of(const Definition& type) const { return names_.values_of(type, hidden_); }
  // Status::ok
  std::string enumerator(const Definition& type, const Number& number) const;

 private:
  const Names& names_;
  Scope hidden_;
};

// Numbers, bools and enums: passed by value.
bool is_scalar(const Declaration& declaration);

// What encoder and decoder move in one piece: a number of 4 or 8 bytes.
bool is_wide_number(const Declaration& declaration);

// The element of an array or list, or what an optional holds.
Declaration element_of(const Declaration& declaration);

// As a C++ literal.
std::string literal(const Value& value);

// The label of a union as C++ compares with it.
std::string label(const Types& types, const Declaration& discriminant, const Value& label);

// What a declaration is initialised with where nobody says otherwise: {} or {Status::ok} or nothing.
std::string initializer(const Types& types, const Declaration& declaration);

// Where 0 is no value of its enum, the first one; empty otherwise.
std::string first_enumerator(const Types& types, const Declaration& declaration);
// An array of such enums, all of them the first one; empty for others.
std::string filled(const Types& types, const Declaration& declaration);

// Every name inside a struct.
Scope names_in(const Struct& type, const Names& names);

// The members that write, read and print a struct or union.
void declare_members(Printer& out);

// "<name_max>": what the C++ type does not tell.
std::string remark(const Declaration& declaration);

// Constants, enums, structs, unions, typedefs.
void write_types(Printer& out, NamespaceBlocks& blocks, const Spec& spec, const Names& names, const Options& options);

// What an arm's accessor, with_arm and codec have to know of the class around them.
struct UnionClass {
  UnionClass(const Definition& definition, const Names& names);

  static bool has_value(const Arm& arm) { return !arm.declaration.is_void(); }
  bool has_void() const { return has_void_; }
  bool has_values() const { return !indices_.empty(); }
  // Of the std::variant.
  std::size_t index(const Arm& arm) const;

  const Union& type;
  std::string name;
  std::string discriminant;
  Scope hidden;       // every name inside
  std::string state;  // the members
  std::string arm;
  std::string arms;

 private:
  std::string take(const std::string& wanted);

  bool has_void_;
  std::unordered_map<const Arm*, std::size_t> indices_;  // of those with a value
};

// The members of a union's class; their bodies go to `out` of the source file.
void write_union(Printer& out, const Definition& definition, const Names& names);
void write_union_members(Printer& out, const Definition& definition, const Names& names);

}  // namespace idlc::cpp
