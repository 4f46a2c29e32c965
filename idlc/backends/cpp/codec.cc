#include "codec.h"

#include <algorithm>
#include <functional>
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

bool is_number(const Declaration& declaration) { return is_scalar(declaration) && !enum_of(declaration); }

// As many as go to a function in registers.
constexpr std::size_t few = 5;

// A struct of nothing else.
const Struct* few_numbers(const Declaration& declaration) {
  if (!is_class(declaration)) return nullptr;
  const Struct* type = resolve(declaration).type.definition->as<Struct>();
  return type && type->members.size() < few && std::all_of(type->members.begin(), type->members.end(), is_number)
             ? type
             : nullptr;
}

// Of an array of numbers, in bytes. Longer ones are moved faster by themselves.
constexpr std::uint64_t longest_in_run = 64;

// Fields of fixed size that the codec moves without looking at them: they share one bounds check.
bool in_run(const Declaration& declaration) {
  const Declaration& resolved = resolve(declaration);
  if (resolved.maybe) return false;
  if (resolved.shape == Shape::fixed)
    return is_bytes(resolved) || (is_wide_number(element_of(resolved)) && smallest(resolved) <= longest_in_run);
  if (resolved.shape != Shape::plain) return false;
  if (resolved.type.definition) return resolved.type.definition->as<Enum>();
  return resolved.type.kind == TypeRef::Kind::primitive && resolved.type.primitive != Primitive::quadruple;
}

class StructCodec {
 public:
  StructCodec(Printer& out, const Definition& definition, const Names& names)
      : out_(out),
        definition_(definition),
        names_(names),
        types_(names, names_in(*definition.as<Struct>(), names)),
        codec_(types_) {
    const Struct& type = *definition.as<Struct>();
    for (const Declaration& member : type.members)
      if (!type.list || &member != &type.members.back()) members_.push_back(&member);
    const Declaration* link = link_of_chain(definition);
    if (!link || link != members_.back()) return;
    link_ = link;
    node_ = types_.local("node");
    members_.pop_back();
  }

  void encode() {
    const std::string stream = types_.local("out");
    out_.blank();
    out_.open("void {}::encode(onc::xdr::Encoder& {}) const", names_.of(definition_), stream);
    if (link_) open_loop("const " + types_.of(definition_), stream);
    make_room(stream);
    each_run(stream, [&](const Declaration& member, const std::string& to) {
      return codec_.encode(member, value(member), to, place(member));
    });
    if (link_) out_.close();
    out_.close();
  }

  void decode() {
    const std::string stream = types_.local("in");
    out_.blank();
    out_.open("void {}::decode(onc::xdr::Decoder& {})", names_.of(definition_), stream);
    if (definition_.recursive) out_.line("const auto {} = {}.nest();", types_.local("level"), stream);
    if (link_) open_loop(types_.of(definition_), stream);
    each_run(stream, [&](const Declaration& member, const std::string& from) {
      return codec_.decode(member, value(member), from, place(member));
    });
    if (link_) out_.close();
    out_.close();
  }

 private:
  // Along a chain, so that one of any length takes no more stack than one of two.
  void open_loop(const std::string& type, const std::string& stream) {
    out_.open("for ({}* {} = this; {}; {} = {}.next({}))", type, node_, node_, node_, stream, value(*link_));
  }

  std::string value(const Declaration& member) const {
    return link_ ? node_ + "->" + names_.of(member) : names_.of(member);
  }

  // What errors call a member: "Entry.name".
  std::string place(const Declaration& member) const { return definition_.name.text + "." + member.name.text; }

  std::string values(std::size_t begin, std::size_t end) const {
    std::string all;
    for (std::size_t i = begin; i < end; ++i) all += (all.empty() ? "" : ", ") + value(*members_[i]);
    return all;
  }

  // Before a long run that is first.
  void make_room(const std::string& stream) {
    const std::size_t end = end_of(0, in_run);
    if (link_ || end == 0 || !is_long(0, end)) return;
    const std::uint64_t size = size_of(0, end);
    out_.line("if ({}.lacks({})) [[unlikely]]", stream, size);
    out_.line("  return {}.make_room({}, *this);", stream, size);
  }

