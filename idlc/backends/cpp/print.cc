#include "print.h"

#include <algorithm>
#include <map>

namespace idlc::cpp {
namespace {

// Not print(): with thousands of that name, the compiler would look long for the right one.
std::string function_of(const Definition& type, const Names& names) {
  return names.space_before(type) + "print_" + type.name.text;
}

// What lists and optionals, and lists of them, are made of.
Declaration innermost(const Declaration& declaration) {
  Declaration inner = resolve(declaration);
  while (inner.maybe || inner.shape != Shape::plain) {
    const Declaration element = element_of(inner);
    inner = resolve(element);
  }
  return inner;
}

bool is_object(const Declaration& declaration) {
  const Declaration& resolved = resolve(declaration);
  const Definition* type = resolved.type.definition;
  return !resolved.maybe && resolved.shape == Shape::plain && type && (type->as<Struct>() || type->as<Union>());
}

bool is_recursive(const Declaration& declaration) {
  return is_object(declaration) && resolve(declaration).type.definition->recursive;
}

// A value of the holder's own type may stand in it, directly or at the end of a pointer.
bool continues_chain(const Declaration& declaration) {
  const Declaration& resolved = resolve(declaration);
  if (resolved.maybe || resolved.shape != Shape::optional) return is_recursive(declaration);
  return resolved.pointer == Pointer::box && is_recursive(element_of(resolved));
}

std::string_view method(Primitive primitive) {
  switch (primitive) {
    case Primitive::boolean: return "boolean";
    case Primitive::int8:
    case Primitive::int16:
    case Primitive::int32:
    case Primitive::int64: return "integer";
    case Primitive::uint8:
    case Primitive::uint16:
    case Primitive::uint32:
    case Primitive::uint64: return "natural";
    case Primitive::float32:
    case Primitive::float64: return "real";
    case Primitive::quadruple: return "quadruple";
  }
  return "";
}

// What prints it: one of its own for each kind of type, which the compiler need not look for.
std::string_view method(const Declaration& declaration) {
  const Declaration& resolved = resolve(declaration);
  if (resolved.maybe || (resolved.shape == Shape::optional && resolved.pointer != Pointer::list)) return "optional";
  if (is_object(resolved)) return "object";
  if (resolved.type.kind == TypeRef::Kind::string && resolved.shape == Shape::variable) return "string";
  if (resolved.type.kind == TypeRef::Kind::opaque) return "opaque";
  if (resolved.shape != Shape::plain) return "list";
  // Types that are not of a .x are left to the runtime.
  return resolved.type.kind == TypeRef::Kind::primitive ? method(resolved.type.primitive) : "value";
}

}  // namespace

std::string ValuePrint::print(const std::string& place, const Declaration& declaration, const std::string& value,
                              bool may_continue_chain) const {
  if (enum_of(declaration)) return Printer::fill("{}({}, {})", function(*enum_of(declaration)), place, value);
  const Definition* elements = enum_of(innermost(declaration));
  if (elements) return Printer::fill("{}.{}({}, {})", place, method(declaration), value, function(*elements));
  const std::string_view call = may_continue_chain && continues_chain(declaration) ? "last" : method(declaration);
  return Printer::fill("{}.{}({})", place, call, value);
}

std::string ValuePrint::function(const Definition& type) const {
  const std::string name = function_of(type, names_);
  return hidden_.contains(name) ? "::" + names_.space_of(type) + "::" + name : name;
}

namespace {

class ObjectPrint {
 public:
  ObjectPrint(Printer& out, const Definition& definition, const Names& names)
      : out_(out),
        definition_(definition),
        hidden_(members_of(definition, names)),
        types_(names, hidden_),
        values_(names, hidden_),
        stream_(local("out")) {}

  void write() {
    out_.blank();
    out_.open("void {}::print(onc::xdr::Printer& {}) const", types_.names().of(definition_), stream_);
    out_.line("{}.open(\"{}\");", stream_, definition_.name.text);
    if (const Struct* type = definition_.as<Struct>()) fields(*type);
    if (const Union* type = definition_.as<Union>()) fields(*type);
    out_.line("{}.close();", stream_);
    out_.close();
  }

 private:
  static Scope members_of(const Definition& definition, const Names& names);

  // No member's name, nor one that a member of ours made of a member's with a _.
  std::string local(std::string name) const {
    while (hidden_.contains(types_.names().local(name))) name += '2';
    return types_.names().local(name);
  }

  void fields(const Struct& type) {
    for (const Declaration& member : type.members) {
      const bool last = &member == &type.members.back();
      if (last && type.list) continue;
      out_.line("{};", field(member, types_.names().of(member), last));
    }
  }
  void fields(const Union& type);

  // out.field("size").natural(size)
  std::string field(const Declaration& declaration, const std::string& value, bool last) const {
    const std::string place = Printer::fill("{}.field(\"{}\")", stream_, key(declaration));
    return values_.print(place, declaration, value, last && definition_.recursive);
  }

