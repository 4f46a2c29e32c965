#include "constants.h"
#include "passes.h"
#include "predefined.h"
#include "suggestions.h"
#include "symbols.h"
#include "visit.h"

#include <map>
#include <unordered_map>
#include <unordered_set>

namespace idlc {
namespace {

class Checker {
 public:
  Checker(Spec& spec, const std::map<std::string, std::string>& extern_types, PercentDefines& percent_defines,
          const std::unordered_set<std::string>& lost, Diagnostics& diagnostics)
      : spec_(spec),
        extern_types_(extern_types),
        diagnostics_(diagnostics),
        lost_(lost),
        symbols_(spec, diagnostics),
        constants_(symbols_, percent_defines, lost, diagnostics) {}

  void run() {
    for (const auto& definition : spec_.definitions) check_constants(*definition);
    for (const auto& definition : spec_.definitions)
      for_each_declaration(*definition, [&](Declaration& declaration) { check_declaration(declaration, *definition); });
    spec_.definitions.insert(spec_.definitions.begin(), made_.begin(), made_.end());
    for (const auto& definition : spec_.definitions) check_aliases(*definition);
    for (const auto& definition : spec_.definitions) check_body(*definition);
  }

 private:
  void check_constants(Definition& definition) {
    if (Constant* constant = definition.as<Constant>())
      if (constant->value) constants_.resolve(*constant->value, definition.space);
    if (Enum* type = definition.as<Enum>())
      for (std::size_t i = 0; i < type->enumerators.size(); ++i)
        if (!constants_.resolve(EnumeratorPlace{&definition, i})) return;
  }

  void check_declaration(Declaration& declaration, const Definition& holder) {
    if (declaration.type.kind == TypeRef::Kind::named) check_type(declaration.type, holder);
    check_shape(declaration, holder.as<Program>());
    if (declaration.bound) check_bound(declaration, holder);
  }

  void check_type(TypeRef& type, const Definition& holder) {
    Definition* definition = symbols_.find(type.name, holder.space);
    if (!definition) return check_outside(type, holder);
    if (definition->as<Constant>() || definition->as<Program>()) {
      diagnostics_.error(type.where, "'" + type.name + "' is not a type");
      diagnostics_.note(definition->name.where, "defined here");
    } else {
      type.definition = definition;
    }
  }

  // What the .x does not define: the user says what it is, or everybody knows.
  void check_outside(TypeRef& type, const Definition& holder) {
    const auto external = extern_types_.find(type.name);
    if (external != extern_types_.end()) return become(type, external->second);
    if (type.name == "netobj") return define_netobj(type, holder.unit);
    const auto primitive = predefined_type(type.name);
    if (!primitive) return undefined(type);
    type.kind = TypeRef::Kind::primitive;
    type.primitive = *primitive;
  }

  void become(TypeRef& type, const std::string& spelling) {
    if (const auto primitive = primitive_of_cpp(spelling)) {
      type.kind = TypeRef::Kind::primitive;
      type.primitive = *primitive;
      return;
    }
    auto& definition = externals_[spelling];
    if (!definition) {
      definition = std::make_shared<Definition>();
      definition->name = {type.name, type.where};
      definition->body = External{spelling};
      made_.push_back(definition);
    }
    type.definition = definition.get();
  }

  void undefined(const TypeRef& type) {
    if (lost_.contains(type.name) || !undefined_.insert(type.name).second) return;
    std::string text = "type '" + type.name + "' is not defined";
    const std::string near = undefined_.size() <= most_suggestions ? suggestion(type.name) : "";
    if (!near.empty())
      text += "; did you mean '" + near + "'?";
    else if (!spec_.percent_lines.empty())
      text += "; if only the C++ around it does, say so by --extern-type " + type.name;
    diagnostics_.error(type.where, std::move(text));
  }

