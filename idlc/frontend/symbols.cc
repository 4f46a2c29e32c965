#include "symbols.h"

namespace idlc {
namespace {

std::string full_name(const std::string& space, const std::string& name) {
  return space.empty() ? name : space + "::" + name;
}

// The innermost namespace first; with :: in front, the outermost only.
template <class Table>
auto find_in(const Table& table, const std::string& name, std::string space) {
  if (name.starts_with("::")) return table.find(name.substr(2));
  while (true) {
    const auto found = table.find(full_name(space, name));
    if (found != table.end() || space.empty()) return found;
    const std::size_t end = space.rfind("::");
    space.erase(end == std::string::npos ? 0 : end);
  }
}

void refuse_second(const Name& name, const Name& first, Diagnostics& diagnostics) {
  diagnostics.error(name.where, "'" + name.text + "' is already defined");
  diagnostics.note(first.where, "first defined here");
}

}  // namespace

void Unique::add(const std::string& text, const Location& where) {
  const auto [first, is_new] = seen_.emplace(text, where);
  if (is_new) return;
  diagnostics_.error(where, "a second " + kind_ + " '" + text + "'" + (rule_.empty() ? "" : " (" + rule_ + ")"));
  diagnostics_.note(first->second, "the first one is here");
}

Symbols::Symbols(Spec& spec, Diagnostics& diagnostics) {
  for (const auto& definition : spec.definitions) {
    if (!definition->name.text.empty()) add(*definition, diagnostics);
    if (definition->as<Enum>()) add_enumerators(*definition, diagnostics);
  }
  for (const auto& definition : spec.definitions)
    if (definition->as<Program>()) add_numbers(*definition);
}

void Symbols::add(Definition& definition, Diagnostics& diagnostics) {
  const std::string& name = definition.name.text;
  if (name.find(':') != std::string::npos)
    diagnostics.error(definition.name.where, "what is defined has a name without '::'; put it into a namespace { }");
  const std::string full = full_name(definition.space, name);
  const auto [first, is_new] = definitions_.emplace(full, &definition);
  if (!is_new) return refuse_second(definition.name, first->second->name, diagnostics);
  const auto enumerators = enumerators_.find(full);
  if (enumerators != enumerators_.end())
    refuse_second(definition.name, enumerators->second.front().enumerator().name, diagnostics);
}

void Symbols::add_enumerators(Definition& type, Diagnostics& diagnostics) {
  Unique unique(diagnostics, "enumerator", "RFC 4506 §6.4");
  std::vector<Enumerator>& enumerators = type.as<Enum>()->enumerators;
  for (std::size_t i = 0; i < enumerators.size(); ++i) {
    const Name& name = enumerators[i].name;
    const std::string full = full_name(type.space, name.text);
    unique.add(name);
    enumerators_[full].push_back({&type, i});
    const auto other = definitions_.find(full);
    if (other != definitions_.end()) refuse_second(name, other->second->name, diagnostics);
  }
}

void Symbols::add_numbers(Definition& definition) {
  const auto add = [&](const Name& name, Value& number) {
    numbers_[full_name(definition.space, name.text)].push_back({&number, definition.space});
  };
  Program& program = *definition.as<Program>();
  add(definition.name, program.number);
  for (Version& version : program.versions) {
    add(version.name, version.number);
    for (Procedure& procedure : version.procedures) add(procedure.name, procedure.number);
  }
}

Definition* Symbols::find(const std::string& name, const std::string& space) const {
  const auto found = find_in(definitions_, name, space);
  return found == definitions_.end() ? nullptr : found->second;
}

const std::vector<EnumeratorPlace>* Symbols::find_enumerators(const std::string& name, const std::string& space) const {
  const auto found = find_in(enumerators_, name, space);
  return found == enumerators_.end() ? nullptr : &found->second;
}

const std::vector<NumberPlace>* Symbols::find_numbers(const std::string& name, const std::string& space) const {
  const auto found = find_in(numbers_, name, space);
  return found == numbers_.end() ? nullptr : &found->second;
}

std::vector<std::string> Symbols::types() const {
  std::vector<std::string> names;
  for (const auto& [name, definition] : definitions_)
    if (!definition->as<Constant>() && !definition->as<Program>()) names.push_back(name);
  return names;
}

std::vector<std::string> Symbols::constants() const {
  std::vector<std::string> names;
  for (const auto& [name, definition] : definitions_)
    if (definition->as<Constant>()) names.push_back(name);
  for (const auto& [name, places] : enumerators_) names.push_back(name);
  return names;
}

}  // namespace idlc