  using Statement = std::function<std::string(const Declaration& member, const std::string& stream)>;

  // A long run is moved under one check, in place. `statement` moves a member.
  void each_run(const std::string& stream, const Statement& statement) {
    int runs = 0;
    for (std::size_t begin = 0; begin < members_.size();) {
      const std::size_t end = std::max(begin + 1, end_of(begin, in_run));
      if (is_long(begin, end))
        write_many(stream, types_.local(++runs == 1 ? "run" : "run" + std::to_string(runs)), begin, end, statement);
      else
        write_few(stream, begin, end, statement);
      begin = end;
    }
  }

  // In bytes, what is worth more code where a call each is the other choice.
  static constexpr std::uint64_t much = 32;

  bool is_long(std::size_t begin, std::size_t end) const {
    const bool one_call = end - begin == 1 || end_of(begin, is_number) >= end;
    return end - begin > few || (!one_call && size_of(begin, end) >= much);
  }

  std::uint64_t size_of(std::size_t begin, std::size_t end) const {
    std::uint64_t size = 0;
    for (std::size_t i = begin; i < end; ++i) size += smallest(*members_[i]);
    return size;
  }

  void write_few(const std::string& stream, std::size_t begin, std::size_t end, const Statement& statement) {
    while (begin < end) {
      const std::size_t end_of_numbers = end_of(begin, is_number);
      if (end_of_numbers - begin > 1)
        write_numbers(stream, begin, end_of_numbers);
      else
        out_.line("{};", statement(*members_[begin], stream));
      begin = std::max(begin + 1, end_of_numbers);
    }
  }

  void write_numbers(const std::string& stream, std::size_t begin, std::size_t end) {
    out_.line("{}.fields({});", stream, values(begin, end));
  }

  void write_many(const std::string& stream, const std::string& run, std::size_t begin, std::size_t end,
                  const Statement& statement) {
    out_.line("auto {} = {}.run({});", run, stream, size_of(begin, end));
    while (begin < end) {
      const std::size_t end_of_numbers = end_of_alike(begin, end);
      if (end_of_numbers - begin > 1)
        out_.line("{}.numbers({});", run, values(begin, end_of_numbers));
      else
        out_.line("{};", statement(*members_[begin], run));
      begin = std::max(begin + 1, end_of_numbers);
    }
  }

  // Where the numbers of one width end that begin at `begin`; there, where none is.
  std::size_t end_of_alike(std::size_t begin, std::size_t end) const {
    std::size_t i = begin;
    while (i < end && is_wide_number(*members_[i]) && smallest(*members_[i]) == smallest(*members_[begin])) ++i;
    return i;
  }

  // Where those from `begin` on that are `alike` end.
  std::size_t end_of(std::size_t begin, bool (*alike)(const Declaration&)) const {
    while (begin < members_.size() && alike(*members_[begin])) ++begin;
    return begin;
  }

  Printer& out_;
  const Definition& definition_;
  const Names& names_;
  Types types_;
  Codec codec_;
  std::vector<const Declaration*> members_;
  const Declaration* link_ = nullptr;  // of a chain, where it is the last on the wire; none of members_ then
  std::string node_;                   // what the loop along it calls the one it is at
};

// Those of an enum's values, in order.
std::set<std::int64_t> values_of(const Enum& type) {
  std::set<std::int64_t> values;
  for (const Enumerator& enumerator : type.enumerators) {
    const auto magnitude = static_cast<std::int64_t>(enumerator.number->magnitude);
    values.insert(enumerator.number->negative ? -magnitude : magnitude);
  }
  return values;
}

// C++ has no literal for the smallest int.
std::string int_literal(std::int64_t number) {
  return number == INT32_MIN ? "-2147483647 - 1" : std::to_string(number);
}

