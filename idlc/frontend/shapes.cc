#include "graph.h"
#include "passes.h"
#include "visit.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace idlc {
namespace {

bool by_value(const Declaration& declaration) {
  return declaration.type.definition && (declaration.shape == Shape::plain || declaration.shape == Shape::fixed);
}

bool is_enum(const Definition& definition) { return definition.as<Enum>(); }
bool is_alias(const Definition& definition) { return definition.as<Typedef>(); }

Declaration* link_of(Definition& definition) {
  Struct* type = definition.as<Struct>();
  return type && type->list ? &type->members.back() : nullptr;
}

bool is_boolean(const Declaration& discriminant) {
  const TypeRef& type = resolve(discriminant).type;
  return type.kind == TypeRef::Kind::primitive && type.primitive == Primitive::boolean;
}

// The value of a union that has one for 1, and nothing for 0: on bool it has the bytes of T * (RFC 4506 §4.19).
const Declaration* value_or_nothing(const Union& type) {
  if (type.arms.size() != 2) return nullptr;
  const auto is_one = [](const Value& label) { return label.number.magnitude == 1 && !label.number.negative; };
  const auto for_one = [&](const Arm& arm) { return arm.labels.size() == 1 && is_one(arm.labels[0]); };
  const bool one_first = for_one(type.arms[0]);
  const Arm& present = type.arms[one_first ? 0 : 1];
  const Arm& absent = type.arms[one_first ? 1 : 0];
  if (!for_one(present) || present.default_label || present.declaration.is_void() || !absent.declaration.is_void())
    return nullptr;
  const auto is_zero = [](const Value& label) { return label.number.magnitude == 0; };
  return std::all_of(absent.labels.begin(), absent.labels.end(), is_zero) ? &present.declaration : nullptr;
}

constexpr std::uint64_t too_large = std::uint64_t{1} << 32;

std::uint64_t smallest_plain(const TypeRef& type) {
  if (type.definition) {
    const Typedef* alias = type.definition->as<Typedef>();
    return alias ? smallest(alias->declaration) : type.definition->smallest;
  }
  if (type.kind == TypeRef::Kind::nothing) return 0;
  switch (type.primitive) {
    case Primitive::int64:
    case Primitive::uint64:
    case Primitive::float64: return 8;
    case Primitive::quadruple: return 16;
    default: return 4;
  }
}

std::uint64_t smallest_of(Definition& definition) {
  if (const Typedef* alias = definition.as<Typedef>()) return smallest(alias->declaration);
  // What an external type takes nobody knows; next to nothing takes less.
  std::uint64_t size = definition.as<Enum>() || definition.as<External>() ? 4 : 0;
  if (const Struct* type = definition.as<Struct>())
    for (const Declaration& member : type->members)
      if (link_of(definition) != &member) size += smallest(member);
  if (const Union* type = definition.as<Union>()) {
    size = too_large;
    for (const Arm& arm : type->arms) size = std::min(size, smallest(arm.declaration));
    size += 4;
  }
  return size;
}

// Far below what a C++ compiler takes for the size of an object, so that about right is good enough.
constexpr std::uint64_t too_much_memory = std::uint64_t{1} << 40;

std::uint64_t largest_plain(const TypeRef& type) {
  constexpr std::uint64_t any_other = 32;  // a string, a number
  return type.definition ? std::max(type.definition->largest, std::uint64_t{1}) : any_other;
}

std::uint64_t largest(const Declaration& declaration) {
  constexpr std::uint64_t any_container = 32;
  constexpr std::uint64_t presence = 16;
  const std::uint64_t element = declaration.type.kind == TypeRef::Kind::opaque ? 1 : largest_plain(declaration.type);
  switch (declaration.shape) {
    case Shape::plain: return element + presence;
    case Shape::variable: return any_container;
    case Shape::optional: return (declaration.pointer == Pointer::optional ? element : any_container) + presence;
    case Shape::fixed: break;
  }
  const std::uint64_t count = declaration.bound->number.magnitude;
  return (count > too_much_memory / element ? too_much_memory : count * element) + presence;
}

std::uint64_t largest_of(const Definition& definition) {
  if (const Typedef* alias = definition.as<Typedef>()) return largest(alias->declaration);
  std::uint64_t size = 16;  // an enum, a discriminant
  if (const Struct* type = definition.as<Struct>())
    for (const Declaration& member : type->members) size = std::min(size + largest(member), too_much_memory);
  std::uint64_t arm_size = 0;
  if (const Union* type = definition.as<Union>())
    for (const Arm& arm : type->arms) arm_size = std::max(arm_size, largest(arm.declaration));
  return size + arm_size;
}

// What to write for the same bytes, where a type on a circle stands by value in a union.
std::string other_words(const Definition& holder, const Declaration& declaration) {
  const Typedef* alias = holder.as<Typedef>();
  const Union* type = alias ? alias->was_union.get() : holder.as<Union>();
  if (!type || !value_or_nothing(*type)) return "";
  if (is_boolean(type->discriminant)) return ": a struct of its own around it would do, with the same bytes";
  const Declaration& resolved = resolve(declaration);
  if (resolved.shape != Shape::plain || !resolved.type.definition->as<Struct>()) return "";
  return ": if '" + type->discriminant.name.text + "' were a bool, TRUE for 1, it would do, with the same bytes";
}

class Shapes {
 public:
  Shapes(Spec& spec, Diagnostics& diagnostics) : spec_(spec), diagnostics_(diagnostics) {
    for (std::size_t i = 0; i < spec.definitions.size(); ++i) index_[spec.definitions[i].get()] = i;
  }

