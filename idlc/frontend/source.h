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
  // `path` is what messages call it.
  Source(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {
    starts_.push_back(0);
    for (std::size_t i = 0; i < text_.size(); ++i)
      if (text_[i] == '\n') starts_.push_back(i + 1);
  }

  const std::string& path() const { return path_; }
  const std::string& text() const { return text_; }

  // Without its end; empty past the last one.
  std::string_view line(std::size_t number) const {
    if (number == 0 || number > starts_.size()) return {};
    const std::string_view rest = std::string_view(text_).substr(starts_[number - 1]);
    return rest.substr(0, rest.find_first_of("\r\n"));
  }

 private:
  std::string path_;
  std::string text_;
  std::vector<std::size_t> starts_;
};

}  // namespace idlc
