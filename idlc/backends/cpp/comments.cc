#include "comments.h"

namespace idlc::cpp {
namespace {

// Longer ones go above the line.
constexpr std::size_t longest_line = 110;

void write(Printer& out, const std::string& comment) {
  if (comment.empty())
    out.line("//");
  else
    out.line("// {}", comment);
}

std::string joined(const std::string& remark, const std::string& beside) {
  if (remark.empty() || beside.empty()) return remark + beside;
  return remark + (remark.ends_with('>') ? " " : "; ") + beside;
}

void write_code(Printer& out, const std::string& code, const std::string& comment) {
  if (comment.empty())
    out.line("{}", code);
  else
    out.line("{}  // {}", code, comment);
}

}  // namespace

void write_above(Printer& out, const Comments& comments) {
  for (const std::string& line : comments.above) write(out, line);
  if (!comments.beside.empty()) write(out, comments.beside);
}

void write_line(Printer& out, const Comments& comments, const std::string& code, const std::string& remark) {
  const std::string end = joined(remark, comments.beside);
  if (code.size() + end.size() > longest_line) {
    write_above(out, comments);
    return write_code(out, code, remark);
  }
  for (const std::string& line : comments.above) write(out, line);
  write_code(out, code, end);
}

}  // namespace idlc::cpp
