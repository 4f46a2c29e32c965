// Indented lines of output; the only code that writes any.
#pragma once

#include <string>
#include <string_view>

namespace idlc {

class Printer {
 public:
  // Each {} of the pattern is the next argument; braces with anything between them stand for themselves.
  template <class... Arguments>
  void line(std::string_view pattern, const Arguments&... arguments) {
    const std::string text = fill(pattern, arguments...);
    if (!text.empty()) text_.append(2 * depth_, ' ').append(text);
    text_ += '\n';
  }

  // A line that opens a block, up to close().
  template <class... Arguments>
  void open(std::string_view pattern, const Arguments&... arguments) {
    line("{} {", fill(pattern, arguments...));
    ++depth_;
  }
  void close(std::string_view end = "}") {
    --depth_;
    line("{}", end);
  }

  void indent() { ++depth_; }
  void outdent() { --depth_; }

  // A line further left, as a class's public: and private:.
  void label(std::string_view text) { text_.append(2 * depth_ - 1, ' ').append(text).append("\n"); }

  // Text as it is.
  void raw(std::string_view text) { text_ += text; }

  // A blank line, unless there is one or a block has just been opened.
  void blank() {
    if (!text_.empty() && !text_.ends_with("\n\n") && !text_.ends_with("{\n")) text_ += '\n';
  }

  const std::string& text() const { return text_; }

  static std::string fill(std::string_view pattern) { return std::string(pattern); }
  template <class First, class... Rest>
  static std::string fill(std::string_view pattern, const First& first, const Rest&... rest) {
    const std::size_t place = pattern.find("{}");
    return std::string(pattern.substr(0, place)) + as_text(first) + fill(pattern.substr(place + 2), rest...);
  }

 private:
  static std::string as_text(std::string_view text) { return std::string(text); }
  template <class Integer>
    requires std::is_integral_v<Integer>
  static std::string as_text(Integer number) {
    return std::to_string(number);
  }

  std::string text_;
  std::size_t depth_ = 0;
};

}  // namespace idlc
