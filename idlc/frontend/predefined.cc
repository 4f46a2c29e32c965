#include "predefined.h"

#include <unordered_map>

namespace idlc {
namespace {

using Table = std::unordered_map<std::string, Primitive>;

const Table& predefined() {
  static const Table types{
      {"u_char", Primitive::uint8},
      {"u_short", Primitive::uint16},
      {"u_int", Primitive::uint32},
      {"u_long", Primitive::uint32},
      {"int8_t", Primitive::int8},
      {"uint8_t", Primitive::uint8},
      {"int16_t", Primitive::int16},
      {"uint16_t", Primitive::uint16},
      {"int32_t", Primitive::int32},
      {"uint32_t", Primitive::uint32},
      {"int64_t", Primitive::int64},
      {"uint64_t", Primitive::uint64},
      {"u_int8_t", Primitive::uint8},
      {"u_int16_t", Primitive::uint16},
      {"u_int32_t", Primitive::uint32},
      {"u_int64_t", Primitive::uint64},
      {"quad_t", Primitive::int64},
      {"u_quad_t", Primitive::uint64},
      {"longlong_t", Primitive::int64},
      {"u_longlong_t", Primitive::uint64},
      {"bool_t", Primitive::boolean},
      // Of <rpc/types.h>.
      {"rpcprog_t", Primitive::uint32},
      {"rpcvers_t", Primitive::uint32},
      {"rpcproc_t", Primitive::uint32},
      {"rpcprot_t", Primitive::uint32},
      {"rpcport_t", Primitive::uint32},
  };
  return types;
}

std::optional<Primitive> find(const Table& table, const std::string& name) {
  const auto found = table.find(name);
  if (found == table.end()) return std::nullopt;
  return found->second;
}

}  // namespace

std::optional<Primitive> predefined_type(const std::string& name) { return find(predefined(), name); }

std::optional<Primitive> primitive_of_cpp(const std::string& spelling) {
  static const Table types{
      {"std::int8_t", Primitive::int8},     {"std::uint8_t", Primitive::uint8},   {"std::int16_t", Primitive::int16},
      {"std::uint16_t", Primitive::uint16}, {"std::int32_t", Primitive::int32},   {"std::uint32_t", Primitive::uint32},
      {"std::int64_t", Primitive::int64},   {"std::uint64_t", Primitive::uint64}, {"float", Primitive::float32},
      {"double", Primitive::float64},       {"bool", Primitive::boolean},
  };
  return find(types, spelling);
}

std::shared_ptr<Definition> make_netobj(const Location& where, std::uint32_t unit) {
  Declaration declaration;
  declaration.type.kind = TypeRef::Kind::opaque;
  declaration.name = {"netobj", where};
  declaration.shape = Shape::variable;
  declaration.bound.emplace().text = "1024";
  declaration.bound->number = {1024, false};
  auto definition = std::make_shared<Definition>();
  definition->name = declaration.name;
  definition->unit = unit;
  definition->body = Typedef{std::move(declaration)};
  return definition;
}

std::vector<std::string> predefined_names() {
  std::vector<std::string> names{"bool", "double", "float", "hyper", "int", "netobj", "opaque", "string", "unsigned"};
  for (const auto& [name, type] : predefined()) names.push_back(name);
  return names;
}

}  // namespace idlc
