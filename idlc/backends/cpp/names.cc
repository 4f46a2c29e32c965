#include "names.h"

#include "reserved.h"

#include <cctype>

namespace idlc::cpp {
namespace {

// Gives each name of one scope its C++ name. No name of the .x may lose to another's _.
class Assignment {
 public:
  explicit Assignment(Scope reserved) : reserved_(std::move(reserved)) {}

  void expect(const std::string& name) { expected_.insert(name); }

  std::string assign(const std::string& name) {
    std::string result = name;
    while (reserved_.contains(result) || is_reserved(result) || (result != name && expected_.contains(result)))
      result += '_';
    expected_.insert(result);
    return result;
  }

 private:
  Scope reserved_;
  Scope expected_;
};

// Functions and namespaces that generated code calls by their names.
const Scope in_namespace{"encode", "decode", "std", "onc", "asio"};
const Scope in_program{"Client", "Server", "AsyncClient", "AsyncServer", "program", "procedures"};

// files.x: files. A C++ name whatever the file's is.
std::string space_of(const std::string& file) {
  std::string stem = file.substr(0, file.find('.'));
  for (char& c : stem)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  if (stem.empty() || std::isdigit(static_cast<unsigned char>(stem.front()))) stem.insert(0, "x");
  while (is_reserved(stem) || is_global(stem)) stem += '_';
  return stem;
}

bool is_name(const std::string& text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front()))) return false;
  for (const char c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_') return false;
  return !is_reserved(text);
}

}  // namespace

bool is_namespace(const std::string& text) {
  const std::size_t end = text.find("::");
  if (!is_name(text.substr(0, end))) return false;
  return end == std::string::npos || is_namespace(text.substr(end + 2));
}

const Scope& names_in_classes() {
  static const Scope names{"call",        "dispatch",   "program", "set_timeout", "set_credential",
                           "encode",      "decode",     "Client",  "Server",      "AsyncClient",
                           "AsyncServer", "procedures", "onc",     "std",         "asio"};
  return names;
}

std::string free_name(std::string name, const Scope& taken) {
  while (is_reserved(name) || taken.contains(name)) name += '_';
  return name;
}

Names::Names(const Spec& spec, const Options& options)
    : space_(options.space.empty() ? space_of(options.file) : options.space) {
  name_definitions(spec);
  for (const auto& definition : spec.definitions) {
    name_members(*definition);
    if (const Program* program = definition->as<Program>()) name_program(*program);
  }
}

void Names::name_definitions(const Spec& spec) {
  Assignment names(in_namespace);
  for (const auto& definition : spec.definitions) names.expect(definition->name.text);
  for (const auto& definition : spec.definitions) {
    if (definition->name.text.empty()) continue;
    names_[definition.get()] = names.assign(definition->name.text);
    definitions_.insert(names_[definition.get()]);
  }
}

void Names::name_members(const Definition& definition) {
  const auto assign = [&](Assignment names, const auto& each) {
    each([&](const auto& node) { names.expect(node.name.text); });
    each([&](const auto& node) { names_[&node] = names.assign(node.name.text); });
  };
  if (const Enum* type = definition.as<Enum>())
    assign(Assignment({}), [&](auto visit) {
      for (const Enumerator& enumerator : type->enumerators) visit(enumerator);
    });
  if (const Struct* type = definition.as<Struct>())
    assign(Assignment({}), [&](auto visit) {
      for (const Declaration& member : type->members) visit(member);
    });
  if (const Union* type = definition.as<Union>())
    assign(Assignment({of(definition)}), [&](auto visit) {  // a member function named as its class would construct
      visit(type->discriminant);
      for (const Arm& arm : type->arms)
        if (!arm.declaration.is_void()) visit(arm.declaration);
    });
}

void Names::name_program(const Program& program) {
  Assignment versions(in_program);
  for (const Version& version : program.versions) versions.expect(version.name.text);
  for (const Version& version : program.versions) {
    names_[&version] = versions.assign(version.name.text);
    Scope reserved = names_in_classes();
    reserved.insert(names_[&version]);
    Assignment procedures(std::move(reserved));
    for (const Procedure& procedure : version.procedures) procedures.expect(procedure.name.text);
    for (const Procedure& procedure : version.procedures) names_[&procedure] = procedures.assign(procedure.name.text);
  }
}

std::string Names::of(const Definition& definition, const Scope& hidden) const {
  const std::string& name = of(definition);
  if (!hidden.contains(name)) return name;
  const std::string first = space_.substr(0, space_.find(':'));
  const bool ambiguous = hidden.contains(first) || definitions_.contains(first);
  return (ambiguous ? "::" : "") + space_ + "::" + name;
}

}  // namespace idlc::cpp
