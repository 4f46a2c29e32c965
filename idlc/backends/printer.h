// Indented lines of output; the only code that writes any.
#pragma once

#include <algorithm>
#include <concepts>
#include <string>
#include <string_view>

namespace idlc {

class Printer {
 public:
  // Each {} of the pattern is the next argument; braces with anything between them stand for themselves.
  template <class... Arguments>
  void line(std::string_view pattern, const Arguments&... arguments) {
    line_.clear();
    append(line_, pattern, arguments...);
    if (line_.empty())
      text_ += '\n';
    else
      wrap(line_);
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

  // A blank line, unless there is one.
  void blank() {
    if (!text_.empty() && !text_.ends_with("\n\n")) text_ += '\n';
  }

  const std::string& text() const { return text_; }

  template <class... Arguments>
  static std::string fill(std::string_view pattern, const Arguments&... arguments) {
    std::string text;
    append(text, pattern, arguments...);
    return text;
  }

 private:
  static constexpr std::size_t width = 120;

  // Breaks what is too long after a comma or operator; what continues a line stands four further right.
  void wrap(std::string_view text) {
    std::size_t margin = 2 * depth_;
    while (margin + text.size() > width) {
      const std::size_t end = break_before(text, width - margin);
      if (end == 0) break;
      text_.append(margin, ' ').append(text.substr(0, end)).append("\n");
      text.remove_prefix(end + 1);
      margin = 2 * depth_ + 4;
    }
    text_.append(margin, ' ').append(text).append("\n");
  }

  // The last blank to break at; 0 for none. Strings and comments stay whole.
  static std::size_t break_before(std::string_view text, std::size_t limit) {
    if (text.starts_with("//")) return 0;
    std::size_t end = 0;
    bool quoted = false;
    for (std::size_t i = 1; i < std::min(limit + 1, text.size()) && text.substr(i, 2) != "//"; ++i) {
      if (text[i] == '"') quoted = !quoted;
      if (!quoted && text[i] == ' ' && std::string_view(",|&(").find(text[i - 1]) != std::string_view::npos) end = i;
    }
    return end;
  }

  static void append(std::string& text, std::string_view pattern) { text += pattern; }
  template <class First, class... Rest>
  static void append(std::string& text, std::string_view pattern, const First& first, const Rest&... rest) {
    const std::size_t place = pattern.find("{}");
    text += pattern.substr(0, place);
    append_value(text, first);
    append(text, pattern.substr(place + 2), rest...);
  }
  static void append_value(std::string& text, std::string_view value) { text += value; }
  template <std::integral Integer>
  static void append_value(std::string& text, Integer number) {
    text += std::to_string(number);
  }

  std::string text_;
  std::string line_;  // its memory is used again
  std::size_t depth_ = 0;
};

}  // namespace idlc
