#include "linkage.h"
#include "passes.h"
#include "visit.h"

#include <algorithm>

namespace idlc {
namespace {

// Where the members, enumerators or arms of a definition begin.
std::vector<Location> parts_of(Definition& definition) {
  std::vector<Location> parts;
  if (const Enum* type = definition.as<Enum>())
    for (const Enumerator& enumerator : type->enumerators) parts.push_back(enumerator.name.where);
  if (const Struct* type = definition.as<Struct>())
    for (const Declaration& member : type->members) parts.push_back(member.where);
  if (const Union* type = definition.as<Union>())
    for (const Arm& arm : type->arms) parts.push_back(arm.where);
  return parts;
}

// The type defined in place that has the lines within it.
Definition* inner(Definition& definition, const Location& where) {
  Definition* found = nullptr;
  for_each_declaration(definition, [&](const Declaration& declaration) {
    if (declaration.type.body && declaration.type.body->where.contains(where)) found = declaration.type.body.get();
  });
  return found;
}

void add_inside(Definition& outer, const PercentLines& lines) {
  Definition* definition = &outer;
  while (Definition* body = inner(*definition, lines.where)) definition = body;
  std::size_t before = 0;
  for (const Location& part : parts_of(*definition)) before += part.begin < lines.where.begin;
  auto& all = definition->percent_lines;
  if (!all.empty() && all.back().before == before)
    all.back().text += lines.text;
  else
    all.push_back({lines.text, before});
}

class Placer {
 public:
  explicit Placer(Spec& spec) : spec_(spec), old_(std::move(spec.definitions)) { spec_.definitions.clear(); }

  void place(const PercentLines& lines) {
    while (next_ < old_.size() && old_[next_]->where.end <= lines.where.begin) pass();
    const bool inside = next_ < old_.size() && old_[next_]->where.begin < lines.where.begin;
    if (inside && has_room(*old_[next_])) return add_inside(*old_[next_], lines);
    add_between(lines);
  }

  void finish() {
    while (next_ < old_.size()) pass();
    for (const auto& definition : spec_.definitions)
      if (Passthrough* lines = definition->as<Passthrough>()) lines->text = without_open_linkage(lines->text);
  }

 private:
  // The others have no one place in the C++: the lines go before them.
  static bool has_room(const Definition& definition) {
    if (const Typedef* alias = definition.as<Typedef>()) return alias->declaration.type.body != nullptr;
    return definition.as<Enum>() || definition.as<Struct>() || definition.as<Union>();
  }

  void pass() { spec_.definitions.push_back(std::move(old_[next_++])); }

  // Lines with nothing but comments and # lines between them belong together.
  void add_between(const PercentLines& lines) {
    const std::string& space = space_at(lines.where);
    Definition* last = spec_.definitions.empty() ? nullptr : spec_.definitions.back().get();
    if (last && last->as<Passthrough>() && last->space == space) {
      last->as<Passthrough>()->text += lines.text;
      return;
    }
    auto definition = std::make_shared<Definition>();
    definition->where = lines.where;
    definition->space = space;
    definition->body = Passthrough{lines.text};
    spec_.definitions.push_back(std::move(definition));
  }

  // Inner blocks were closed, and noted, before outer ones.
  const std::string& space_at(const Location& where) const {
    static const std::string none;
    for (const NamespaceBlock& block : spec_.namespaces)
      if (block.where.contains(where)) return block.space;
    return none;
  }

  Spec& spec_;
  std::vector<std::shared_ptr<Definition>> old_;
  std::size_t next_ = 0;
};

}  // namespace

void place_percent_lines(Spec& spec) {
  Placer placer(spec);
  for (const PercentLines& lines : spec.percent_lines) placer.place(lines);
  placer.finish();
}

}  // namespace idlc
