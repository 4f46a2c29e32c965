// What --json writes: one object, in ASCII, so that nothing a stranger said can move a terminal's cursor.
#pragma once

#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <string_view>

namespace info {

using Json = nlohmann::ordered_json;

// Strings are whole. Bytes that are no UTF-8 become U+FFFD.
std::string to_text(const Json& json);

// Or null, where it is not known.
Json name_or_null(const std::string& name);

void print_json(std::ostream& out, const Json& json);

// An object: the members of `head`, and then a list. Each item's object is gone before the next is made: half a million
// of them would take a gigabyte.
template <class Items, class ToJson>
void print_json_list(std::ostream& out, const Json& head, std::string_view name, const Items& items, ToJson to_json) {
  out << "{\n";
  for (const auto& [key, value] : head.items()) out << "  " << to_text(key) << ": " << to_text(value) << ",\n";
  out << "  " << to_text(name) << ": [";
  const char* before = "\n";
  for (const auto& item : items) {
    out << before << "    " << to_text(to_json(item));
    before = ",\n";
  }
  out << "\n  ]\n}\n";
}

}  // namespace info
