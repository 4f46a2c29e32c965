#include "linkage.h"
#include "passes.h"

#include <algorithm>

namespace idlc {
namespace {

const Location& where_of(const Enumerator& enumerator) { return enumerator.name.where; }
const Location& where_of(const Declaration& member) { return member.where; }
const Location& where_of(const Arm& arm) { return arm.where; }

// They stand in the order of the source.
template <class Part>
std::size_t count_before(const std::vector<Part>& parts, const Position& place) {
  const auto end =
      std::partition_point(parts.begin(), parts.end(), [&](const Part& part) { return where_of(part).begin < place; });
  return static_cast<std::size_t>(end - parts.begin());
}

// How many members, enumerators or arms of a definition begin before a place.
std::size_t parts_before(const Definition& definition, const Position& place) {
  if (const Enum* type = definition.as<Enum>()) return count_before(type->enumerators, place);
  if (const Struct* type = definition.as<Struct>()) return count_before(type->members, place);
  if (const Union* type = definition.as<Union>()) return count_before(type->arms, place);
  return 0;
}

// The last declaration that begins before a place, or null.
const Declaration* declaration_before(const Definition& definition, const Position& place) {
  const std::size_t before = parts_before(definition, place);
  if (const Typedef* type = definition.as<Typedef>()) return &type->declaration;
  if (const Union* type = definition.as<Union>())
    return before == 0 ? &type->discriminant : &type->arms[before - 1].declaration;
  const Struct* type = definition.as<Struct>();
  return type && before != 0 ? &type->members[before - 1] : nullptr;
}

// The type defined in place that has the lines within it.
Definition* inner(const Definition& definition, const Location& where) {
  const Declaration* declaration = declaration_before(definition, where.begin);
  const bool inside = declaration && declaration->type.body && declaration->type.body->where.contains(where);
  return inside ? declaration->type.body.get() : nullptr;
}

void add_inside(Definition& outer, const PercentLines& lines) {
  Definition* definition = &outer;
  while (Definition* body = inner(*definition, lines.where)) definition = body;
  const std::size_t before = parts_before(*definition, lines.where.begin);
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