  void run() {
    find_optionals();
    reject_held_by_value();
    if (!diagnostics_.empty()) return;
    find_lists();
    reject_bare_elements();
    find_recursion();
    find_large();
    put_in_order();
    for (const auto& definition : spec_.definitions) measure(*definition);
  }

 private:
  static void union_to_optional(Definition& definition);
  void find_optionals();
  void reject_held_by_value();
  void report_circle(const std::vector<std::size_t>& members, const Graph& edges);
  std::optional<std::size_t> first_infinite(const std::vector<std::size_t>& members, const Graph& edges) const;
  void explain_held(const Definition& holder, const Declaration& declaration);
  void find_lists();
  void reject_bare_elements();
  void find_recursion();
  void find_large();
  void put_in_order();
  void measure(Definition& definition);

  // `wanted(holder, declaration)`: whether there is an edge from the holder to the declaration's type.
  template <class Wanted>
  Graph graph(Wanted wanted) const {
    Graph edges(spec_.definitions.size());
    for (std::size_t i = 0; i < edges.size(); ++i) {
      Definition& holder = *spec_.definitions[i];
      for_each_declaration(holder, [&](const Declaration& declaration) {
        if (declaration.type.definition && wanted(holder, declaration))
          edges[i].push_back(index_.at(declaration.type.definition));
      });
    }
    return edges;
  }

  // Types that values of a type can hold. The link of a list is none: it becomes a vector around it.
  Graph contents() const {
    return graph([](Definition& holder, const Declaration& declaration) { return link_of(holder) != &declaration; });
  }

  static bool on_circle(const Graph& graph, const Groups& groups, std::size_t node) {
    const auto& edges = graph[node];
    return groups.members[groups.of[node]].size() > 1 || std::find(edges.begin(), edges.end(), node) != edges.end();
  }

  static constexpr int deepest_alias = 64;

  void add_constants(Graph& edges) const;
  void add_completed(Graph& edges, std::size_t holder, const Declaration& declaration) const;

