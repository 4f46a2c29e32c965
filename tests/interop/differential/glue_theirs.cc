#include "glue.h"

using idlc::Arm;
using idlc::Declaration;
using idlc::Definition;
using idlc::Pointer;
using idlc::Printer;
using idlc::Shape;
using idlc::Struct;
using idlc::Typedef;
using idlc::TypeRef;
using idlc::Union;

namespace differential {
namespace {

class TheirsWriter {
 public:
  TheirsWriter(const idlc::Spec& spec, const WholeFile& whole) : spec_(spec), whole_(whole) {}

  std::string write(const std::string& header) {
    out_.line("#include \"{}\"", header);
    out_.line("#include \"theirs.h\"");
    out_.blank();
    for (const Whole& whole : whole_.types)
      out_.line("typedef struct { {} {}value; } {};", whole.name, whole.list ? "*" : "", whole.holder());
    out_.blank();
    const auto all = described(spec_, whole_);
    for (const Definition* definition : all) out_.line("{};", tell_head(*definition));
    for (const Definition* definition : all) {
      out_.blank();
      out_.open("{}", tell_head(*definition));
      out_.line("{} *v = value;", definition->name.text);
      tell(*definition);
      out_.close();
    }
    for (const Whole& whole : whole_.types) move(whole);
    table();
    enumerators(all);
    return out_.text();
  }

 private:
  static std::string tell_head(const Definition& definition) {
    return "static void tell_" + definition.name.text + "(Text *text, void *value)";
  }

  void move(const Whole& whole) {
    out_.blank();
    out_.open("static int move_{}(void *xdrs, void *value)", whole.holder());
    if (whole.list)
      out_.line("return xdr_pointer(xdrs, value, sizeof({}), (xdrproc_t)xdr_{});", whole.name, whole.name);
    else
      out_.line("return xdr_{}(xdrs, value);", whole.name);
    out_.close();
  }

  void table() {
    out_.blank();
    out_.open("const Their their_types[] =");
    for (const Whole& whole : whole_.types)
      out_.line("{\"{}\", sizeof({}), move_{}, tell_{}},", whole.name, whole.holder(), whole.holder(), whole.holder());
    out_.line("{NULL, 0, NULL, NULL},");
    out_.close("};");
  }

  void enumerators(const std::vector<const Definition*>& all) {
    out_.blank();
    out_.open("const TheirEnumerator their_enumerators[] =");
    for (const Definition* definition : all)
      if (const auto* type = definition->as<idlc::Enum>())
        for (const idlc::Enumerator& enumerator : type->enumerators)
          out_.line("{\"{}\", {}},", definition->name.text, enumerator.name.text);
    out_.line("{NULL, 0},");
    out_.close("};");
  }

  void tell(const Definition& definition) {
    if (definition.as<idlc::Enum>()) out_.line("text_number(text, *v);");
    if (const Typedef* alias = definition.as<Typedef>()) tell_alias(definition, *alias);
    if (const Union* type = definition.as<Union>()) tell_union(definition, *type);
    if (const Struct* type = definition.as<Struct>()) {
      out_.line("text_open(text);");
      for (const Declaration& member : type->members)
        if (!type->list || &member != &type->members.back()) tell_field(member, "v->" + member.name.text);
      out_.line("text_close(text);");
    }
  }

  void tell_alias(const Definition& definition, const Typedef& alias) {
    if (!alias.was_union) return tell(alias.declaration, "(*v)");
    // The union's bool stands first in its struct.
    out_.open("if (*(bool_t *)v)");
    tell(idlc::cpp::element_of(alias.declaration), "v->" + definition.name.text + "_u." + alias.declaration.name.text);
    out_.close();
    out_.line("else text_nothing(text);");
  }

  void tell_field(const Declaration& declaration, const std::string& value) {
    out_.line("text_field(text, \"{}\");", declaration.name.text);
    tell(declaration, value);
  }

