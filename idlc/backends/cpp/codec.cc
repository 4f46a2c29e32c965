#include "codec.h"

#include <algorithm>
#include <set>

namespace idlc::cpp {
namespace {

std::string writer(Primitive primitive) {
  switch (primitive) {
    case Primitive::int8:
    case Primitive::int16:
    case Primitive::int32: return "i32";
    case Primitive::uint8:
    case Primitive::uint16:
    case Primitive::uint32: return "u32";
    case Primitive::int64: return "i64";
    case Primitive::uint64: return "u64";
    case Primitive::float32: return "f32";
    case Primitive::float64: return "f64";
    case Primitive::quadruple: return "quadruple";
    case Primitive::boolean: return "boolean";
  }
  return "";
}

std::string reader(Primitive primitive) {
  switch (primitive) {
    case Primitive::int8: return "i8";
    case Primitive::uint8: return "u8";
    case Primitive::int16: return "i16";
    case Primitive::uint16: return "u16";
    default: return writer(primitive);
  }
}

std::string item(int level) { return level == 1 ? "item" : "item" + std::to_string(level); }

bool is_bytes(const Declaration& declaration) { return declaration.type.kind == TypeRef::Kind::opaque; }
bool is_string(const Declaration& declaration) { return declaration.type.kind == TypeRef::Kind::string; }

std::string pointer_call(const Declaration& declaration) {
  return declaration.pointer == Pointer::list && !declaration.maybe ? "list" : "optional";
}

// Fields of fixed size that the codec moves without looking at them: they share one bounds check.
bool in_run(const Declaration& declaration) {
  const Declaration& resolved = resolve(declaration);
  if (resolved.maybe) return false;
  if (resolved.shape == Shape::fixed) return is_bytes(resolved) || is_wide_number(element_of(resolved));
  if (resolved.shape != Shape::plain || resolved.type.kind != TypeRef::Kind::primitive) return false;
  return is_wide_number(resolved) || resolved.type.primitive == Primitive::boolean;
}

class StructCodec {
 public:
  StructCodec(Printer& out, const Definition& definition, const Names& names)
      : out_(out), definition_(definition), names_(names), types_(names, {}), codec_(types_) {
    const Struct& type = *definition.as<Struct>();
    for (const Declaration& member : type.members)
      if (!type.list || &member != &type.members.back()) members_.push_back(&member);
  }

  void encode() {
    out_.blank();
    const std::string stream = names_.local("out");
    out_.open("void encode(onc::xdr::Encoder& {}, const {}& {})", stream, names_.of(definition_), value_);
    each_run(stream, [&](const Declaration& member, const std::string& from) {
      return codec_.encode(member, value_ + "." + names_.of(member), from);
    });
    out_.close();
  }

  void decode() {
    out_.blank();
    const std::string stream = names_.local("in");
    out_.open("void decode(onc::xdr::Decoder& {}, {}& {})", stream, names_.of(definition_), value_);
    if (definition_.recursive) out_.line("const auto {} = {}.nest();", names_.local("level"), stream);
    each_run(stream, [&](const Declaration& member, const std::string& from) {
      return codec_.decode(member, value_ + "." + names_.of(member), from);
    });
    out_.close();
  }

 private:
  template <class Statement>
  void each_run(const std::string& stream, Statement statement) {
    int runs = 0;
    for (std::size_t i = 0; i < members_.size();) {
      std::size_t end = i;
      std::uint64_t size = 0;
      while (end < members_.size() && in_run(*members_[end])) size += smallest(*members_[end++]);
      if (end - i < 2) {
        out_.line("{};", statement(*members_[i++], stream));
        continue;
      }
      const std::string run = names_.local(++runs == 1 ? "run" : "run" + std::to_string(runs));
      out_.line("auto {} = {}.run({});", run, stream, size);
      for (; i < end; ++i) out_.line("{};", statement(*members_[i], run));
    }
  }