  Spec& spec_;
  Diagnostics& diagnostics_;
  std::unordered_map<const Definition*, std::size_t> index_;
};

void Shapes::union_to_optional(Definition& definition) {
  const Union* type = definition.as<Union>();
  const Declaration* value = type && is_boolean(type->discriminant) ? value_or_nothing(*type) : nullptr;
  if (!value) return;
  Typedef alias{*value, std::make_shared<Union>(*type)};
  if (alias.declaration.shape == Shape::plain)
    alias.declaration.shape = Shape::optional;
  else
    alias.declaration.maybe = true;
  definition.body = std::move(alias);
}

// C++ has no alias that names itself: where only aliases lead back to such a union, it is a class. So it is where it
// would be an alias through very many others, each a template inside the one before.
void Shapes::find_optionals() {
  for (const auto& definition : spec_.definitions) union_to_optional(*definition);
  const Graph edges = graph([](Definition& holder, const Declaration& declaration) {
    return is_alias(holder) && is_alias(*declaration.type.definition);
  });
  const Groups groups = strongly_connected(edges);
  std::vector<int> depth(edges.size());
  for (const auto& members : groups.members)
    for (const std::size_t member : members) {
      for (const std::size_t alias : edges[member]) depth[member] = std::max(depth[member], depth[alias] + 1);
      if (depth[member] <= deepest_alias && !on_circle(edges, groups, member)) continue;
      Definition& definition = *spec_.definitions[member];
      const auto was_union = definition.as<Typedef>()->was_union;
      if (!was_union) continue;
      definition.body = *was_union;
      depth[member] = -1;
    }
}

void Shapes::reject_held_by_value() {
  const Graph edges = graph([](Definition&, const Declaration& declaration) { return by_value(declaration); });
  const Groups groups = strongly_connected(edges);
  for (const auto& members : groups.members) {
    if (!on_circle(edges, groups, members.front())) continue;
    report_circle(members, edges);
    for (const std::size_t member : members)
      for_each_declaration(*spec_.definitions[member], [&](const Declaration& declaration) {
        if (!by_value(declaration)) return;
        if (groups.of[index_.at(declaration.type.definition)] == groups.of[member])
          explain_held(*spec_.definitions[member], declaration);
      });
  }
}

void Shapes::report_circle(const std::vector<std::size_t>& members, const Graph& edges) {
  const auto infinite = first_infinite(members, edges);
  const Name& name = spec_.definitions[infinite.value_or(members.front())]->name;
  const std::string one_inside = "use '" + name.text + " *' for one inside another";
  const std::string why = infinite ? "so no value of it would be finite: " + one_inside
                                   : "which C++ cannot do by value: " + one_inside + ", which adds a bool to the bytes";
  diagnostics_.error(name.where, "'" + name.text + "' holds itself, " + why);
}

// Of those around a circle. A value ends where all that a struct holds does, or what one arm of a union holds.
std::optional<std::size_t> Shapes::first_infinite(const std::vector<std::size_t>& members, const Graph& edges) const {
  std::unordered_map<std::size_t, std::size_t> waits_for;
  std::unordered_map<std::size_t, std::vector<std::size_t>> holders;
  for (const std::size_t member : members) waits_for[member] = 0;
  for (const std::size_t member : members)
    for (const std::size_t held : edges[member])
      if (waits_for.contains(held)) {
        ++waits_for[member];
        holders[held].push_back(member);
      }
  std::vector<std::size_t> finite;
  for (const std::size_t member : members) {
    const Definition& definition = *spec_.definitions[member];
    std::size_t& count = waits_for[member];
    if (const Union* type = definition.as<Union>()) count = count < type->arms.size() ? 0 : 1;
    if (is_alias(definition) && definition.as<Typedef>()->declaration.maybe) count = 0;
    if (count == 0) finite.push_back(member);
  }
  for (std::size_t i = 0; i < finite.size(); ++i)
    for (const std::size_t holder : holders[finite[i]])
      if (waits_for[holder] > 0 && --waits_for[holder] == 0) finite.push_back(holder);
  const auto found = std::find_if(members.begin(), members.end(), [&](auto member) { return waits_for[member] > 0; });
  return found == members.end() ? std::nullopt : std::optional(*found);
}

void Shapes::explain_held(const Definition& holder, const Declaration& declaration) {
  diagnostics_.note(declaration.where, "'" + holder.name.text + "' holds '" + declaration.type.name + "' here" +
                                           other_words(holder, declaration));
}

// T is the element of a list where its last member is T *, nothing else leads back to T, and T stands nowhere bare:
// then `T *` is a std::vector<T> everywhere. Where T * stands nowhere else, nothing would be that vector.
void Shapes::find_lists() {
  std::unordered_set<const Definition*> bare;
  std::unordered_map<const Definition*, int> pointed_at;
  for (const auto& definition : spec_.definitions)
    for_each_declaration(*definition, [&](const Declaration& declaration) {
      // Only its own file decides: all that include it must find the same type.
      if (declaration.type.definition && declaration.type.definition->unit != definition->unit) return;
      if (declaration.shape == Shape::optional && !declaration.maybe)
        ++pointed_at[declaration.type.definition];
      else
        bare.insert(declaration.type.definition);
    });
  std::vector<Struct*> candidates;
  for (const auto& definition : spec_.definitions) {
    Struct* type = definition->as<Struct>();
    if (!type || type->members.size() < 2 || bare.contains(definition.get())) continue;
    const Declaration& last = type->members.back();
    const Declaration& resolved = resolve(last);
    const int own = &resolved == &last;
    type->list = resolved.shape == Shape::optional && !resolved.maybe && resolved.type.definition == definition.get() &&
                 pointed_at[definition.get()] > own;
  }
  const Graph edges = contents();
  const Groups groups = strongly_connected(edges);
  for (std::size_t i = 0; i < edges.size(); ++i)
    if (Struct* type = spec_.definitions[i]->as<Struct>()) type->list = type->list && !on_circle(edges, groups, i);
}

// Of lists that another file defines: their C++ has no link of its own.
void Shapes::reject_bare_elements() {
  for (const auto& definition : spec_.definitions)
    for_each_declaration(*definition, [&](const Declaration& declaration) {
      const Definition* element = declaration.type.definition;
      if (!element || !element->as<Struct>() || !element->as<Struct>()->list) return;
      if (declaration.shape == Shape::optional && !declaration.maybe) return;
      const std::string& name = element->name.text;
      diagnostics_.error(declaration.where, "'" + name + "' is the element of a linked list where it is defined, and " +
                                                "cannot stand by itself here: use '" + name + " *'");
      diagnostics_.note(element->name.where, "defined here");
    });
}

void Shapes::find_recursion() {
  const Graph edges = contents();
  const Groups groups = strongly_connected(edges);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    Definition& holder = *spec_.definitions[i];
    holder.recursive = on_circle(edges, groups, i);
    for_each_declaration(holder, [&](Declaration& declaration) {
      const Definition* type = declaration.type.definition;
      if (declaration.shape != Shape::optional || !type) return;
      const Struct* element = type->as<Struct>();
      if (element && element->list)
        declaration.pointer = Pointer::list;
      else if (holder.recursive && groups.of[i] == groups.of[index_.at(type)])
        declaration.pointer = Pointer::box;
    });
  }
}

