// The text of one .x file, and places in it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace idlc {

// Lines and columns count from 1, columns in bytes.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;

  auto operator<=>(const Position&) const = default;
};

// From `begin` up to, not including, `end`. The parser asks for exactly these two names.
struct Location {
  Position begin;
  Position end;
};

class Source {
 public:
  // `path` is what messages call it. The byte order mark that some editors put first is no part of the text.
  Source(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.erase(0, 3);
    starts_.push_back(0);
    for (std::size_t i = 0; i < text_.size(); ++i)
      if (text_[i] == '\n') starts_.push_back(i + 1);
  }

  const std::string& path() const { return path_; }
  const std::string& text() const { return text_; }

  // Without its end; empty past the last one. Not searched for: a file may be one line and have much to say about it.
  std::string_view line(std::size_t number) const {
    if (number == 0 || number > starts_.size()) return {};
    const std::size_t begin = starts_[number - 1];
    const std::size_t end = number < starts_.size() ? starts_[number] - 1 : text_.size();
    std::string_view line = std::string_view(text_).substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

 private:
  std::string path_;
  std::string text_;
  std::vector<std::size_t> starts_;
};

}  // namespace idlc
