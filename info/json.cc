#include "info/json.h"

namespace info {

std::string to_text(const Json& json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace); }

Json name_or_null(const std::string& name) { return name.empty() ? Json() : Json(name); }

void print_json(std::ostream& out, const Json& json) {
  out << json.dump(2, ' ', true, Json::error_handler_t::replace) << '\n';
}

}  // namespace info
