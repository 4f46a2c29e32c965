#include "glue.h"

using idlc::Arm;
using idlc::Declaration;
using idlc::Definition;
using idlc::Enum;
using idlc::Pointer;
using idlc::Printer;
using idlc::Shape;
using idlc::Struct;
using idlc::Typedef;
using idlc::TypeRef;
using idlc::Union;
using idlc::Value;

namespace differential {
namespace {

std::string bound_of(const Declaration& declaration) {
  return declaration.bound ? to_string(declaration.bound->number) : "onc::xdr::unbounded";
}

idlc::cpp::Options options(const WholeFile& whole) {
  idlc::cpp::Options options;
  options.file = whole.file;
  return options;
}

bool is_link(const Struct& type, const Declaration& member) { return type.list && &member == &type.members.back(); }

class OursWriter {
 public:
  OursWriter(const idlc::Spec& spec, const WholeFile& whole)
      : spec_(spec), whole_(whole), names_(spec, options(whole)), types_(names_, {}) {}

  std::string write() {
    names_.stand_in("");
    out_.line("#include \"{}.h\"", whole_.file);
    out_.line("#include \"value.h\"");
    out_.blank();
    out_.line("namespace differential {");
    out_.line("namespace {");
    out_.blank();
    const auto all = described(spec_, whole_);
    for (const Definition* definition : all) {
      out_.line("{};", fill_head(*definition));
      out_.line("{};", tell_head(*definition));
    }
    for (const Definition* definition : all) {
      out_.blank();
      out_.open("{}", fill_head(*definition));
      fill(*definition);
      out_.close();
      out_.blank();
      out_.open("{}", tell_head(*definition));
      tell(*definition);
      out_.close();
    }
    out_.blank();
    out_.line("}  // namespace");
    write_table();
    return out_.text();
  }

 private:
  void write_table() {
    out_.blank();
    out_.open("const std::vector<Type>& types()");
    out_.open("static const std::vector<Type> all");
    for (const Whole& whole : whole_.types)
      out_.line("{\"{}\", make<ValueOf<{}::{}, fill_{}, tell_{}>>},", whole.name, whole_.space, whole.holder(),
                whole.holder(), whole.holder());
    out_.close("};");
    out_.line("return all;");
    out_.close();
    out_.blank();
    out_.line("}  // namespace differential");
  }

  std::string fill_head(const Definition& type) const {
    return Printer::fill("void fill_{}([[maybe_unused]] Random& random, {}& value)", type.name.text, types_.of(type));
  }
  std::string tell_head(const Definition& type) const {
    return Printer::fill("void tell_{}(Text* text, const {}& value)", type.name.text, types_.of(type));
  }

  void fill(const Definition& definition) {
    if (const Enum* type = definition.as<Enum>()) fill_enum(definition, *type);
    if (const Typedef* alias = definition.as<Typedef>()) fill(alias->declaration, "value");
    if (const Union* type = definition.as<Union>()) fill_union(definition, *type);
    if (const Struct* type = definition.as<Struct>())
      for (const Declaration& member : type->members)
        if (!is_link(*type, member)) fill(member, "value." + names_.of(member));
  }

  void fill_enum(const Definition& definition, const Enum& type) {
    out_.open("switch (random.below({}))", type.enumerators.size());
    for (std::size_t i = 0; i < type.enumerators.size(); ++i)
      out_.line("case {}: value = {}; return;", i, types_.enumerator(definition, *type.enumerators[i].number));
    out_.close();
  }

  // Each label is as likely as the next, whatever arm it is of.
  void fill_union(const Definition& definition, const Union& type) {
    std::vector<std::pair<const Arm*, std::string>> choices;
    for (const Arm& arm : type.arms) {
      for (const Value& label : arm.labels)
        choices.push_back({&arm, idlc::cpp::label(types_, type.discriminant, label)});
      if (arm.default_label)
        for (std::string& label : free_labels(type)) choices.push_back({&arm, std::move(label)});
    }
    out_.open("switch (random.below({}))", choices.size());
    for (std::size_t i = 0; i < choices.size(); ++i) {
      out_.open("case {}:", i);
      fill_arm(definition, *choices[i].first, choices[i].second);
      out_.line("return;");
      out_.close();
    }
    out_.close();
  }

  void fill_arm(const Definition& definition, const Arm& arm, const std::string& label) {
    const std::string made = types_.of(definition);
    if (arm.declaration.is_void()) return out_.line("value = {}({});", made, label);
    out_.line("{} arm{};", types_.of(arm.declaration));
    fill(arm.declaration, "arm");
    const bool one_label = arm.labels.size() == 1 && !arm.default_label;
    out_.line("value = {}::with_{}({}arm);", made, names_.of(arm.declaration), one_label ? "" : label + ", ");
  }

