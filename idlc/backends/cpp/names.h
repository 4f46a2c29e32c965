// What the names of a .x are in C++: the same, but where C++ has other plans for them.
#pragma once

#include "cpp.h"

#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace idlc::cpp {

// Names that mean something else where code is about to stand: members, locals, nested namespaces.
using Scope = std::unordered_set<std::string>;

class Names {
 public:
  Names(const Spec& spec, const Options& options);

  // The namespace of a definition, as in a::b: what the .x says, or its file's.
  std::string space_of(const Definition& definition) const;

  // Code is written in this namespace now: names of others carry theirs.
  void stand_in(const std::string& space) { here_ = space; }

  // Of a definition, enumerator, declaration, version or procedure of the spec.
  const std::string& of(const Definition& definition) const { return names_.at(&definition); }
  const std::string& of(const Enumerator& enumerator) const { return names_.at(&enumerator); }
  const std::string& of(const Declaration& declaration) const { return names_.at(&declaration); }
  const std::string& of(const Version& version) const { return names_.at(&version); }
  const std::string& of(const Procedure& procedure) const { return names_.at(&procedure); }

  // The first of that number, if the enum has any.
  const Enumerator* enumerator(const Definition& type, const Number& number) const;

  // Of a definition, with its namespace where that is another one or `hidden` hides it.
  std::string of(const Definition& definition, const Scope& hidden) const;

  // Of what says which values an enum has: values_of_Status. One of thousands of functions of one name would take the
  // compiler long to find.
  std::string values_of(const Definition& type, const Scope& hidden) const;

  // "a::" where the definition stands in another namespace than the code that is written, or nothing.
  std::string space_before(const Definition& definition) const;

  // Of a local or parameter of generated code: `name`, unless the .x has a definition or procedure of that name.
  // So it hides none of them.
  std::string local(const std::string& name) const;

 private:
  std::string qualifier(const std::string& space, const Scope& hidden) const;
  void name_definitions(const Spec& spec);
  void name_members(const Definition& definition);
  void name_program(const Program& program);

  std::vector<std::string> spaces_;  // of each unit, where its file has none
  bool nested_ = false;              // the file's own go into that which --namespace gave
  std::string here_;
  std::unordered_map<const void*, std::string> names_;
  std::map<std::tuple<const Definition*, std::uint64_t, bool>, const Enumerator*> numbered_;
  Scope definitions_;
  Scope procedures_;
};

// What is found in a Client or Server before anything of the .x: their base classes' members, private ones too.
const Scope& names_in_classes();

// `name`, with as many _ as it takes to be none of `taken` and nothing of C++'s.
std::string free_name(std::string name, const Scope& taken);

}  // namespace idlc::cpp