// What is held is looked at before what holds it, and all around a circle at once.
void Shapes::find_large() {
  for (const auto& members : strongly_connected(contents()).members) {
    bool large = false;
    for (const std::size_t member : members)
      for_each_declaration(*spec_.definitions[member],
                           [&](const Declaration& declaration) { large = large || may_be_large(declaration); });
    for (const std::size_t member : members) spec_.definitions[member]->large = large;
  }
}

void Shapes::add_constants(Graph& edges) const {
  for (std::size_t i = 0; i < edges.size(); ++i) {
    Definition& definition = *spec_.definitions[i];
    const auto add = [&](const std::optional<Value>& value) {
      if (value && value->constant) edges[i].push_back(index_.at(value->constant));
    };
    if (const Constant* constant = definition.as<Constant>()) add(constant->value);
    if (const Union* type = definition.as<Union>())
      for (const Arm& arm : type->arms)
        for (const Value& label : arm.labels) add(label);
    for_each_declaration(definition, [&](const Declaration& declaration) { add(declaration.bound); });
  }
}

// A member's type must be complete, also where it goes by other names.
void Shapes::add_completed(Graph& edges, std::size_t holder, const Declaration& declaration) const {
  for (const Declaration* at = &declaration; by_value(*at);) {
    edges[holder].push_back(index_.at(at->type.definition));
    const Typedef* alias = at->type.definition->as<Typedef>();
    if (!alias) return;
    at = &alias->declaration;
  }
}

