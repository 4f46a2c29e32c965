#include "types.h"

#include "comments.h"
#include "percent.h"

#include <unordered_set>

namespace idlc::cpp {
namespace {

std::string_view primitive_name(Primitive primitive) {
  switch (primitive) {
    case Primitive::int8: return "std::int8_t";
    case Primitive::uint8: return "std::uint8_t";
    case Primitive::int16: return "std::int16_t";
    case Primitive::uint16: return "std::uint16_t";
    case Primitive::int32: return "std::int32_t";
    case Primitive::uint32: return "std::uint32_t";
    case Primitive::int64: return "std::int64_t";
    case Primitive::uint64: return "std::uint64_t";
    case Primitive::float32: return "float";
    case Primitive::float64: return "double";
    case Primitive::quadruple: return "onc::xdr::Quadruple";
    case Primitive::boolean: return "bool";
  }
  return "";
}

std::string_view constant_type(const Number& number) {
  if (number.negative) return fits_int32(number) ? "std::int32_t" : "std::int64_t";
  return fits_uint32(number) ? "std::uint32_t" : "std::uint64_t";
}

std::string pointer_type(Pointer pointer, const std::string& element) {
  switch (pointer) {
    case Pointer::list: return "std::vector<" + element + ">";
    case Pointer::box: return "onc::xdr::Box<" + element + ">";
    case Pointer::optional: break;
  }
  return "std::optional<" + element + ">";
}

// The members of structs in structs, counted to 33.
std::uint64_t leaves(const Declaration& declaration) {
  const Declaration& resolved = resolve(declaration);
  const bool inside = !resolved.maybe && (resolved.shape == Shape::plain || resolved.shape == Shape::fixed);
  const Struct* type = inside && resolved.type.definition ? resolved.type.definition->as<Struct>() : nullptr;
  if (!type) return 1;
  std::uint64_t count = 0;
  for (const Declaration& member : type->members)
    if (count <= 32) count += leaves(member);
  return resolved.shape == Shape::fixed ? count * resolved.bound->number.magnitude : count;
}

class TypeWriter {
 public:
  TypeWriter(Printer& out, NamespaceBlocks& blocks, const Names& names, bool keep_percent)
      : out_(out), blocks_(blocks), names_(names), types_(names, {}), keep_percent_(keep_percent) {}

  void write(const Definition& definition) {
    declare_ahead(definition);
    blocks_.enter(definition);
    if (const Passthrough* lines = definition.as<Passthrough>()) return write(*lines);
    separate(definition);
    if (const Constant* constant = definition.as<Constant>()) write(definition, *constant);
    if (const Enum* type = definition.as<Enum>()) write(definition, *type);
    if (const Struct* type = definition.as<Struct>()) write(definition, *type);
    if (definition.as<Union>()) {
      // In front: arms have no one place in a class.
      for (std::size_t i = 0; i <= definition.as<Union>()->arms.size(); ++i) write_percent_lines(definition, i);
      write_union(out_, definition, names_);
    }
    if (const Typedef* alias = definition.as<Typedef>()) write(definition, *alias);
    defined_.insert(&definition);
  }

 private:
  // One-liners of a kind stand together, declarations in advance by themselves.
  void separate(const Definition& definition) {
    const bool one_line = definition.as<Constant>() || definition.as<Typedef>();
    if (!one_line || last_kind_ != definition.body.index() || !definition.comments.above.empty()) out_.blank();
    last_kind_ = definition.body.index();
  }

  void write(const Definition& definition, const Constant& constant) {
    const std::string& name = names_.of(definition);
    if (constant.quoted)
      return write_line(out_, definition.comments, "inline constexpr char " + name + "[] = " + *constant.quoted + ";");
    const Value& value = *constant.value;
    const std::string number = value.constant ? types_.of(*value.constant) : literal(value);
    write_line(out_, definition.comments,
               Printer::fill("inline constexpr {} {} = {};", constant_type(value.number), name, number));
  }

  void write(const Definition& definition, const Enum& type) {
    write_above(out_, definition.comments);
    out_.open("enum class {} : std::int32_t", names_.of(definition));
    for (const Enumerator& enumerator : type.enumerators) {
      write_percent_lines(definition, static_cast<std::size_t>(&enumerator - type.enumerators.data()));
      const std::string value = enumerator.value ? literal(*enumerator.value) : to_string(*enumerator.number);
      write_line(out_, enumerator.comments, names_.of(enumerator) + " = " + value + ",");
    }
    write_percent_lines(definition, type.enumerators.size());
    out_.close("};");
  }

