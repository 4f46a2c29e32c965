#include "constants.h"

#include "suggestions.h"

#include <algorithm>

namespace idlc {
namespace {

// A constant named by a constant named by a constant; also ends a circle.
constexpr int longest_chain = 100;

// Each looks through all names.
constexpr int most_suggestions = 10;

}  // namespace

bool Constants::resolve(Value& value, const std::string& space) {
  if (!value.named) return true;
  if (depth_ == longest_chain) {
    diagnostics_.error(value.where, "'" + value.text + "' is defined by itself, or through more than " +
                                        std::to_string(longest_chain) + " others");
    return false;
  }
  ++depth_;
  const bool resolved = follow(value, space);
  --depth_;
  return resolved;
}

bool Constants::follow(Value& value, const std::string& space) {
  Definition* definition = symbols_.find(value.text, space);
  if (definition && !definition->as<Program>()) return resolve_constant(value, *definition);
  if (const auto* places = symbols_.find_enumerators(value.text, space)) return resolve_enumerators(*places, value);
  if (const auto* places = symbols_.find_numbers(value.text, space)) return resolve_numbers(*places, value);
  if (value.text == "TRUE" || value.text == "FALSE") {
    value.number = {value.text == "TRUE", false};
    return true;
  }
  if (const auto number = percent_defines_.number(value.text)) {
    value.number = *number;
    return true;
  }
  return undefined(value);
}

bool Constants::undefined(const Value& value) {
  if (lost_.contains(value.text)) return false;
  const bool suggests = ++suggestions_ <= most_suggestions;
  const std::string near = suggests ? nearest(value.text, known_names()) : "";
  diagnostics_.error(value.where,
                     "'" + value.text + "' is not defined" +
                         (near.empty() ? "; if only the C++ around it does, say so by -D " + value.text + "=NUMBER"
                                       : "; did you mean '" + near + "'?"));
  return false;
}

std::vector<std::string> Constants::known_names() const {
  std::vector<std::string> names = symbols_.constants();
  names.insert(names.end(), {"TRUE", "FALSE"});
  return names;
}

bool Constants::resolve_constant(Value& value, Definition& definition) {
  Constant* constant = definition.as<Constant>();
  if (!constant || !constant->value) {
    diagnostics_.error(value.where, "'" + value.text + "' is not a " + (constant ? "number" : "constant"));
    diagnostics_.note(definition.name.where, "defined here");
    return false;
  }
  if (!resolve(*constant->value, definition.space)) return false;
  value.number = constant->value->number;
  value.constant = &definition;
  return true;
}

bool Constants::resolve_enumerators(const std::vector<EnumeratorPlace>& places, Value& value) {
  for (const EnumeratorPlace& place : places)
    if (!resolve(place)) return false;
  value.number = *places.front().enumerator().number;
  for (const EnumeratorPlace& place : places) {
    if (*place.enumerator().number == value.number) continue;
    diagnostics_.error(value.where, "'" + value.text + "' is an enumerator of several enums");
    for (const EnumeratorPlace& each : places) diagnostics_.note(each.enumerator().name.where, "one is here");
    return false;
  }
  return true;
}

bool Constants::resolve_numbers(const std::vector<NumberPlace>& places, Value& value) {
  for (const NumberPlace& place : places)
    if (!resolve(*place.number, place.space)) return false;
  value.number = places.front().number->number;
  for (const NumberPlace& place : places) {
    if (place.number->number == value.number) continue;
    diagnostics_.error(value.where, "'" + value.text + "' has several numbers");
    for (const NumberPlace& each : places) diagnostics_.note(each.number->where, "one is here");
    return false;
  }
  return true;
}

// Without a value it is one more than the enumerator before; the first is 0, as in C.
bool Constants::resolve(const EnumeratorPlace& place) {
  const auto& enumerators = place.type->as<Enum>()->enumerators;
  std::size_t start = place.index;
  while (start != 0 && !enumerators[start].value && !enumerators[start].number) --start;
  return number_from(place, start);
}

bool Constants::number_from(const EnumeratorPlace& place, std::size_t start) {
  auto& enumerators = place.type->as<Enum>()->enumerators;
  for (std::size_t i = start; i <= place.index; ++i) {
    Enumerator& enumerator = enumerators[i];
    if (enumerator.number) continue;
    if (enumerator.value && !resolve(*enumerator.value, place.type->space)) return false;
    Number number;
    if (enumerator.value)
      number = enumerator.value->number;
    else if (i != 0)
      number = next(*enumerators[i - 1].number);
    enumerator.number = number;
    if (!fits_int32(number)) return out_of_range(enumerator);
  }
  return true;
}

bool Constants::out_of_range(const Enumerator& enumerator) {
  const Location& where = enumerator.value ? enumerator.value->where : enumerator.name.where;
  diagnostics_.error(where, "'" + enumerator.name.text + "' is " + to_string(*enumerator.number) +
                                ", which is not an int: an enumerator is 32 bits with a sign (RFC 4506 §4.3)");
  return false;
}

}  // namespace idlc