  // Values for the default arm.
  std::vector<std::string> free_labels(const Union& type) const {
    const auto named = [&](const idlc::Number& number) {
      for (const Arm& arm : type.arms)
        for (const Value& label : arm.labels)
          if (label.number == number) return true;
      return false;
    };
    std::vector<std::string> labels;
    if (const Definition* definition = enum_of(type.discriminant)) {
      for (const idlc::Enumerator& enumerator : definition->as<Enum>()->enumerators)
        if (!named(*enumerator.number)) labels.push_back(types_.enumerator(*definition, *enumerator.number));
      return labels;
    }
    idlc::Number number;
    for (; labels.size() < 3; number = next(number))
      if (!named(number)) labels.push_back(to_string(number));
    return labels;
  }

  void fill(const Declaration& declaration, const std::string& value) {
    if (declaration.maybe || (declaration.shape == Shape::optional && declaration.pointer != Pointer::list)) {
      out_.line("{}.reset();", value);
      out_.open("if (random.flip())");
      fill(idlc::cpp::element_of(declaration), value + ".emplace()");
      return out_.close();
    }
    const bool bytes = declaration.type.kind == TypeRef::Kind::opaque;
    switch (declaration.shape) {
      case Shape::plain: return fill_plain(declaration, value);
      case Shape::fixed: return bytes ? out_.line("random.bytes({});", value) : fill_items(declaration, value);
      case Shape::variable:
        if (bytes) return out_.line("random.bytes({}, {});", value, bound_of(declaration));
        if (declaration.type.kind == TypeRef::Kind::string)
          return out_.line("random.string({}, {});", value, bound_of(declaration));
        break;
      case Shape::optional: break;
    }
    out_.line("{}.resize(random.length({}));", value, bound_of(declaration));
    fill_items(declaration, value);
  }

  void fill_plain(const Declaration& declaration, const std::string& value) {
    if (declaration.type.definition) return out_.line("fill_{}(random, {});", declaration.type.name, value);
    if (declaration.type.kind != TypeRef::Kind::primitive) not_known(declaration);
    out_.line("random.number({});", value);
  }

  void fill_items(const Declaration& declaration, const std::string& value) {
    out_.open("for (auto& item : {})", value);
    fill(idlc::cpp::element_of(declaration), "item");
    out_.close();
  }

  void tell(const Definition& definition) {
    if (definition.as<Enum>()) out_.line("text_number(text, static_cast<long long>(value));");
    if (const Typedef* alias = definition.as<Typedef>()) tell(alias->declaration, "value");
    if (const Union* type = definition.as<Union>()) tell_union(*type);
    if (const Struct* type = definition.as<Struct>()) {
      out_.line("text_open(text);");
      for (const Declaration& member : type->members)
        if (!is_link(*type, member)) tell_field(member, "value." + names_.of(member));
      out_.line("text_close(text);");
    }
  }

  void tell_field(const Declaration& declaration, const std::string& value) {
    out_.line("text_field(text, \"{}\");", declaration.name.text);
    tell(declaration, value);
  }

  void tell_union(const Union& type) {
    const std::string discriminant = "value." + names_.of(type.discriminant) + "()";
    out_.line("text_open(text);");
    out_.line("text_field(text, \"{}\");", type.discriminant.name.text);
    out_.line("text_number(text, static_cast<long long>({}));", discriminant);
    out_.open("switch (static_cast<long long>({}))", discriminant);
    for (const Arm& arm : type.arms) {
      for (const Value& label : arm.labels) out_.line("case {}:", to_string(label.number));
      if (arm.default_label) out_.line("default:");
      out_.indent();
      if (!arm.declaration.is_void()) tell_field(arm.declaration, "value." + names_.of(arm.declaration) + "()");
      out_.line("break;");
      out_.outdent();
    }
    out_.close();
    out_.line("text_close(text);");
  }

  void tell(const Declaration& declaration, const std::string& value) {
    if (declaration.maybe || (declaration.shape == Shape::optional && declaration.pointer != Pointer::list)) {
      out_.open("if ({})", value);
      tell(idlc::cpp::element_of(declaration), "(*" + value + ")");
      out_.close();
      out_.line("if (!{}) text_nothing(text);", value);
      return;
    }
    if (declaration.shape == Shape::plain) {
      const bool named = declaration.type.definition;
      return named ? out_.line("tell_{}(text, {});", declaration.type.name, value)
                   : out_.line("text_number(text, static_cast<long long>({}));", value);
    }
    if (declaration.type.kind == TypeRef::Kind::string) return out_.line("text_string(text, {}.c_str());", value);
    if (declaration.type.kind == TypeRef::Kind::opaque)
      return out_.line("text_bytes(text, {}.data(), {}.size());", value, value);
    out_.line("text_open(text);");
    out_.open("for (const auto& item : {})", value);
    tell(idlc::cpp::element_of(declaration), "item");
    out_.close();
    out_.line("text_close(text);");
  }

  const idlc::Spec& spec_;
  const WholeFile& whole_;
  idlc::cpp::Names names_;
  idlc::cpp::Types types_;
  Printer out_;
};

}  // namespace

std::string ours(const idlc::Spec& spec, const WholeFile& whole) { return OursWriter(spec, whole).write(); }

}  // namespace differential
