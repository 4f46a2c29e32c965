#include "passes.h"
#include "visit.h"

#include <unordered_set>

namespace idlc {
namespace {

class Hoister {
 public:
  explicit Hoister(Spec& spec) : spec_(spec) {
    for (const auto& definition : spec.definitions) taken_.insert(key(*definition, definition->name.text));
  }

  void run() {
    auto definitions = std::move(spec_.definitions);
    spec_.definitions.clear();
    for (auto& definition : definitions)
      if (!names_itself(*definition)) add(std::move(definition));
  }

 private:
  void add(std::shared_ptr<Definition> definition) {
    if (typedef_of_body(*definition)) return add(named_by_typedef(*definition));
    for_each_declaration(*definition, [&](Declaration& declaration) { lift(*definition, declaration); });
    spec_.definitions.push_back(std::move(definition));
  }

  // `typedef struct a a;`, as C needs it.
  static bool names_itself(const Definition& definition) {
    const Typedef* alias = definition.as<Typedef>();
    return alias && alias->declaration.type.tagged && alias->declaration.shape == Shape::plain &&
           alias->declaration.type.name == definition.name.text;
  }

  // `typedef enum {...} Kind;` is `enum Kind {...};`, and so is `typedef enum Kind {...} Kind;`.
  static bool typedef_of_body(const Definition& definition) {
    const Typedef* alias = definition.as<Typedef>();
    if (!alias || alias->declaration.shape != Shape::plain || !alias->declaration.type.body) return false;
    const std::string& tag = alias->declaration.type.body->name.text;
    return tag.empty() || tag == definition.name.text;
  }

  static std::shared_ptr<Definition> named_by_typedef(const Definition& alias) {
    auto definition = alias.as<Typedef>()->declaration.type.body;
    definition->name = alias.name;
    definition->where = alias.where;
    definition->space = alias.space;
    definition->unit = alias.unit;
    return definition;
  }

  void lift(const Definition& outer, Declaration& declaration) {
    auto body = std::move(declaration.type.body);
    if (!body) return;
    if (body->name.text.empty()) body->name = {free_name(outer, declaration), body->where};
    body->space = outer.space;
    body->unit = outer.unit;
    declaration.type.name = body->name.text;
    add(std::move(body));
  }

  static std::string key(const Definition& definition, const std::string& name) {
    return definition.space + "::" + name;
  }

  std::string free_name(const Definition& outer, const Declaration& member) {
    const std::string part = member.name.text.empty() || outer.as<Typedef>() ? "item" : member.name.text;
    std::string name = outer.name.text + "_" + part;
    while (!taken_.insert(key(outer, name)).second) name += "_";
    return name;
  }

  Spec& spec_;
  std::unordered_set<std::string> taken_;
};

}  // namespace

void hoist(Spec& spec) { Hoister(spec).run(); }

}  // namespace idlc
