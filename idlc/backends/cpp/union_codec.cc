#include "codec.h"

#include <algorithm>

namespace idlc::cpp {
namespace {

class UnionCodec {
 public:
  UnionCodec(Printer& out, const Definition& definition, const Names& names)
      : out_(out),
        definition_(definition),
        type_(*definition.as<Union>()),
        names_(names),
        types_(names, {}),
        codec_(types_),
        class_(names.of(definition)),
        locals_(locals_in_codecs(names)),
        discriminant_(local(type_.discriminant)) {
    locals_.insert(discriminant_);
  }

  void encode() {
    out_.blank();
    out_.open("void encode(onc::xdr::Encoder& {}, const {}& {})", encoder_, class_, value_);
    const std::string which = value_ + "." + names_.of(type_.discriminant) + "()";
    out_.line("{};", codec_.encode(type_.discriminant, which, encoder_));
    out_.open("switch ({})", switchable(which));
    for (const Arm& arm : type_.arms) {
      labels(arm, has_value(arm) ? " return " + encode_value(arm) + ";" : " return;");
    }
    if (needs_default()) out_.line("default: throw {};", no_such_arm());
    out_.close();
    out_.close();
  }

  void decode() {
    out_.blank();
    out_.open("void decode(onc::xdr::Decoder& {}, {}& {})", decoder_, class_, value_);
    if (definition_.recursive) out_.line("const auto {} = {}.nest();", names_.local("level"), decoder_);
    read(type_.discriminant, discriminant_);
    out_.open("switch ({})", switchable(discriminant_));
    for (const Arm& arm : type_.arms) decode(arm);
    if (needs_default())
      out_.line("default: {}.refuse(onc::xdr::errc::no_such_arm, \"{}\");", decoder_, definition_.name.text);
    out_.close();
    out_.close();
  }

 private:
  static bool has_value(const Arm& arm) { return !arm.declaration.is_void(); }

  // For a member's value, free of the other locals.
  std::string local(const Declaration& member) const {
    std::string name = names_.local(names_.of(member));
    while (locals_.contains(name)) name = names_.local(name + "_");
    return name;
  }

  std::string encode_value(const Arm& arm) {
    return codec_.encode(arm.declaration, value_ + "." + names_.of(arm.declaration) + "()", encoder_);
  }

  void decode(const Arm& arm) {
    labels(arm, has_value(arm) ? " {" : "");
    out_.indent();
    if (!has_value(arm)) {
      out_.line("{} = {}({});", value_, class_, discriminant_);
      out_.line("return;");
      return out_.outdent();
    }
    const std::string name = local(arm.declaration);
    read(arm.declaration, name);
    const bool one_label = arm.labels.size() == 1 && !arm.default_label;
    out_.line("{} = {}::with_{}({}{});", value_, class_, names_.of(arm.declaration),
              one_label ? "" : discriminant_ + ", ", handed_on(arm.declaration, name));
    out_.line("return;");
    out_.close();
  }

  // A local of the declaration's type, filled.
  void read(const Declaration& declaration, const std::string& name) {
    const std::string type = types_.of(declaration);
    const std::string method = reader(declaration);
    if (!method.empty()) return out_.line("const {} {} = {}.{}();", type, name, decoder_, method);
    out_.line("{} {}{};", type, name, initializer(types_, declaration));
    out_.line("{};", codec_.decode(declaration, name, decoder_));
  }

  void labels(const Arm& arm, std::string_view end);
  bool needs_default() const;
  bool is_bool() const;
  std::string switchable(const std::string& value) const { return is_bool() ? "int{" + value + "}" : value; }
  std::string no_such_arm() const {
    return "onc::xdr::Error(onc::xdr::errc::no_such_arm, \"" + definition_.name.text + "\")";
  }

  Printer& out_;
  const Definition& definition_;
  const Union& type_;
  const Names& names_;
  Types types_;
  Codec codec_;
  std::string class_;
  std::string value_ = names_.local("v");
  std::string encoder_ = names_.local("out");
  std::string decoder_ = names_.local("in");
  Scope locals_;
  std::string discriminant_;
};

void UnionCodec::labels(const Arm& arm, std::string_view end) {
  std::vector<std::string> lines;
  for (const Value& value : arm.labels) lines.push_back("case " + label(types_, type_.discriminant, value) + ":");
  if (arm.default_label) lines.push_back("default:");
  lines.back() += end;
  for (const std::string& line : lines) out_.line("{}", line);
}

// The compilers know when an enum's or bool's cases are complete.
bool UnionCodec::needs_default() const {
  std::size_t labels = 0;
  for (const Arm& arm : type_.arms) {
    if (arm.default_label) return false;
    labels += arm.labels.size();
  }
  if (is_bool()) return labels < 2;
  const Definition* definition = resolve(type_.discriminant).type.definition;
  if (!definition) return true;
  std::set<std::string> values;
  for (const Enumerator& enumerator : definition->as<Enum>()->enumerators) values.insert(to_string(*enumerator.number));
  return labels < values.size();
}

bool UnionCodec::is_bool() const {
  const TypeRef& type = resolve(type_.discriminant).type;
  return !type.definition && type.primitive == Primitive::boolean;
}

}  // namespace

void write_union_codec(Printer& out, const Definition& definition, const Names& names) {
  write_union_members(out, definition, names);
  UnionCodec codec(out, definition, names);
  codec.encode();
  codec.decode();
}

}  // namespace idlc::cpp
