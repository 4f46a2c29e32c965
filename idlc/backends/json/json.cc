#include "json.h"

#include <nlohmann/json.hpp>

#include <limits>

namespace idlc::json {
namespace {

using Json = nlohmann::ordered_json;

// Of idlc-ast(5); grows when what it describes changes its meaning.
constexpr int schema = 1;

Json number(const Number& number) {
  if (!number.negative) return number.magnitude;
  return static_cast<std::int64_t>(0 - number.magnitude);
}

// The number, and the name that the .x gives it.
void add_value(Json& object, const std::string& key, const Value& value) {
  object[key] = number(value.number);
  if (value.named) object[key + "_name"] = value.text;
}

void add_comments(Json& object, const Comments& comments) {
  std::vector<std::string> lines = comments.above;
  if (!comments.beside.empty()) lines.push_back(comments.beside);
  if (!lines.empty()) object["comment"] = lines;
}

const char* primitive(Primitive primitive) {
  switch (primitive) {
    case Primitive::int8: return "char";
    case Primitive::uint8: return "unsigned char";
    case Primitive::int16: return "short";
    case Primitive::uint16: return "unsigned short";
    case Primitive::int32: return "int";
    case Primitive::uint32: return "unsigned int";
    case Primitive::int64: return "hyper";
    case Primitive::uint64: return "unsigned hyper";
    case Primitive::float32: return "float";
    case Primitive::float64: return "double";
    case Primitive::quadruple: return "quadruple";
    case Primitive::boolean: return "bool";
  }
  return "";
}

const char* type_name(const TypeRef& type) {
  switch (type.kind) {
    case TypeRef::Kind::primitive: return primitive(type.primitive);
    case TypeRef::Kind::string: return "string";
    case TypeRef::Kind::opaque: return "opaque";
    case TypeRef::Kind::nothing: return "void";
    case TypeRef::Kind::named: break;
  }
  return "";
}

std::string full_name(const Definition& definition) {
  return definition.space.empty() ? definition.name.text : definition.space + "::" + definition.name.text;
}

void add_shape(Json& object, const Declaration& declaration) {
  constexpr const char* shapes[]{"plain", "fixed", "variable", "optional"};
  constexpr const char* pointers[]{"optional", "list", "box"};
  if (declaration.shape == Shape::plain) return;
  object["shape"] = shapes[static_cast<std::size_t>(declaration.shape)];
  if (declaration.bound) add_value(object, declaration.shape == Shape::fixed ? "length" : "bound", *declaration.bound);
  if (declaration.shape == Shape::optional) object["kept_as"] = pointers[static_cast<std::size_t>(declaration.pointer)];
}

Json describe(const Declaration& declaration) {
  Json object;
  if (!declaration.name.text.empty()) object["name"] = declaration.name.text;
  const bool named = declaration.type.definition;
  object["type"] = named ? full_name(*declaration.type.definition) : type_name(declaration.type);
  if (named) object["defined"] = true;
  add_shape(object, declaration);
  add_comments(object, declaration.comments);
  return object;
}

Json describe(const std::vector<Declaration>& declarations) {
  Json list = Json::array();
  for (const Declaration& declaration : declarations) list.push_back(describe(declaration));
  return list;
}

void describe(Json& object, const Constant& constant) {
  object["kind"] = "const";
  if (constant.quoted)
    object["value"] = constant.quoted->substr(1, constant.quoted->size() - 2);
  else
    add_value(object, "value", *constant.value);
}

void describe(Json& object, const Enum& type) {
  object["kind"] = "enum";
  Json& list = object["values"] = Json::array();
  for (const Enumerator& enumerator : type.enumerators) {
    Json each{{"name", enumerator.name.text}, {"value", number(*enumerator.number)}};
    add_comments(each, enumerator.comments);
    list.push_back(std::move(each));
  }
}

void describe(Json& object, const Struct& type) {
  object["kind"] = "struct";
  object["members"] = describe(type.members);
  if (type.list) object["list"] = true;
}

Json describe(const Arm& arm) {
  Json object;
  Json& labels = object["labels"] = Json::array();
  for (const Value& label : arm.labels) {
    Json each;
    add_value(each, "value", label);
    labels.push_back(std::move(each));
  }
  object["default"] = arm.default_label.has_value();
  object["declaration"] = describe(arm.declaration);
  return object;
}

void describe(Json& object, const Union& type) {
  object["kind"] = "union";
  object["discriminant"] = describe(type.discriminant);
  Json& list = object["arms"] = Json::array();
  for (const Arm& arm : type.arms) list.push_back(describe(arm));
}

void describe(Json& object, const Typedef& alias) {
  if (alias.was_union) return describe(object, *alias.was_union);
  object["kind"] = "typedef";
  object["declaration"] = describe(alias.declaration);
}

Json describe(const Procedure& procedure) {
  Json object{{"name", procedure.name.text}};
  add_value(object, "number", procedure.number);
  object["result"] = describe(procedure.result);
  object["arguments"] = describe(procedure.arguments);
  add_comments(object, procedure.comments);
  return object;
}

void describe(Json& object, const Program& program) {
  object["kind"] = "program";
  add_value(object, "number", program.number);
  Json& versions = object["versions"] = Json::array();
  for (const Version& version : program.versions) {
    Json each{{"name", version.name.text}};
    add_value(each, "number", version.number);
    add_comments(each, version.comments);
    Json& procedures = each["procedures"] = Json::array();
    for (const Procedure& procedure : version.procedures) procedures.push_back(describe(procedure));
    versions.push_back(std::move(each));
  }
}

void describe(Json& object, const Passthrough& lines) {
  object["kind"] = "percent";
  object["text"] = lines.text;
}

void describe(Json& object, const External& external) {
  object["kind"] = "extern";
  object["cpp"] = external.name;
}

Json describe(const Definition& definition, const Spec& spec) {
  Json object;
  if (!definition.name.text.empty()) object["name"] = full_name(definition);
  std::visit([&](const auto& body) { describe(object, body); }, definition.body);
  object["file"] = spec.units[definition.unit].name;
  object["line"] = definition.where.begin.line;
  object["column"] = definition.where.begin.column;
  add_comments(object, definition.comments);
  return object;
}

}  // namespace

std::string describe(const Spec& spec) {
  Json object{{"idlc", ONC_VERSION}, {"schema", schema}, {"file", spec.units.front().name}};
  Json& includes = object["includes"] = Json::array();
  for (const std::uint32_t unit : spec.includes) includes.push_back(spec.units[unit].name);
  Json& definitions = object["definitions"] = Json::array();
  for (const auto& definition : spec.definitions) definitions.push_back(describe(*definition, spec));
  // A .x may have any bytes in its comments; JSON is UTF-8.
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace idlc::json