void write_enumerators(Printer& out, const Definition& definition, const Names& names) {
  const std::set<std::int64_t> values = values_of(*definition.as<Enum>());
  std::string only;
  for (const std::int64_t value : values) only += (only.empty() ? "" : ", ") + int_literal(value);
  const bool gaps = *values.rbegin() - *values.begin() >= static_cast<std::int64_t>(values.size());
  out.line("inline constexpr onc::xdr::Enumerators {}{\"{}\", {}, {}{}};", names.values_of(definition, {}),
           definition.name.text, int_literal(*values.begin()), int_literal(*values.rbegin()),
           gaps ? ", {" + only + "}" : "");
}

}  // namespace

Scope locals_in_codecs(const Names& names) {
  Scope locals;
  for (const std::string name : {"in", "out", "v", "run", "level", "item", "item2", "item3", "encode", "decode"})
    locals.insert({name, names.local(name)});
  return locals;
}

bool is_class(const Declaration& declaration) {
  const Declaration& resolved = resolve(declaration);
  const Definition* type = resolved.type.definition;
  return !resolved.maybe && resolved.shape == Shape::plain && type && (type->as<Struct>() || type->as<Union>());
}

bool is_taken(const Declaration& result) {
  const Declaration& resolved = resolve(result);
  return may_be_large(resolved) && (is_class(resolved) || (is_bytes(resolved) && !resolved.maybe));
}

std::string handed_on(const Declaration& declaration, const std::string& name) {
  const Declaration& resolved = resolve(declaration);
  const bool read = resolved.shape == Shape::plain && resolved.type.kind == TypeRef::Kind::primitive;
  return read || enum_of(declaration) ? name : "std::move(" + name + ")";
}

std::string Codec::bound(const Declaration& declaration, const std::string& place) const {
  if (declaration.shape == Shape::fixed) return "";
  const std::string length = types_.bound(declaration);
  return ", " + (declaration.bound ? "{" + length + ", \"" + place + "\"}" : length);
}

std::string Codec::encode(const Declaration& declaration, const std::string& value, const std::string& stream,
                          const std::string& place, int level) const {
  const auto fill = [](const auto&... parts) { return Printer::fill(parts...); };
  const Declaration& resolved = resolve(declaration);
  if (resolved.maybe || resolved.shape == Shape::optional)
    return fill("{}.{}({}{})", stream, pointer_call(resolved), value, encode_items(resolved, stream, place, level));
  if (const Definition* type = resolved.shape == Shape::plain ? resolved.type.definition : nullptr) {
    if (type->as<External>()) return fill("{}.value({})", stream, value);
    if (is_class(resolved)) return fill("{}.encode({})", value, stream);
    return fill("{}.enumerator(int({}), {})", stream, value, types_.values_of(*type));
  }
  if (resolved.shape == Shape::plain) return fill("{}.{}({})", stream, writer(resolved.type.primitive), value);
  const std::string most = bound(resolved, place);
  if (is_string(resolved)) return fill("{}.string({}{})", stream, value, most);
  if (is_bytes(resolved)) return fill("{}.opaque({}{})", stream, value, most);
  if (is_wide_number(element_of(resolved))) return fill("{}.numbers({}{})", stream, value, most);
  return fill("{}.array({}{}{})", stream, value, most, encode_items(resolved, stream, place, level));
}

std::string Codec::encode_result(const Declaration& declaration, const std::string& value, const std::string& stream,
                                 const std::string& place) const {
  if (is_class(declaration) && is_taken(declaration)) return Printer::fill("{}.take({})", stream, value);
  return encode(declaration, value, stream, place);
}

std::string Codec::encode_after(const std::string& number, const Declaration& declaration, const std::string& value,
                                const std::string& stream, const std::string& place) const {
  const auto fill = [](const auto&... parts) { return Printer::fill(parts...); };
  const Declaration& resolved = resolve(declaration);
  if (resolved.maybe) return "";
  if (is_number(resolved)) return fill("{}.fields({}, {})", stream, number, value);
  if (const Struct* type = few_numbers(resolved)) {
    std::string all = number;
    for (const Declaration& member : type->members) all += ", " + value + "." + types_.names().of(member);
    return fill("{}.fields({})", stream, all);
  }
  if (resolved.shape != Shape::variable || !(is_string(resolved) || is_bytes(resolved))) return "";
  return fill("{}.{}_after({}, {}{})", stream, is_string(resolved) ? "string" : "opaque", number, value,
              bound(resolved, place));
}