  std::string suggestion(const std::string& name) const {
    std::vector<std::string> names = symbols_.types();
    for (std::string& each : predefined_names()) names.push_back(std::move(each));
    return nearest(name, names);
  }

  // Each .x that uses it has its own.
  void define_netobj(TypeRef& type, std::uint32_t unit) {
    auto& netobj = netobjs_[unit];
    if (!netobj) {
      netobj = make_netobj(type.where, unit);
      made_.push_back(netobj);
    }
    type.definition = netobj.get();
  }

  void check_shape(Declaration& declaration, bool is_argument) {
    if (declaration.type.kind == TypeRef::Kind::string) {
      if (declaration.shape == Shape::fixed)
        diagnostics_.error(declaration.where, "a string has no fixed length: write '" + declaration.name.text + "<" +
                                                  declaration.bound->text + ">'");
      else if (declaration.shape == Shape::optional || (declaration.shape == Shape::plain && !is_argument))
        diagnostics_.error(declaration.where, "a string is written 'string " + declaration.name.text + "<>'");
      declaration.shape = Shape::variable;
    }
    if (declaration.type.kind == TypeRef::Kind::opaque && declaration.shape != Shape::fixed) {
      if (declaration.shape == Shape::optional || (declaration.shape == Shape::plain && !is_argument))
        diagnostics_.error(declaration.where, "opaque needs a length: 'opaque " + declaration.name.text + "<>' or '" +
                                                  declaration.name.text + "[4]'");
      declaration.shape = Shape::variable;
    }
  }

  void check_bound(Declaration& declaration, const Definition& holder) {
    Value& bound = *declaration.bound;
    if (!constants_.resolve(bound, holder.space)) return;
    if (!fits_uint32(bound.number))
      diagnostics_.error(bound.where, "a length is 0 to 4294967295 (RFC 4506 §6.4), not " + to_string(bound.number));
    else if (declaration.shape == Shape::fixed && bound.number.magnitude == 0 &&
             declaration.type.kind != TypeRef::Kind::opaque)  // RFC 5531 §9 has `opaque results[0]`
      diagnostics_.error(bound.where, "an array of fixed length 0 holds nothing");
  }

  // typedef a b; typedef b a; what follows looks through typedefs, so a circle is cut where it is told.
  void check_aliases(Definition& definition) {
    const Definition* at = &definition;
    for (int steps = 0; const Typedef* alias = at->as<Typedef>(); ++steps) {
      at = alias->declaration.type.definition;
      if (!at) return;
      if (at == &definition || steps == deepest_typedef) {
        diagnostics_.error(definition.name.where, "typedef '" + definition.name.text + "' is defined by itself, or " +
                                                      "through more than " + std::to_string(deepest_typedef) +
                                                      " others");
        definition.as<Typedef>()->declaration.type.definition = nullptr;
        return;
      }
    }
  }

  void check_body(Definition& definition) {
    if (Struct* type = definition.as<Struct>()) check_struct(*type);
    if (Union* type = definition.as<Union>()) check_union(definition, *type);
    if (Typedef* type = definition.as<Typedef>()) reject_void(type->declaration, "a typedef");
    if (Program* program = definition.as<Program>()) check_program(*program, definition.space);
  }

  void reject_void(const Declaration& declaration, const std::string& what) {
    if (declaration.is_void()) diagnostics_.error(declaration.where, what + " cannot be void");
  }

  void check_struct(const Struct& type) {
    Unique unique(diagnostics_, "member", "RFC 4506 §6.4");
    for (const Declaration& member : type.members) {
      reject_void(member, "a member");
      if (!member.is_void()) unique.add(member.name);
    }
  }

  using Labels = std::unordered_map<std::string, Location>;

  struct EnumValues {
    std::unordered_map<std::string, Number> by_name;
    std::unordered_set<std::string> numbers;
    bool complete = true;  // no mistake keeps a number from being known
  };

