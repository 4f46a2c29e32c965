#include "symbols.h"

namespace idlc {

void Unique::add(const std::string& text, const Location& where) {
  const auto [first, is_new] = seen_.emplace(text, where);
  if (is_new) return;
  diagnostics_.error(where, "a second " + kind_ + " '" + text + "'");
  diagnostics_.note(first->second, "the first one is here");
}

Symbols::Symbols(Spec& spec, Diagnostics& diagnostics) {
  for (const auto& definition : spec.definitions)
    if (!definition->name.text.empty()) add(*definition, diagnostics);
  for (const auto& definition : spec.definitions)
    if (definition->as<Enum>()) add_enumerators(*definition, diagnostics);
}

void Symbols::add(Definition& definition, Diagnostics& diagnostics) {
  const auto [first, is_new] = definitions_.emplace(definition.name.text, &definition);
  if (is_new) return;
  diagnostics.error(definition.name.where, "'" + definition.name.text + "' is already defined");
  diagnostics.note(first->second->name.where, "first defined here");
}

void Symbols::add_enumerators(Definition& type, Diagnostics& diagnostics) {
  Unique unique(diagnostics, "enumerator");
  std::vector<Enumerator>& enumerators = type.as<Enum>()->enumerators;
  for (std::size_t i = 0; i < enumerators.size(); ++i) {
    const Name& name = enumerators[i].name;
    unique.add(name);
    enumerators_[name.text].push_back({&type, i});
    if (const Definition* other = find(name.text)) {
      diagnostics.error(name.where, "'" + name.text + "' is already defined");
      diagnostics.note(other->name.where, "first defined here");
    }
  }
}

Definition* Symbols::find(const std::string& name) const {
  const auto found = definitions_.find(name);
  return found == definitions_.end() ? nullptr : found->second;
}

const std::vector<EnumeratorPlace>* Symbols::find_enumerators(const std::string& name) const {
  const auto found = enumerators_.find(name);
  return found == enumerators_.end() ? nullptr : &found->second;
}

}  // namespace idlc