  // The .x's name. An arm may have its discriminant's, but readers of JSON keep only one of two equal keys.
  const std::string& key(const Declaration& member) const {
    const Union* type = definition_.as<Union>();
    const bool twice = type && &member != &type->discriminant && member.name.text == type->discriminant.name.text;
    return twice ? types_.names().of(member) : member.name.text;
  }

  void labels(const Union& type, const Arm& arm, const std::string& end);

  Printer& out_;
  const Definition& definition_;
  Scope hidden_;
  Types types_;
  ValuePrint values_;
  std::string stream_;
};

Scope ObjectPrint::members_of(const Definition& definition, const Names& names) {
  Scope members;
  const auto add = [&](const Declaration& member) {
    if (!member.is_void()) members.insert(names.of(member));
  };
  if (const Struct* type = definition.as<Struct>())
    for (const Declaration& member : type->members) add(member);
  if (const Union* type = definition.as<Union>()) {
    add(type->discriminant);
    for (const Arm& arm : type->arms) add(arm.declaration);
    for (const std::string& member : Scope(members)) members.insert({member + "_", "with_" + member});
    members.insert({"arm_", "arms_"});
  }
  return members;
}

void ObjectPrint::fields(const Union& type) {
  const std::string which = types_.names().of(type.discriminant) + "()";
  out_.line("{};", field(type.discriminant, which, false));
  const auto has_value = [](const Arm& arm) { return !arm.declaration.is_void(); };
  if (std::none_of(type.arms.begin(), type.arms.end(), has_value)) return;
  const TypeRef& switched = resolve(type.discriminant).type;
  const bool is_bool = !switched.definition && switched.primitive == Primitive::boolean;
  out_.open("switch ({})", is_bool ? "int{" + which + "}" : which);
  const bool rest_has_value = std::any_of(type.arms.begin(), type.arms.end(),
                                          [&](const Arm& arm) { return arm.default_label && has_value(arm); });
  for (const Arm& arm : type.arms) {
    if (has_value(arm))
      labels(type, arm, " " + field(arm.declaration, types_.names().of(arm.declaration) + "()", true) + "; break;");
    else if (rest_has_value)
      labels(type, arm, " break;");
  }
  if (!rest_has_value) out_.line("default: break;");
  out_.close();
}

void ObjectPrint::labels(const Union& type, const Arm& arm, const std::string& end) {
  std::vector<std::string> lines;
  for (const Value& value : arm.labels) lines.push_back("case " + label(types_, type.discriminant, value) + ":");
  if (arm.default_label) lines.push_back("default:");
  lines.back() += end;
  for (const std::string& line : lines) out_.line("{}", line);
}

std::int64_t signed_value(const Number& number) {
  const auto magnitude = static_cast<std::int64_t>(number.magnitude);
  return number.negative ? -magnitude : magnitude;
}

// In the order of their numbers, as the runtime looks for them; of two names for a number the first.
std::string table_of(const Enum& type) {
  std::map<std::int64_t, std::string> names;
  for (const Enumerator& enumerator : type.enumerators)
    names.emplace(signed_value(*enumerator.number), enumerator.name.text);
  std::string table;
  for (const auto& [number, name] : names) {
    // As C++ has no literal for the smallest int.
    const std::string text = number == INT32_MIN ? "-2147483647 - 1" : std::to_string(number);
    table += (table.empty() ? "{" : ", {") + text + ", \"" + name + "\"}";
  }
  return table;
}

void write_enum(Printer& out, const Definition& definition, const Names& names) {
  const std::string stream = names.local("out");
  const std::string value = names.local("value");
  const std::string table = names.local("names");
  out.blank();
  out.open("void {}(onc::xdr::Printer& {}, {} {})", function_of(definition, names), stream, names.of(definition),
           value);
  out.line("static constexpr onc::xdr::EnumeratorName {}[] = {{}};", table, table_of(*definition.as<Enum>()));
  out.line("{}.enumerator(static_cast<std::int32_t>({}), {});", stream, value, table);
  out.close();
}

}  // namespace

void PrintDeclarations::declare(const Definition& definition) {
  const bool is_enum = definition.as<Enum>();
  if (!is_enum && !definition.as<Struct>() && !definition.as<Union>()) return;
  if (spaces_.insert(names_.space_of(definition)).second) {
    out_.blank();
    out_.line("using onc::xdr::operator<<;");
  }
  if (is_enum) declare_function(definition);
}

void PrintDeclarations::declare_function(const Definition& definition) {
  const std::string stream = names_.local("out");
  const std::string value = names_.local("value");
  const std::string function = function_of(definition, names_);
  const std::string& type = names_.of(definition);
  out_.line("void {}(onc::xdr::Printer&, {});", function, type);
  out_.line("inline void print(onc::xdr::Printer& {}, {} {}) { {}({}, {}); }", stream, type, value, function, stream,
            value);
}

void write_print(Printer& out, const Definition& definition, const Names& names) {
  if (definition.as<Enum>()) write_enum(out, definition, names);
  if (definition.as<Struct>() || definition.as<Union>()) ObjectPrint(out, definition, names).write();
}

}  // namespace idlc::cpp
