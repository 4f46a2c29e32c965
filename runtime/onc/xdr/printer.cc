#include <onc/xdr/printer.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ostream>

namespace onc::xdr {
namespace {

// Of a text, as much as one reads in a log.
constexpr std::size_t max_items = 32;
constexpr std::size_t max_bytes = 64;
constexpr std::size_t max_characters = 256;
// Beyond this, lists in lists show nothing more.
constexpr std::size_t max_text = std::size_t{16} << 10;

// More than Limits::depth lets in; each level takes stack.
constexpr std::size_t max_depth = 128;

constexpr std::string_view digits = "0123456789abcdef";

void append_hex(std::string& text, std::uint32_t value, int width) {
  for (int i = width - 1; i >= 0; --i) text += digits[value >> (4 * i) & 15];
}

void append_hex(std::string& text, BytesView bytes) {
  for (const std::byte byte : bytes) append_hex(text, std::to_integer<std::uint32_t>(byte), 2);
}

struct Character {
  std::uint32_t code;
  std::size_t size;  // in bytes
};

constexpr std::uint32_t no_character = 0xffffffff;

// The first character of UTF-8 (RFC 3629 §4); where there is none, one byte.
Character first_of(std::string_view text) {
  constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(text[i])}; };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc0 || lead >= 0xf8 || text.size() < size) return {no_character, 1};
  std::uint32_t code = lead & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {no_character, 1};
    code = code << 6 | (byte(i) & 0x3f);
  }
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < smallest[size] || code > 0x10ffff || surrogate) return {no_character, 1};
  return {code, size};
}

// Controls, and what turns the direction of a line or ends it: none may reach a terminal.
bool is_control(std::uint32_t code) {
  const auto between = [&](std::uint32_t first, std::uint32_t last) { return code >= first && code <= last; };
  return between(0, 0x1f) || between(0x7f, 0x9f) || between(0x200e, 0x200f) || between(0x2028, 0x202e) ||
         between(0x2066, 0x2069);
}

void append_control(std::string& text, std::uint32_t code) {
  if (code == '\n') {
    text += "\\n";
  } else if (code == '\t') {
    text += "\\t";
  } else if (code == '\r') {
    text += "\\r";
  } else {
    text += "\\u";
    append_hex(text, code, 4);
  }
}

// How much of a text to show: whole characters.
std::size_t shown(std::string_view text) {
  if (text.size() <= max_characters) return text.size();
  std::size_t size = 0;
  while (size < max_characters) size += first_of(text.substr(size)).size;
  return size;
}

}  // namespace

void Printer::open(const char* type) {
  if (!is_json()) text_ += type;
  text_ += '{';
  first_ = true;
}

// An object whose last field is yet to come is closed by whoever prints that.
void Printer::close() {
  if (!print_tail_) end_object();
}

void Printer::end_object() {
  text_ += '}';
  first_ = false;
}

Printer& Printer::field(const char* name) {
  if (!first_) text_ += ", ";
  first_ = false;
  const char* quote = is_json() ? "\"" : "";
  text_.append(quote).append(name).append(quote).append(": ");
  return *this;
}

void Printer::object(const void* value, Print print) {
  const std::size_t outer = std::exchange(chain_, 0);
  print(*this, value);
  while (print_tail_) {
    ++chain_;
    std::exchange(print_tail_, nullptr)(*this, tail_);
  }
  for (; chain_ > 0; --chain_) end_object();
  chain_ = outer;
}

void Printer::follow(const void* value, Print print) {
  if (!is_json() && (chain_ + 1 >= max_items || text_.size() >= max_text)) return elided();
  tail_ = value;
  print_tail_ = print;
}

bool Printer::enter() {
  if (++depth_ <= max_depth) return true;
  elided();
  return false;
}

bool Printer::begin_item(std::size_t index, std::size_t count) {
  if (index > 0) text_ += ", ";
  if (is_json() || (index < max_items && text_.size() < max_text)) return true;
  text_ += "… " + std::to_string(count - index) + " more";
  return false;
}

void Printer::nothing() { text_ += is_json() ? "null" : "none"; }

void Printer::elided() { text_ += is_json() ? "\"…\"" : "…"; }

void Printer::enumerator(std::int32_t number, const EnumeratorName* begin, const EnumeratorName* end) {
  const auto* place = std::lower_bound(
      begin, end, number, [](const EnumeratorName& name, std::int32_t wanted) { return name.number < wanted; });
  if (place == end || place->number != number) return integer(number);
  const char* quote = is_json() ? "\"" : "";
  text_.append(quote).append(place->name).append(quote);
}

void Printer::boolean(bool value) { text_ += value ? "true" : "false"; }

void Printer::integer(std::int64_t value) { text_ += std::to_string(value); }

void Printer::natural(std::uint64_t value) { text_ += std::to_string(value); }

void Printer::real(float value) { number(value); }

void Printer::real(double value) { number(value); }

template <class Float>
void Printer::number(Float value) {
  if (!std::isfinite(value)) {
    const char* quote = is_json() ? "\"" : "";
    const char* word = std::isnan(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity";
    text_.append(quote).append(word).append(quote);
    return;
  }
  char buffer[32];  // the shortest that reads back as the same takes 24
  text_.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

void Printer::opaque(BytesView value) {
  if (is_json()) {
    text_ += '"';
    append_hex(text_, value);
    text_ += '"';
    return;
  }
  text_ += "0x";
  append_hex(text_, value.first(std::min(value.size(), max_bytes)));
  if (value.size() > max_bytes) text_ += "… " + std::to_string(value.size()) + " bytes";
}

void Printer::string(std::string_view value) {
  const std::size_t size = is_json() ? value.size() : shown(value);
  quote(value.substr(0, size));
  if (size < value.size()) text_ += "… " + std::to_string(value.size()) + " bytes";
}

void Printer::quote(std::string_view value) {
  text_ += '"';
  while (!value.empty()) {
    const Character character = first_of(value);
    if (character.code == no_character && is_json()) {
      text_ += "\uFFFD";
    } else if (character.code == no_character) {
      text_ += "\\x";
      append_hex(text_, static_cast<unsigned char>(value.front()), 2);
    } else if (is_control(character.code)) {
      append_control(text_, character.code);
    } else {
      if (character.code == '"' || character.code == '\\') text_ += '\\';
      text_ += value.substr(0, character.size);
    }
    value.remove_prefix(character.size);
  }
  text_ += '"';
}

std::ostream& put(std::ostream& out, const std::string& text) { return out << text; }

}  // namespace onc::xdr
