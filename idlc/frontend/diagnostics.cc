#include "diagnostics.h"

#include <algorithm>
#include <utility>

namespace idlc {
namespace {

// More than anybody reads; what comes after is only counted.
constexpr std::size_t most_printed = 200;
constexpr std::size_t most_notes = 3;

// A file may be one line of a megabyte: show what lies around the place.
constexpr std::size_t widest_excerpt = 160;

struct Excerpt {
  std::string_view text;
  std::size_t caret;  // bytes before it
};

Excerpt excerpt(std::string_view line, std::size_t column) {
  const std::size_t caret = std::min(column - 1, line.size());
  if (line.size() <= widest_excerpt) return {line, caret};
  const std::size_t begin = caret < widest_excerpt / 2 ? 0 : caret - widest_excerpt / 2;
  return {line.substr(begin, widest_excerpt), caret - begin};
}

// As wide as the text before the caret: tabs stay tabs, and the bytes that continue a UTF-8 character take no room.
std::string margin(const Excerpt& shown) {
  std::string margin;
  for (const char c : shown.text.substr(0, shown.caret)) {
    if ((static_cast<unsigned char>(c) & 0xc0) == 0x80) continue;
    margin += c == '\t' ? '\t' : ' ';
  }
  return margin;
}

std::size_t underlined(const Location& where, const Excerpt& shown) {
  if (where.end.line != where.begin.line || where.end.column <= where.begin.column) return 1;
  const std::size_t room = std::max<std::size_t>(shown.text.size() - shown.caret, 1);
  return std::min<std::size_t>(where.end.column - where.begin.column, room);
}

// What is printed goes to a terminal: no control characters of a stranger's file.
std::string printable(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (static_cast<unsigned char>(c) < ' ' && c != '\t') c = '?';
  return result;
}

// A name may be a megabyte long.
std::string shortened(std::string_view text) {
  constexpr std::size_t longest = 500;
  if (text.size() <= longest) return std::string(text);
  return std::string(text.substr(0, longest / 2)) + "..." + std::string(text.substr(text.size() - longest / 2));
}

}  // namespace

void Diagnostics::error(const Location& where, std::string text) { errors_.push_back({{where, shortened(text)}, {}}); }

void Diagnostics::note(const Location& where, std::string text) {
  Error& error = errors_.back();
  if (error.notes.size() == most_notes)
    ++error.more_notes;
  else
    error.notes.push_back({where, std::move(text)});
}

void Diagnostics::print(std::ostream& out, const Source& source, const char* kind, const Message& message) {
  out << source.path() << ':' << message.where.begin.line << ':' << message.where.begin.column << ": " << kind << ": "
      << printable(message.text) << '\n';
  const Excerpt shown = excerpt(source.line(message.where.begin.line), message.where.begin.column);
  if (shown.text.empty()) return;
  out << "  " << printable(shown.text) << "\n  " << margin(shown) << '^'
      << std::string(underlined(message.where, shown) - 1, '~') << '\n';
}

void Diagnostics::unreadable(const Location& where, std::string text) {
  error(where, std::move(text));
  any_unreadable_ = true;
}

void Diagnostics::print(std::ostream& out, const Sources& sources, const Error& error) {
  const std::uint32_t file = error.message.where.begin.file;
  print(out, sources.source(file), "error", error.message);
  for (const Message& note : error.notes) print(out, sources.source(note.where.begin.file), "note", note);
  if (error.more_notes != 0)
    out << sources.source(file).path() << ": note: and " << error.more_notes << " more places\n";
  if (const auto& place = sources[file].included_at)
    print(out, sources.source(place->begin.file), "note", {*place, "included here"});
}

void Diagnostics::print(std::ostream& out, const Sources& sources) const {
  std::vector<Error> sorted = errors_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Error& a, const Error& b) { return a.message.where.begin < b.message.where.begin; });
  const auto repeats =
      std::unique(sorted.begin(), sorted.end(), [](const Error& a, const Error& b) { return a.message == b.message; });
  sorted.erase(repeats, sorted.end());
  for (std::size_t i = 0; i < std::min(sorted.size(), most_printed); ++i) print(out, sources, sorted[i]);
  if (sorted.size() > most_printed)
    out << sources.source(0).path() << ": " << sorted.size() - most_printed << " more errors\n";
}

}  // namespace idlc