std::string Codec::encode_items(const Declaration& declaration, const std::string& stream, const std::string& place,
                                int level) const {
  const Declaration element = element_of(declaration);
  if (is_class(element)) return "";
  const std::string type = is_scalar(element) ? types_.of(element) + " " : "const " + types_.of(element) + "& ";
  const std::string name = types_.local(item(level));
  return ", [&](" + type + name + ") { " + encode(element, name, stream, place, level + 1) + "; }";
}

std::string Codec::read(const Declaration& declaration, const std::string& stream) const {
  if (const Definition* type = enum_of(declaration))
    return Printer::fill("{}({}.enumerator({}))", types_.of(*type), stream, types_.values_of(*type));
  const Declaration& resolved = resolve(declaration);
  if (resolved.maybe || resolved.shape != Shape::plain || resolved.type.kind != TypeRef::Kind::primitive) return "";
  return stream + "." + reader(resolved.type.primitive) + "()";
}

std::string Codec::decode(const Declaration& declaration, const std::string& value, const std::string& stream,
                          const std::string& place, int level) const {
  const auto fill = [](const auto&... parts) { return Printer::fill(parts...); };
  const Declaration& resolved = resolve(declaration);
  if (resolved.maybe || resolved.shape == Shape::optional)
    return fill("{}.{}({}{})", stream, pointer_call(resolved), value, decode_items(resolved, stream, place, level));
  if (const Definition* type = resolved.shape == Shape::plain ? resolved.type.definition : nullptr) {
    if (type->as<External>()) return fill("{}.value({})", stream, value);
    if (is_class(resolved)) return fill("{}.decode({})", value, stream);
  }
  if (resolved.shape == Shape::plain) return fill("{} = {}", value, read(resolved, stream));
  const std::string most = bound(resolved, place);
  if (is_string(resolved)) return fill("{}.string({}{})", stream, value, most);
  if (is_bytes(resolved)) return fill("{}.opaque({}{})", stream, value, most);
  const Declaration element = element_of(resolved);
  if (is_wide_number(element)) return fill("{}.numbers({}{})", stream, value, most);
  // A decoder refuses counts that the bytes left cannot hold.
  const std::string limits = most.empty() ? "" : most + ", " + std::to_string(smallest(element));
  return fill("{}.array({}{}{})", stream, value, limits, decode_items(resolved, stream, place, level));
}

std::string Codec::decode_items(const Declaration& declaration, const std::string& stream, const std::string& place,
                                int level) const {
  const Declaration element = element_of(declaration);
  if (is_class(element)) return "";
  const std::string name = types_.local(item(level));
  return ", [&](" + types_.of(element) + "& " + name + ") { " + decode(element, name, stream, place, level + 1) + "; }";
}

bool has_codec(const Definition& definition) {
  return definition.as<Enum>() || definition.as<Struct>() || definition.as<Union>();
}

void declare_codec(Printer& out, const Definition& definition, const Names& names) {
  if (!definition.as<Enum>()) return;
  write_enumerators(out, definition, names);
  const std::string& type = names.of(definition);
  const std::string value = names.local("v");
  const std::string encoder = names.local("out");
  const std::string decoder = names.local("in");
  const std::string known = names.values_of(definition, {});
  out.line("inline void encode(onc::xdr::Encoder& {}, {} {}) { {}.enumerator(int({}), {}); }", encoder, type, value,
           encoder, value, known);
  out.line("inline void decode(onc::xdr::Decoder& {}, {}& {}) { {} = {}({}.enumerator({})); }", decoder, type, value,
           value, type, decoder, known);
}

void write_codec(Printer& out, const Definition& definition, const Names& names) {
  if (definition.as<Union>()) write_union_codec(out, definition, names);
  if (!definition.as<Struct>()) return;
  StructCodec codec(out, definition, names);
  codec.encode();
  codec.decode();
}

}  // namespace idlc::cpp
