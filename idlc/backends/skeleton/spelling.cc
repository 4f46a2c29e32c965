#include "spelling.h"

#include <algorithm>
#include <cctype>

namespace idlc::skeleton {
namespace {

// The namespaces' own are all others'.
cpp::Names names_seen_from_outside(const Spec& spec, const cpp::Options& options) {
  cpp::Names names(spec, options);
  names.stand_in("");
  return names;
}

std::string outermost(const std::string& space) { return space.substr(0, space.find(':')); }

bool is_in_namespace(const Definition& definition) {
  return !definition.as<Passthrough>() && !definition.as<External>();
}

// In a class derived from a Server, that is no namespace, even if a file is called Server.x.
cpp::Scope hidden_in_classes(const Spec& spec, const cpp::Names& names) {
  cpp::Scope hidden;
  for (const auto& definition : spec.definitions) {
    if (!is_in_namespace(*definition)) continue;
    const std::string space = outermost(names.space_of(*definition));
    if (cpp::names_in_classes().contains(space)) hidden.insert({space, names.of(*definition)});
  }
  return hidden;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string default_number(Primitive primitive) {
  switch (primitive) {
    case Primitive::boolean: return "false";
    case Primitive::float32: return "0.0f";
    case Primitive::float64: return "0.0";
    default: return "0";
  }
}

}  // namespace

Spelling::Spelling(const Spec& spec, const cpp::Options& options)
    : names_(names_seen_from_outside(spec, options)), types_(names_, hidden_in_classes(spec, names_)) {
  for (const auto& definition : spec.definitions)
    if (is_in_namespace(*definition)) spaces_.insert(outermost(names_.space_of(*definition)));
}

std::string Spelling::space(const Definition& program, const Version& version) const {
  return types_.of(program) + "::" + names_.of(version);
}

std::string Spelling::default_value(const Declaration& declaration) const {
  if (const Definition* type = cpp::is_scalar(declaration) ? enum_of(declaration) : nullptr) {
    const std::string zero = types_.enumerator(*type, Number{});
    return zero.empty() ? types_.enumerator(*type, *type->as<Enum>()->enumerators.front().number) : zero;
  }
  const Declaration& resolved = resolve(declaration);
  if (cpp::is_scalar(declaration)) return default_number(resolved.type.primitive);
  if (!resolved.maybe && resolved.type.kind == TypeRef::Kind::string) return "\"\"";
  const std::string filled = cpp::filled(types_, declaration);
  return filled.empty() ? types_.of(declaration) + "{}" : filled;
}

std::string Spelling::printed(const Declaration& declaration, const std::string& value) const {
  const Declaration& resolved = resolve(declaration);
  const bool is_plain = !resolved.maybe && resolved.shape == Shape::plain;
  const Definition* type = resolved.type.definition;
  const bool streams = is_plain && type && !type->as<External>();
  return streams || cpp::is_wide_number(declaration) ? value : "onc::xdr::to_text(" + value + ")";
}

std::string Spelling::global(const std::string& name) const { return cpp::free_name(name, spaces_); }

std::vector<Face> faces_of(const Spec& spec, const Spelling& spelling) {
  std::vector<Face> faces;
  cpp::Scope taken;
  cpp::Scope objects{"server", "address"};  // locals of main
  for (const auto& definition : spec.definitions) {
    const Program* program = definition->as<Program>();
    if (!program || definition->unit != 0) continue;
    for (const Version& version : program->versions) {
      const std::string name = definition->name.text + "_" + version.name.text;
      const std::string type = cpp::free_name(spelling.global(name), taken);
      const std::string object = cpp::free_name(type == lower(type) ? type + "_" : lower(type), objects);
      taken.insert(type);
      objects.insert(object);
      faces.push_back({*definition, version, type, object});
    }
  }
  return faces;
}

}  // namespace idlc::skeleton