  // There so that one may name some members only, as in {.id = 5}, without a warning. But {} has g++ spell out all that
  // is inside, anew at each level of structs in structs: there none is as good.
  static std::string member_initializer(const Types& types, const Declaration& member) {
    if (leaves(member) > 32) return "";
    const std::string value = initializer(types, member);
    return value.empty() ? "{}" : value;
  }

  void write(const Definition& definition, const Struct& type) {
    const Types types(names_, names_in(type, names_));
    write_above(out_, definition.comments);
    out_.open("struct {}", names_.of(definition));
    for (const Declaration& member : type.members) {
      write_percent_lines(definition, static_cast<std::size_t>(&member - type.members.data()));
      if (!type.list || &member != &type.members.back())
        write_line(out_, member.comments,
                   types.of(member) + " " + names_.of(member) + member_initializer(types, member) + ";",
                   remark(member));
    }
    write_percent_lines(definition, type.members.size());
    out_.blank();
    if (const Declaration* link = link_of_chain(definition)) write_link(types, definition, *link);
    declare_members(out_);
    out_.line("bool operator==(const {}&) const = default;", types.of(definition));
    out_.close("};");
  }

  void write_link(const Types& types, const Definition& definition, const Declaration& link) {
    out_.line("// However many follow each other, they are copied, compared and destroyed in a loop.");
    out_.line("static constexpr auto linked_by = &{}::{};", types.of(definition), names_.of(link));
    out_.blank();
  }

  void write(const Definition& definition, const Typedef& alias) {
    write_line(out_, definition.comments, "using " + names_.of(definition) + " = " + types_.of(alias.declaration) + ";",
               remark(alias.declaration));
  }

  // A type that stands further down but is only pointed at.
  void declare_ahead(const Definition& definition) {
    const auto declare = [&](const Declaration& declaration) {
      const Definition* type = declaration.type.definition;
      if (!type || type == &definition || (!type->as<Struct>() && !type->as<Union>())) return;
      if (type->unit != 0 || !defined_.insert(type).second) return;
      blocks_.enter(*type);
      out_.blank();
      out_.line("{} {};", type->as<Struct>() ? "struct" : "class", names_.of(*type));
      out_.blank();
    };
    if (const Struct* type = definition.as<Struct>())
      for (const Declaration& member : type->members) declare(member);
    if (const Union* type = definition.as<Union>())
      for (const Arm& arm : type->arms) declare(arm.declaration);
    if (const Typedef* alias = definition.as<Typedef>()) declare(alias->declaration);
  }

  void write(const Passthrough& lines) {
    out_.blank();
    out_.raw(lines.text);
  }

  // The % lines that stand before a member of that number.
  void write_percent_lines(const Definition& definition, std::size_t before) {
    if (!keep_percent_) return;
    for (const InnerPassthrough& lines : definition.percent_lines)
      if (lines.before == before) out_.raw(lines.text);
  }