// What a definition names stands before it. Around a circle only what C++ insists on does: typedefs, enums, and types
// held by value; a declaration in advance is enough for the rest.
void Shapes::put_in_order() {
  const Graph contents_graph = contents();
  const Groups groups = strongly_connected(contents_graph);
  Graph edges = graph([&](Definition& holder, const Declaration& declaration) {
    if (link_of(holder) == &declaration) return false;
    const Definition& type = *declaration.type.definition;
    const bool same_group = groups.of[index_.at(&holder)] == groups.of[index_.at(&type)];
    return !same_group || is_alias(type) || is_enum(type);
  });
  for (std::size_t i = 0; i < edges.size(); ++i) {
    Definition& holder = *spec_.definitions[i];
    if (is_alias(holder) || holder.as<Program>()) continue;
    for_each_declaration(holder, [&](const Declaration& declaration) { add_completed(edges, i, declaration); });
  }
  add_constants(edges);
  std::vector<std::shared_ptr<Definition>> ordered;
  for (const auto& members : strongly_connected(edges).members)
    for (const std::size_t member : members) ordered.push_back(spec_.definitions[member]);
  spec_.definitions = std::move(ordered);
}

// Counted after what it holds. No file may ask for a type of 2^32 bytes and more: C++ has none so large.
void Shapes::measure(Definition& definition) {
  const std::uint64_t size = smallest_of(definition);
  if (size >= too_large)
    diagnostics_.error(definition.name.where, "'" + definition.name.text + "' takes 4 GiB or more");
  definition.smallest = std::min(size, too_large);
  const std::uint64_t memory = largest_of(definition);
  if (size < too_large && memory >= too_much_memory)
    diagnostics_.error(definition.name.where, "'" + definition.name.text + "' may take 1 TiB or more in memory, " +
                                                  "more than C++ can hold in one value: make it an array <> or a *");
  definition.largest = std::min(memory, too_much_memory);
}

bool leads_to(const Declaration& member, const Definition& definition) {
  const Declaration& pointer = resolve(member);
  if (pointer.maybe || pointer.shape != Shape::optional || pointer.pointer != Pointer::box) return false;
  Declaration pointed_at = pointer;
  pointed_at.shape = Shape::plain;
  const Declaration& resolved = resolve(pointed_at);
  return !resolved.maybe && resolved.shape == Shape::plain && resolved.type.definition == &definition;
}

}  // namespace

const Declaration* link_of_chain(const Definition& definition) {
  const Struct* type = definition.as<Struct>();
  if (!type) return nullptr;
  const Declaration* link = nullptr;
  for (const Declaration& member : type->members) {
    if (!leads_to(member, definition)) continue;
    if (link) return nullptr;
    link = &member;
  }
  return link;
}

void find_shapes(Spec& spec, Diagnostics& diagnostics) { Shapes(spec, diagnostics).run(); }

bool may_be_large(const Declaration& declaration) {
  constexpr std::uint64_t sent_in_place = std::uint64_t{64} << 10;  // as the runtime has it
  if (declaration.type.definition) return declaration.type.definition->large;
  if (declaration.type.kind != TypeRef::Kind::opaque || declaration.shape != Shape::variable) return false;
  return !declaration.bound || declaration.bound->number.magnitude >= sent_in_place;
}

std::uint64_t smallest(const Declaration& declaration) {
  if (declaration.maybe) return 4;
  switch (declaration.shape) {
    case Shape::plain: return smallest_plain(declaration.type);
    case Shape::variable:
    case Shape::optional: return 4;
    case Shape::fixed: break;
  }
  const std::uint64_t count = declaration.bound->number.magnitude;
  if (declaration.type.kind == TypeRef::Kind::opaque) return (count + 3) / 4 * 4;
  return std::min(too_large, count * smallest_plain(declaration.type));
}

}  // namespace idlc