  Printer& out_;
  const Definition& definition_;
  const Names& names_;
  Types types_;
  Codec codec_;
  std::string value_ = names_.local("v");
  std::vector<const Declaration*> members_;
};

void write_enum_codec(Printer& out, const Definition& definition, const Names& names) {
  const std::string& name = names.of(definition);
  const std::string value = names.local("v");
  const std::string encoder = names.local("out");
  const std::string decoder = names.local("in");
  out.blank();
  out.open("void encode(onc::xdr::Encoder& {}, {} {})", encoder, name, value);
  out.line("{}.i32(static_cast<std::int32_t>({}));", encoder, value);
  out.close();
  out.blank();
  out.open("void decode(onc::xdr::Decoder& {}, {}& {})", decoder, name, value);
  out.open("switch ({} = static_cast<{}>({}.i32()))", value, name, decoder);
  const Enum& type = *definition.as<Enum>();
  std::set<std::string> values;
  for (const Enumerator& enumerator : type.enumerators)
    if (values.insert(to_string(*enumerator.number)).second) out.line("case {}::{}:", name, names.of(enumerator));
  out.line("  return;");
  out.close();
  out.line("{}.refuse(onc::xdr::errc::no_such_enumerator, \"{}\");", decoder, definition.name.text);
  out.close();
}

}  // namespace

Scope locals_in_codecs(const Names& names) {
  Scope locals;
  for (const std::string name : {"in", "out", "v", "run", "level", "item", "item2", "item3", "encode", "decode"})
    locals.insert({name, names.local(name)});
  return locals;
}

std::string reader(const Declaration& declaration) {
  const Declaration& resolved = resolve(declaration);
  if (resolved.shape != Shape::plain || resolved.type.kind != TypeRef::Kind::primitive) return "";
  return reader(resolved.type.primitive);
}

std::string handed_on(const Declaration& declaration, const std::string& name) {
  return is_scalar(declaration) || !reader(declaration).empty() ? name : "std::move(" + name + ")";
}

std::string Codec::encode(const Declaration& declaration, const std::string& value, const std::string& stream,
                          int level) const {
  const auto fill = [](const auto&... parts) { return Printer::fill(parts...); };
  const Declaration& resolved = resolve(declaration);
  if (resolved.maybe || resolved.shape == Shape::optional)
    return fill("{}.{}({}, {})", stream, pointer_call(resolved), value, encode_items(resolved, stream, level));
  if (resolved.shape == Shape::plain && resolved.type.definition) return fill("encode({}, {})", stream, value);
  if (resolved.shape == Shape::plain) return fill("{}.{}({})", stream, writer(resolved.type.primitive), value);
  const std::string bound = resolved.shape == Shape::fixed ? "" : ", " + types_.bound(resolved);
  if (is_string(resolved)) return fill("{}.string({}{})", stream, value, bound);
  if (is_bytes(resolved)) return fill("{}.opaque({}{})", stream, value, bound);
  if (is_wide_number(element_of(resolved))) return fill("{}.numbers({}{})", stream, value, bound);
  return fill("{}.array({}{}, {})", stream, value, bound, encode_items(resolved, stream, level));
}

std::string Codec::encode_items(const Declaration& declaration, const std::string& stream, int level) const {
  const Declaration element = element_of(declaration);
  const std::string type = is_scalar(element) ? types_.of(element) + " " : "const " + types_.of(element) + "& ";
  const std::string name = types_.names().local(item(level));
  return "[&](" + type + name + ") { " + encode(element, name, stream, level + 1) + "; }";
}

std::string Codec::decode(const Declaration& declaration, const std::string& value, const std::string& stream,
                          int level) const {
  const auto fill = [](const auto&... parts) { return Printer::fill(parts...); };
  const Declaration& resolved = resolve(declaration);
  if (resolved.maybe || resolved.shape == Shape::optional)
    return fill("{}.{}({}, {})", stream, pointer_call(resolved), value, decode_items(resolved, stream, level));
  if (resolved.shape == Shape::plain && resolved.type.definition) return fill("decode({}, {})", stream, value);
  if (resolved.shape == Shape::plain) return fill("{} = {}.{}()", value, stream, reader(resolved.type.primitive));
  const std::string bound = resolved.shape == Shape::fixed ? "" : ", " + types_.bound(resolved);
  if (is_string(resolved)) return fill("{}.string({}{})", stream, value, bound);
  if (is_bytes(resolved)) return fill("{}.opaque({}{})", stream, value, bound);
  const Declaration element = element_of(resolved);
  if (is_wide_number(element)) return fill("{}.numbers({}{})", stream, value, bound);
  // A decoder refuses counts that the bytes left cannot hold.
  const std::string limits = bound.empty() ? "" : bound + ", " + std::to_string(smallest(element));
  return fill("{}.array({}{}, {})", stream, value, limits, decode_items(resolved, stream, level));
}

std::string Codec::decode_items(const Declaration& declaration, const std::string& stream, int level) const {
  const Declaration element = element_of(declaration);
  const std::string name = types_.names().local(item(level));
  return "[&](" + types_.of(element) + "& " + name + ") { " + decode(element, name, stream, level + 1) + "; }";
}

bool has_codec(const Definition& definition) {
  return definition.as<Enum>() || definition.as<Struct>() || definition.as<Union>();
}

void declare_codec(Printer& out, const Definition& definition, const Names& names) {
  if (!has_codec(definition)) return;
  const std::string& name = names.of(definition);
  out.line(definition.as<Enum>() ? "void encode(onc::xdr::Encoder&, {});" : "void encode(onc::xdr::Encoder&, const {}&);",
           name);
  out.line("void decode(onc::xdr::Decoder&, {}&);", name);
}

void write_codec(Printer& out, const Definition& definition, const Names& names) {
  if (definition.as<Enum>()) write_enum_codec(out, definition, names);
  if (definition.as<Union>()) write_union_codec(out, definition, names);
  if (!definition.as<Struct>()) return;
  StructCodec codec(out, definition, names);
  codec.encode();
  codec.decode();
}

}  // namespace idlc::cpp