  Printer& out_;
  NamespaceBlocks& blocks_;
  const Names& names_;
  Types types_;
  bool keep_percent_;
  std::unordered_set<const Definition*> defined_;
  std::size_t last_kind_ = std::variant_npos;
};

}  // namespace

std::string Types::of(const TypeRef& type) const {
  if (type.definition) return of(*type.definition);
  if (type.kind == TypeRef::Kind::primitive) return std::string(primitive_name(type.primitive));
  return type.kind == TypeRef::Kind::nothing ? "void" : "std::byte";
}

std::string Types::of(const Declaration& declaration) const {
  if (declaration.maybe) return "std::optional<" + of(element_of(declaration)) + ">";
  const std::string element = of(declaration.type);
  switch (declaration.shape) {
    case Shape::plain: return element;
    case Shape::fixed: return "std::array<" + element + ", " + bound(declaration) + ">";
    case Shape::optional: return pointer_type(declaration.pointer, element);
    case Shape::variable: break;
  }
  if (declaration.type.kind == TypeRef::Kind::string) return "std::string";
  if (declaration.type.kind == TypeRef::Kind::opaque) return "onc::xdr::Bytes";
  return "std::vector<" + element + ">";
}

std::string Types::local(const std::string& name) const {
  std::string free = names_.local(name);
  while (hidden_.contains(free)) free = names_.local(free + "_");
  return free;
}

std::string Types::bound(const Declaration& declaration) const {
  if (!declaration.bound) return "onc::xdr::unbounded";
  return declaration.bound->constant ? of(*declaration.bound->constant) : literal(*declaration.bound);
}

std::string Types::enumerator(const Definition& type, const Number& number) const {
  const Enumerator* enumerator = names_.enumerator(type, number);
  return enumerator ? of(type) + "::" + names_.of(*enumerator) : "";
}

bool is_scalar(const Declaration& declaration) {
  if (enum_of(declaration)) return true;
  const Declaration& resolved = resolve(declaration);
  return resolved.shape == Shape::plain && resolved.type.kind == TypeRef::Kind::primitive &&
         resolved.type.primitive != Primitive::quadruple;
}

bool is_wide_number(const Declaration& declaration) {
  const Declaration& resolved = resolve(declaration);
  if (resolved.shape != Shape::plain || resolved.type.kind != TypeRef::Kind::primitive) return false;
  return resolved.type.primitive >= Primitive::int32 && resolved.type.primitive <= Primitive::float64;
}

Declaration element_of(const Declaration& declaration) {
  Declaration element = declaration;
  if (declaration.maybe) {
    element.maybe = false;
    return element;
  }
  element.shape = Shape::plain;
  element.bound.reset();
  return element;
}

std::string literal(const Value& value) {
  if (value.number.negative && !fits_int64({value.number.magnitude, false})) return "-9223372036854775807 - 1";
  // To C++ a hexadecimal or octal literal may be unsigned, and then - does not make it negative.
  std::string text = value.named || value.number.negative ? to_string(value.number) : value.text;
  if (!fits_int64(value.number)) text += "u";
  return text;
}

std::string label(const Types& types, const Declaration& discriminant, const Value& label) {
  if (const Definition* type = enum_of(discriminant)) return types.enumerator(*type, label.number);
  if (resolve(discriminant).type.primitive == Primitive::boolean) return label.number.magnitude ? "true" : "false";
  return label.constant ? types.of(*label.constant) : literal(label);
}

std::string first_enumerator(const Types& types, const Declaration& declaration) {
  const Definition* type = enum_of(declaration);
  if (!type || types.names().enumerator(*type, Number{})) return "";
  return types.enumerator(*type, *type->as<Enum>()->enumerators.front().number);
}

std::string filled(const Types& types, const Declaration& declaration) {
  const Declaration* item = &resolve(declaration);
  Declaration element;
  while (!item->maybe && item->shape == Shape::fixed) item = &resolve(element = element_of(*item));
  const std::string first = first_enumerator(types, *item);
  return first.empty() ? "" : "onc::xdr::filled<" + types.of(declaration) + ">(" + first + ")";
}

std::string initializer(const Types& types, const Declaration& declaration) {
  const Declaration& resolved = resolve(declaration);
  if (enum_of(declaration)) return "{" + first_enumerator(types, declaration) + "}";
  if (resolved.maybe) return "";
  if (const std::string value = filled(types, declaration); !value.empty() && resolved.shape == Shape::fixed)
    return " = " + value;
  if (resolved.shape == Shape::fixed || is_scalar(declaration)) return "{}";
  return "";
}

Scope names_in(const Struct& type, const Names& names) {
  Scope inside;
  for (const Declaration& member : type.members) inside.insert(names.of(member));
  return inside;
}

void declare_members(Printer& out) {
  out.line("void encode(onc::xdr::Encoder&) const;");
  out.line("void decode(onc::xdr::Decoder&);");
  out.line("void print(onc::xdr::Printer&) const;");
}

std::string remark(const Declaration& declaration) {
  if (declaration.shape == Shape::optional && declaration.pointer == Pointer::list)
    return declaration.type.name + " *: a linked list";
  if (declaration.shape != Shape::variable || !declaration.bound) return "";
  return "<" + declaration.bound->text + ">";
}

void write_types(Printer& out, NamespaceBlocks& blocks, const Spec& spec, const Names& names, const Options& options) {
  TypeWriter writer(out, blocks, names, options.keep_percent);
  const auto wanted = [&](const Definition& definition) {
    const Passthrough* lines = definition.as<Passthrough>();
    return !definition.as<Program>() && (!lines || (options.keep_percent && !includes(*lines)));
  };
  for (const auto& definition : spec.definitions)
    if (is_own(*definition) && wanted(*definition)) writer.write(*definition);
}

}  // namespace idlc::cpp
