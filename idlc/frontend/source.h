// The text of .x files, and places in them.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace idlc {

// Lines and columns count from 1, columns in bytes.
struct Position {
  std::uint32_t order = 0;  // the bytes read before it, whatever file they came from: what stands first is less
  std::uint32_t file = 0;   // of Sources
  std::uint32_t line = 1;
  std::uint32_t column = 1;

  auto operator<=>(const Position&) const = default;
};

// From `begin` up to, not including, `end`. The parser asks for exactly these two names.
struct Location {
  Position begin;
  Position end;

  bool contains(const Location& other) const { return begin <= other.begin && other.end <= end; }
};

// Whole lines, from `begin` up to, not including, `end`.
struct LineRange {
  std::size_t begin = 0;
  std::size_t end = 0;
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

  // What stands between two places of this file.
  std::string_view between(const Position& begin, const Position& end) const {
    const std::size_t from = offset(begin);
    return std::string_view(text_).substr(from, std::max(from, offset(end)) - from);
  }

 private:
  std::size_t offset(const Position& place) const {
    if (place.line > starts_.size()) return text_.size();
    return std::min(starts_[place.line - 1] + place.column - 1, text_.size());
  }

  std::string path_;
  std::string text_;
  std::vector<std::size_t> starts_;
};

// A .x file that idlc is to compile, or that such a one includes. Each is generated from its own file only.
struct Unit {
  std::string name;  // its file's, without directories
};

// All that is read for one .x file: itself, first, and what it includes.
class Sources {
 public:
  struct File {
    Source source;
    std::uint32_t unit;                   // the .x file that this one is part of: itself, or the one that includes it
    std::optional<Location> included_at;  // nothing for the first
  };

  // A .x file is a unit of its own.
  std::uint32_t add_unit(std::string name, Source source, std::optional<Location> included_at = {}) {
    units_.push_back({std::move(name)});
    return add(std::move(source), static_cast<std::uint32_t>(units_.size() - 1), included_at);
  }
  std::uint32_t add(Source source, std::uint32_t unit, std::optional<Location> included_at) {
    files_.push_back(std::make_unique<File>(File{std::move(source), unit, included_at}));
    return static_cast<std::uint32_t>(files_.size() - 1);
  }

  const File& operator[](std::uint32_t file) const { return *files_[file]; }
  const Source& source(std::uint32_t file) const { return files_[file]->source; }
  std::size_t size() const { return files_.size(); }
  const std::vector<Unit>& units() const { return units_; }

 private:
  std::vector<std::unique_ptr<File>> files_;
  std::vector<Unit> units_;
};

}  // namespace idlc
