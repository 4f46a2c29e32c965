// Values as text and as JSON, for logs, traces and tools: `stream << value`, to_json(value).
//
// Text is to be read: Entry{name: "motd", attributes: Attributes{size: 5, digest: 0x00ff}}. What is long is shortened
// there, and nothing in it can move a terminal's cursor.
//
// JSON (RFC 8259) is for programs, and whole but for what lies more than 128 deep, which is "…": names as in the .x
// (an arm named as its union's discriminant, status, is status_, as in C++), enumerators by name (by number where the
// .x has no name for it), opaque and quadruple as strings of hexadecimal digits, an absent value as null, NaN and the
// infinities as strings. Hypers are numbers, for a reader should not have to know which integers are wide: most keep
// 64 bits, but those that have only doubles, as in JavaScript, round beyond 2^53. Bytes that are no UTF-8 become
// U+FFFD, so what a string held can be lost there; what must be exact belongs on the wire.
#pragma once

#include <onc/xdr/box.h>
#include <onc/xdr/bytes.h>
#include <onc/xdr/types.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace onc::xdr {

struct EnumeratorName {
  std::int32_t number;
  const char* name;
};

class Printer;

// A struct or union of a .x.
template <class T>
concept PrintsItself = requires(const T& value, Printer& out) {
  value.print(out);
};

// An enum of a .x, or a type of yours with a print(Printer&, const T&) beside it.
template <class T>
concept PrintedBeside = !PrintsItself<T> && requires(const T& value, Printer& out) {
  print(out, value);
};

// A type of yours that a .x uses and nobody told how to print: it shows as "…".
template <class T>
concept Unprintable = !PrintsItself<T> && !PrintedBeside<T> && (std::is_class_v<T> || std::is_enum_v<T>);

// Driven by generated code, in the order of the .x.
class Printer {
 public:
  enum class Form { text, json };

  explicit Printer(Form form) : form_(form) {}

  // What was printed.
  std::string take() { return std::exchange(text_, {}); }

  // A struct or union: open(), its fields, close(). A field is its name and then a value:
  // out.field("size").natural(size).
  void open(const char* type);
  Printer& field(const char* name);
  void close();

  void boolean(bool value);
  void integer(std::int64_t value);
  void natural(std::uint64_t value);
  void real(float value);
  void real(double value);
  void quadruple(const Quadruple& value) { opaque(value.bytes); }
  void string(std::string_view value);
  void opaque(BytesView value);
  // `names` in the order of their numbers.
  template <std::size_t count>
  void enumerator(std::int32_t number, const EnumeratorName (&names)[count]) {
    enumerator(number, names, names + count);
  }
  template <PrintsItself T>
  void object(const T& value) {
    object(&value, &print_object<T>);
  }

  // `print_enum` prints the enums that a list or optional consists of; generated code names it, for looking it up among
  // thousands of that name would take the compiler too long. One function for all lists of a type: compiled again into
  // each place, they would take long too.
  template <class Items, class... PrintEnum>
  [[gnu::noinline]] void list(const Items& items, PrintEnum... print_enum) {
    if (enter()) {
      text_ += '[';
      std::size_t index = 0;
      for (const auto& item : items) {
        if (!begin_item(index, items.size())) break;
        ++index;
        value(item, print_enum...);
      }
      text_ += ']';
    }
    leave();
  }
  template <class T, class... PrintEnum>
  void optional(const std::optional<T>& value, PrintEnum... print_enum) {
    if (!value) return nothing();
    this->value(*value, print_enum...);
  }
  template <class T>
  void optional(const Box<T>& value) {
    if (!value) return nothing();
    if (enter()) this->value(*value);
    leave();
  }

  // The last field of a recursive type: not printed before its holder is, so that a chain of a million is a loop.
  template <PrintsItself T>
  void last(const T& value) {
    follow(&value, &print_object<T>);
  }
  template <class T>
  void last(const Box<T>& value) {
    if (!value) return nothing();
    last(*value);
  }

  // Any of these, where generated code does not know which.
  void value(bool value) { boolean(value); }
  void value(float value) { real(value); }
  void value(double value) { real(value); }
  void value(const Quadruple& value) { quadruple(value); }
  void value(const std::string& value) { string(value); }
  void value(const Bytes& value) { opaque(value); }
  template <std::size_t size>
  void value(const std::array<std::byte, size>& value) {
    opaque(value);
  }
  template <std::integral T>
  void value(T value) {
    if constexpr (std::is_signed_v<T>)
      integer(value);
    else
      natural(value);
  }
  template <PrintsItself T>
  void value(const T& value) {
    object(value);
  }
  template <PrintedBeside T>
  void value(const T& value) {
    print(*this, value);
  }
  template <Unprintable T>
  void value(const T&) {
    elided();
  }

  template <class T>
  void value(T value, void (*print_enum)(Printer&, T)) {
    print_enum(*this, value);
  }
  template <class T, class... PrintEnum>
  void value(const std::optional<T>& value, PrintEnum... print_enum) {
    optional(value, print_enum...);
  }
  template <class T>
  void value(const Box<T>& value) {
    optional(value);
  }
  template <class T, class... PrintEnum>
  void value(const std::vector<T>& value, PrintEnum... print_enum) {
    list(value, print_enum...);
  }
  template <class T, std::size_t size, class... PrintEnum>
  void value(const std::array<T, size>& value, PrintEnum... print_enum) {
    list(value, print_enum...);
  }

 private:
  using Print = void (*)(Printer&, const void*);

  template <class T>
  static void print_object(Printer& out, const void* value) {
    static_cast<const T*>(value)->print(out);
  }

  // Values inside values of the same type; what is deeper than the limit prints as "…".
  bool enter();
  void leave() { --depth_; }

  void enumerator(std::int32_t number, const EnumeratorName* begin, const EnumeratorName* end);
  void object(const void* value, Print print);
  void follow(const void* value, Print print);
  void end_object();
  // False where the rest is only counted.
  bool begin_item(std::size_t index, std::size_t count);
  void nothing();
  void elided();
  template <class Float>
  void number(Float value);
  void quote(std::string_view value);
  bool is_json() const { return form_ == Form::json; }

  Form form_;
  std::string text_;
  bool first_ = true;  // no field before, in this object
  std::size_t depth_ = 0;
  std::size_t chain_ = 0;  // objects that one object's last fields led to, so far
  const void* tail_ = nullptr;
  Print print_tail_ = nullptr;
};

// What a .x can define and C++ has no `<<` for: its structs, unions and enums, and lists and optionals of them.
template <class T>
inline constexpr bool printable = PrintsItself<T> || PrintedBeside<T>;
template <class T>
inline constexpr bool printable<std::optional<T>> = printable<T>;
template <class T>
inline constexpr bool printable<Box<T>> = printable<T>;
template <class T>
inline constexpr bool printable<std::vector<T>> = printable<T>;
template <class T, std::size_t size>
inline constexpr bool printable<std::array<T, size>> = printable<T>;

template <class T>
std::string to_text(const T& value) {
  Printer printer(Printer::Form::text);
  printer.value(value);
  return printer.take();
}

template <class T>
std::string to_json(const T& value) {
  Printer printer(Printer::Form::json);
  printer.value(value);
  return printer.take();
}

std::ostream& put(std::ostream& out, const std::string& text);

// Generated headers bring it into their namespaces.
template <class T>
requires printable<T> std::ostream& operator<<(std::ostream& out, const T& value) { return put(out, to_text(value)); }

}  // namespace onc::xdr
