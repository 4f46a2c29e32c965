#include "lines.h"

#include "spacing.h"

#include <algorithm>

namespace idlc::xdr {
namespace {

constexpr std::size_t widest_label = 40;
constexpr std::size_t widest_code = 80;

bool is_one_line(const std::string& code) { return code.find('\n') == std::string::npos; }

std::string code_of(const Line& line) {
  const bool both = !line.label.empty() && !line.code.empty();
  return line.label + (both ? " " : "") + line.code;
}

// The column after it all but the comment beside it.
std::size_t end_of_code(const Line& line) { return column_after(line.indent, code_of(line)); }

bool has_label(const Line& line) {
  return !line.label.empty() && line.label.size() <= widest_label && is_one_line(line.label) && is_one_line(line.code);
}

bool has_comment(const Line& line) {
  return line.continues || (!line.comment.empty() && is_one_line(line.code) && end_of_code(line) <= widest_code);
}

// Calls `align` with the first and past the last of each run of neighbours that have it.
template <class Has, class Align>
void for_each_run(std::vector<Line>& lines, Has has, Align align) {
  for (auto begin = lines.begin(); begin != lines.end();) {
    auto end = begin + 1;
    if (has(*begin)) {
      while (end != lines.end() && has(*end) && !end->blank_before && end->indent == begin->indent) ++end;
      align(begin, end);
    }
    begin = end;
  }
}

void align_labels(std::vector<Line>& lines) {
  for_each_run(lines, has_label, [](auto begin, auto end) {
    std::size_t widest = 0;
    for (auto line = begin; line != end; ++line) widest = std::max(widest, line->label.size());
    for (auto line = begin; line != end; ++line)
      if (!line->code.empty()) line->label.append(widest - line->label.size(), ' ');
  });
}

// Where the comment beside each line stands.
std::vector<std::size_t> comment_columns(std::vector<Line>& lines) {
  std::vector<std::size_t> columns;
  for (const Line& line : lines) columns.push_back(end_of_code(line) + 2);
  for_each_run(lines, has_comment, [&](auto begin, auto end) {
    const auto first = columns.begin() + (begin - lines.begin());
    const auto last = first + (end - begin);
    std::fill(first, last, *std::max_element(first, last));
  });
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (lines[i].continues) columns[i] = columns[i - 1];
  return columns;
}

std::string text_of(const Line& line, std::size_t column) {
  if (line.as_it_is) return line.code;
  std::string text = std::string(line.indent, ' ') + code_of(line);
  if (line.comment.empty()) return text;
  text.append(column - end_of_code(line), ' ');
  return text + moved(line.comment, line.comment_column, column);
}

std::string_view without_last_blanks(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

}  // namespace

std::string print(std::vector<Line> lines) {
  align_labels(lines);
  const std::vector<std::size_t> columns = comment_columns(lines);
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].blank_before) text += '\n';
    text += text_of(lines[i], columns[i]) + '\n';
  }
  return text;
}

std::string moved(std::string_view comment, std::size_t from, std::size_t to) {
  if (std::max(from, to) > line_width) from = to;  // too far to be meant
  const std::size_t first = std::min(comment.find('\n'), comment.size());
  std::string text(without_last_blanks(comment.substr(0, first)));
  for (std::size_t begin = first; begin < comment.size();) {
    const std::size_t end = std::min(comment.find('\n', begin + 1), comment.size());
    const std::string_view line = without_last_blanks(comment.substr(begin + 1, end - begin - 1));
    const std::size_t blanks = std::min(line.find_first_not_of(" \t"), line.size());
    const std::size_t column = to + column_after(0, line.substr(0, blanks));
    text += '\n';
    if (!line.empty()) text.append(column - std::min(column, from), ' ').append(line.substr(blanks));
    begin = end;
  }
  return text;
}

}  // namespace idlc::xdr