  void tell_union(const Definition& definition, const Union& type) {
    const std::string discriminant = "v->" + type.discriminant.name.text;
    out_.line("text_open(text);");
    out_.line("text_field(text, \"{}\");", type.discriminant.name.text);
    out_.line("text_number(text, {});", discriminant);
    out_.open("switch ({})", discriminant);
    for (const Arm& arm : type.arms) {
      for (const idlc::Value& label : arm.labels) out_.line("case {}:", to_string(label.number));
      if (arm.default_label) out_.line("default:");
      out_.indent();
      if (!arm.declaration.is_void())
        tell_field(arm.declaration, "v->" + definition.name.text + "_u." + arm.declaration.name.text);
      out_.line("break;");
      out_.outdent();
    }
    out_.close();
    out_.line("text_close(text);");
  }

  void tell(const Declaration& declaration, const std::string& value) {
    const bool bytes = declaration.type.kind == TypeRef::Kind::opaque;
    const std::string count = value + "." + of_array(declaration, "len");
    const std::string items = value + "." + of_array(declaration, "val");
    switch (declaration.shape) {
      case Shape::plain: return tell_plain(declaration, "&" + value, value);
      case Shape::optional: return tell_pointer(declaration, value);
      case Shape::fixed:
        if (bytes) return out_.line("text_bytes(text, {}, sizeof {});", value, value);
        return tell_items(declaration, "sizeof " + value + " / sizeof " + value + "[0]", value);
      case Shape::variable:
        if (bytes) return out_.line("text_bytes(text, {}, {});", items, count);
        if (declaration.type.kind == TypeRef::Kind::string) return out_.line("text_string(text, {});", value);
        return tell_items(declaration, count, items);
    }
  }

  // What rpcgen calls the two members of a T<>. libtirpc's own netobj has other names.
  static std::string of_array(const Declaration& declaration, const std::string& part) {
    if (declaration.name.text != "netobj") return declaration.name.text + "_" + part;
    return part == "len" ? "n_len" : "n_bytes";
  }

  void tell_plain(const Declaration& declaration, const std::string& pointer, const std::string& value) {
    if (declaration.type.definition) return out_.line("tell_{}(text, {});", declaration.type.name, pointer);
    if (declaration.type.kind != TypeRef::Kind::primitive || declaration.type.primitive == idlc::Primitive::float32 ||
        declaration.type.primitive == idlc::Primitive::float64 ||
        declaration.type.primitive == idlc::Primitive::quadruple)
      not_known(declaration);
    out_.line("text_number(text, {}{});", cast(declaration.type.primitive), value);
  }

  // A long has four bytes on the wire; libtirpc reads it into C's of eight without its sign.
  static std::string cast(idlc::Primitive primitive) { return primitive == idlc::Primitive::int32 ? "(int32_t)" : ""; }

  void tell_items(const Declaration& declaration, const std::string& count, const std::string& items) {
    out_.line("text_open(text);");
    out_.open("for (size_t i = 0; i < {}; ++i)", count);
    tell_plain(declaration, "&" + items + "[i]", items + "[i]");
    out_.close();
    out_.line("text_close(text);");
  }

  void tell_pointer(const Declaration& declaration, const std::string& value) {
    if (declaration.pointer != Pointer::list) {
      out_.line("if ({})", value);
      out_.indent();
      tell_plain(declaration, value, "*" + value);
      out_.outdent();
      out_.line("else text_nothing(text);");
      return;
    }
    const Struct& element = *declaration.type.definition->as<Struct>();
    out_.line("text_open(text);");
    out_.line("for ({} *item = {}; item; item = item->{}) tell_{}(text, item);", declaration.type.name, value,
              element.members.back().name.text, declaration.type.name);
    out_.line("text_close(text);");
  }

  const idlc::Spec& spec_;
  const WholeFile& whole_;
  Printer out_;
};

}  // namespace

std::string theirs(const idlc::Spec& spec, const WholeFile& whole, const std::string& header) {
  return TheirsWriter(spec, whole).write(header);
}

}  // namespace differential