  void check_union(const Definition& definition, Union& type);
  void check_arm(const Definition& definition, const Union& type, Arm& arm, Labels& labels);
  bool check_label(const Declaration& discriminant, Value& label, const std::string& space);
  bool label_in_enum(const Definition& type, Value& label, const std::string& space);
  const EnumValues& values_of(const Definition& type);
  void check_program(Program& program, const std::string& space);
  void check_version(Version& version, const std::string& space);
  void check_procedure(Procedure& procedure);
  bool check_number(Value& value, const std::string& what, const std::string& space);

  // Typedefs of arrays of typedefs nest loops in the C++.
  static constexpr int deepest_typedef = 64;

  // Each looks through all names.
  static constexpr std::size_t most_suggestions = 10;

  Spec& spec_;
  const std::map<std::string, std::string>& extern_types_;
  Diagnostics& diagnostics_;
  const std::unordered_set<std::string>& lost_;
  Symbols symbols_;
  Constants constants_;
  std::unordered_set<std::string> undefined_;  // each is said once
  std::map<std::string, std::shared_ptr<Definition>> externals_;
  std::map<std::uint32_t, std::shared_ptr<Definition>> netobjs_;
  std::vector<std::shared_ptr<Definition>> made_;  // definitions that no file has
  std::unordered_map<const Definition*, EnumValues> enum_values_;
};

bool is_primitive(const Declaration& declaration, Primitive primitive) {
  return declaration.shape == Shape::plain && declaration.type.kind == TypeRef::Kind::primitive &&
         declaration.type.primitive == primitive;
}

// A mistake that is told elsewhere.
bool is_unknown(const Declaration& declaration) {
  return declaration.type.kind == TypeRef::Kind::named && !declaration.type.definition;
}

void Checker::check_union(const Definition& definition, Union& type) {
  const Declaration& discriminant = resolve(type.discriminant);
  const bool legal = is_unknown(discriminant) || is_primitive(discriminant, Primitive::int32) ||
                     is_primitive(discriminant, Primitive::uint32) || is_primitive(discriminant, Primitive::boolean) ||
                     enum_of(discriminant);
  if (!legal)
    return diagnostics_.error(type.discriminant.where,
                              "a union switches on an int, an unsigned int, a bool or an enum (RFC 4506 §4.15)");
  Unique names(diagnostics_, "member", "RFC 4506 §6.4");
  Labels labels;
  for (Arm& arm : type.arms) {
    if (!arm.declaration.is_void()) names.add(arm.declaration.name);
    check_arm(definition, type, arm, labels);
  }
}

void Checker::check_arm(const Definition& definition, const Union& type, Arm& arm, Labels& labels) {
  const auto once = [&](const std::string& key, const Location& where, const std::string& text) {
    const auto [first, is_new] = labels.emplace(key, where);
    if (is_new) return;
    diagnostics_.error(where, "a second " + text + " (RFC 4506 §6.4)");
    diagnostics_.note(first->second, "the first one is here");
  };
  const Declaration& discriminant = resolve(type.discriminant);
  for (Value& label : arm.labels)
    if (!is_unknown(discriminant) && check_label(discriminant, label, definition.space))
      once(to_string(label.number), label.where, "case " + label.text);
  if (arm.default_label) once("default", *arm.default_label, "default");
}

bool Checker::check_label(const Declaration& discriminant, Value& label, const std::string& space) {
  if (const Definition* type = enum_of(discriminant)) return label_in_enum(*type, label, space);
  if (!constants_.resolve(label, space)) return false;
  const auto refuse = [&](const std::string& what) {
    diagnostics_.error(label.where, "'" + label.text + "' is not " + what);
    return false;
  };
  if (is_primitive(discriminant, Primitive::boolean))
    return (!label.number.negative && label.number.magnitude <= 1) || refuse("a bool: TRUE or FALSE");
  if (is_primitive(discriminant, Primitive::int32)) return fits_int32(label.number) || refuse("an int");
  return fits_uint32(label.number) || refuse("an unsigned int");
}

// The enum's own names go first: another enum may have the same.
bool Checker::label_in_enum(const Definition& type, Value& label, const std::string& space) {
  const EnumValues& values = values_of(type);
  const auto own = label.named ? values.by_name.find(label.text) : values.by_name.end();
  if (own != values.by_name.end()) {
    label.number = own->second;
    return true;
  }
  if (!constants_.resolve(label, space)) return false;
  if (values.numbers.contains(to_string(label.number))) return true;
  if (!values.complete) return false;
  diagnostics_.error(label.where, "'" + label.text + "' is not a value of enum '" + type.name.text + "'");
  diagnostics_.note(type.name.where, "defined here");
  return false;
}

const Checker::EnumValues& Checker::values_of(const Definition& type) {
  const auto [found, is_new] = enum_values_.try_emplace(&type);
  EnumValues& values = found->second;
  if (!is_new) return values;
  for (const Enumerator& enumerator : type.as<Enum>()->enumerators) {
    values.complete = values.complete && enumerator.number;
    if (!enumerator.number) continue;
    values.by_name.emplace(enumerator.name.text, *enumerator.number);
    values.numbers.insert(to_string(*enumerator.number));
  }
  return values;
}

void Checker::check_program(Program& program, const std::string& space) {
  Unique names(diagnostics_, "version", "RFC 5531 §12.3");
  Unique numbers(diagnostics_, "version with number", "RFC 5531 §12.3");
  check_number(program.number, "program", space);  // another may have it too (RFC 5531 §12.3)
  for (Version& version : program.versions) {
    names.add(version.name);
    if (check_number(version.number, "version", space))
      numbers.add(to_string(version.number.number), version.number.where);
    check_version(version, space);
  }
}

void Checker::check_version(Version& version, const std::string& space) {
  Unique names(diagnostics_, "procedure", "RFC 5531 §12.3");
  Unique numbers(diagnostics_, "procedure with number", "RFC 5531 §12.3");
  for (Procedure& procedure : version.procedures) {
    names.add(procedure.name);
    if (check_number(procedure.number, "procedure", space))
      numbers.add(to_string(procedure.number.number), procedure.number.where);
    check_procedure(procedure);
  }
}

void Checker::check_procedure(Procedure& procedure) {
  auto& arguments = procedure.arguments;
  if (arguments.size() == 1 && arguments.front().is_void()) arguments.clear();
  Unique names(diagnostics_, "argument", "");
  for (const Declaration& argument : arguments) {
    reject_void(argument, "one of several arguments");
    if (!argument.name.text.empty()) names.add(argument.name);
  }
}

bool Checker::check_number(Value& value, const std::string& what, const std::string& space) {
  if (!constants_.resolve(value, space)) return false;
  if (fits_uint32(value.number)) return true;
  diagnostics_.error(value.where,
                     "a " + what + " number is 0 to 4294967295 (RFC 5531 §12.3), not " + to_string(value.number));
  return false;
}

}  // namespace

void check(Spec& spec, const std::map<std::string, std::string>& extern_types, PercentDefines& percent_defines,
           const std::unordered_set<std::string>& lost, Diagnostics& diagnostics) {
  Checker(spec, extern_types, percent_defines, lost, diagnostics).run();
}

const Declaration& resolve(const Declaration& declaration) {
  const Declaration* at = &declaration;
  while (at->shape == Shape::plain && !at->maybe && at->type.definition) {
    const Typedef* alias = at->type.definition->as<Typedef>();
    if (!alias) break;
    at = &alias->declaration;
  }
  return *at;
}

const Definition* enum_of(const Declaration& declaration) {
  const Declaration& resolved = resolve(declaration);
  const Definition* type = resolved.shape == Shape::plain ? resolved.type.definition : nullptr;
  return type && type->as<Enum>() ? type : nullptr;
}

}  // namespace idlc
