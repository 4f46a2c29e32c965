#include "codec.h"

#include <algorithm>
#include <set>

namespace idlc::cpp {
namespace {

class UnionCodec {
 public:
  UnionCodec(Printer& out, const Definition& definition, const Names& names)
      : out_(out),
        definition_(definition),
        names_(names),
        class_(definition, names),
        type_(class_.type),
        types_(names, class_.hidden),
        codec_(types_),
        discriminant_(types_.local("discriminant")) {}

  void encode() {
    const std::string stream = types_.local("out");
    out_.blank();
    out_.open("void {}::encode(onc::xdr::Encoder& {}) const", class_.name, stream);
    if (is_short())
      encode_at_once(stream);
    else
      encode_in_turn(stream);
    out_.close();
  }

  void decode() {
    const std::string stream = types_.local("in");
    out_.blank();
    out_.open("void {}::decode(onc::xdr::Decoder& {})", class_.name, stream);
    if (definition_.recursive) out_.line("const auto {} = {}.nest();", types_.local("level"), stream);
    read_discriminant(stream);
    out_.open("switch ({})", switchable(discriminant_));
    for (const Arm& arm : type_.arms) decode(arm, stream);
    if (needs_default())
      out_.line("default: {}.refuse(onc::xdr::errc::no_such_arm, \"{}\");", stream, definition_.name.text);
    out_.close();
    out_.close();
  }

 private:
  // The discriminant, then the arm.
  void encode_in_turn(const std::string& stream) {
    write_discriminant(stream);
    out_.open("switch ({})", switchable(class_.state));
    for (const Arm& arm : type_.arms)
      labels(arm, class_.has_value(arm) ? " return " + encode_value(arm, stream) + ";" : " return;");
    if (needs_default()) out_.line("default: throw {};", no_such_arm());
    out_.close();
  }

  // Each arm with its discriminant, by one check and in one go.
  void encode_at_once(const std::string& stream) {
    out_.open("switch ({})", switchable(class_.state));
    for (const Arm& arm : type_.arms) labels(arm, " return " + encode_with_discriminant(arm, stream) + ";");
    if (needs_default()) out_.line("default: break;");
    out_.close();
    if (enum_of(type_.discriminant)) write_discriminant(stream, needs_default() ? "" : "  // refused");
    if (needs_default()) out_.line("throw {};", no_such_arm());
  }

  std::string encode_with_discriminant(const Arm& arm, const std::string& stream) {
    const std::string number = is_bool() || is_int() ? class_.state : "int(" + class_.state + ")";
    if (!class_.has_value(arm)) return Printer::fill("{}.fields({})", stream, number);
    const std::string value = names_.of(arm.declaration) + "()";
    return codec_.encode_after(number, arm.declaration, value, stream, place(arm.declaration));
  }

  // Whether that can be done for all arms. A default arm's discriminant has to be looked at first.
  bool is_short() {
    return smallest(type_.discriminant) == 4 && std::all_of(type_.arms.begin(), type_.arms.end(), [&](const Arm& arm) {
             return !arm.default_label && !encode_with_discriminant(arm, "").empty();
           });
  }

  std::string place(const Declaration& member) const { return definition_.name.text + "." + member.name.text; }

  std::string encode_value(const Arm& arm, const std::string& stream) {
    return codec_.encode(arm.declaration, names_.of(arm.declaration) + "()", stream, place(arm.declaration));
  }

  // What the arm held before goes, unless it is the same that comes: then its memory is used again.
  void decode(const Arm& arm, const std::string& stream) {
    labels(arm, "");
    out_.indent();
    out_.line("{} = {};", class_.state, discriminant_);
    if (class_.has_value(arm)) {
      const std::string value = Printer::fill("onc::xdr::arm<{}>({})", class_.index(arm), class_.arm);
      out_.line("{};", codec_.decode(arm.declaration, value, stream, place(arm.declaration)));
    } else if (class_.has_values()) {
      out_.line("{}.emplace<0>();", class_.arm);
    }
    out_.line("return;");
    out_.outdent();
  }

  void write_discriminant(const std::string& stream, const std::string& remark = "") {
    if (const Definition* type = enum_of(type_.discriminant))
      out_.line("{}.discriminant(int({}), {});{}", stream, class_.state, types_.values_of(*type), remark);
    else
      out_.line("{};", codec_.encode(type_.discriminant, class_.state, stream, place(type_.discriminant)));
  }

  void read_discriminant(const std::string& stream) {
    const Declaration& declaration = type_.discriminant;
    const std::string type = types_.of(declaration);
    const Definition* named = enum_of(declaration);
    const std::string value = named ? Printer::fill("{}({}.discriminant({}))", type, stream, types_.values_of(*named))
                                    : codec_.read(declaration, stream);
    out_.line("const {} {} = {};", type, discriminant_, value);
  }

  void labels(const Arm& arm, std::string_view end);
  bool needs_default() const;
  bool is_primitive(Primitive primitive) const;
  bool is_bool() const { return is_primitive(Primitive::boolean); }
  bool is_int() const { return is_primitive(Primitive::int32); }
  std::string switchable(const std::string& value) const { return is_bool() ? "int{" + value + "}" : value; }
  std::string no_such_arm() const {
    return "onc::xdr::Error(onc::xdr::errc::no_such_arm, \"" + definition_.name.text + "\")";
  }

  Printer& out_;
  const Definition& definition_;
  const Names& names_;
  const UnionClass class_;
  const Union& type_;
  Types types_;
  Codec codec_;
  std::string discriminant_;  // a local
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

bool UnionCodec::is_primitive(Primitive primitive) const {
  const TypeRef& type = resolve(type_.discriminant).type;
  return !type.definition && type.primitive == primitive;
}

}  // namespace

void write_union_codec(Printer& out, const Definition& definition, const Names& names) {
  write_union_members(out, definition, names);
  UnionCodec codec(out, definition, names);
  codec.encode();
  codec.decode();
}

}  // namespace idlc::cpp
