#include "passes.h"
#include "visit.h"

#include <algorithm>
#include <map>

namespace idlc {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (true) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r*"), line.size()));
    lines.emplace_back(line.substr(0, line.find_last_not_of(" \t\r*\\") + 1));  // a \ would continue the // comment
    if (end == text.size()) break;
    text.remove_prefix(end + 1);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  const auto first = std::find_if(lines.begin(), lines.end(), [](const std::string& line) { return !line.empty(); });
  lines.erase(lines.begin(), first);
  return lines;
}

// A comment belongs to what begins on the line after it, or stands before it on its own line. Each has one owner.
class Attacher {
 public:
  explicit Attacher(const std::vector<Comment>& comments) {
    for (const Comment& comment : comments)
      (comment.alone ? above_ : beside_)
          .emplace(line_of(comment.alone ? comment.where.end : comment.where.begin), &comment);
  }

  void attach(Comments& comments, const Location& where) {
    std::vector<const Comment*> above;
    Line line = line_of(where.begin);
    if (const Comment* before = take_before(where.begin)) {
      above.push_back(before);
      line = line_of(before->where.begin);
    }
    while (const Comment* next = take(above_, line_before(line))) {
      above.push_back(next);
      line = line_of(next->where.begin);
    }
    for (auto comment = above.rbegin(); comment != above.rend(); ++comment)
      for (std::string& text : lines_of((*comment)->text)) comments.above.push_back(std::move(text));
    if (const Comment* beside = take(beside_, line_of(where.end))) add_beside(comments, *beside);
  }

  // What opens a block may have its comment beside the brace.
  void attach_to_block(Comments& comments, const Location& where) {
    attach(comments, where);
    if (const Comment* beside = take(beside_, line_of(where.begin))) add_beside(comments, *beside);
  }

 private:
  using Line = std::pair<std::uint32_t, std::uint32_t>;  // of a file
  using ByLine = std::map<Line, const Comment*>;

  static Line line_of(const Position& position) { return {position.file, position.line}; }
  static Line line_before(const Line& line) { return {line.first, line.second - 1}; }

  static const Comment* take(ByLine& comments, const Line& line) {
    const auto node = comments.extract(line);
    return node.empty() ? nullptr : node.mapped();
  }

  // Of the place's own line.
  const Comment* take_before(const Position& place) {
    const auto found = above_.find(line_of(place));
    const bool stands_before = found != above_.end() && found->second->where.end <= place;
    return stands_before ? take(above_, found->first) : nullptr;
  }

  static void add_beside(Comments& comments, const Comment& comment) {
    std::vector<std::string> lines = lines_of(comment.text);
    if (lines.size() == 1 && comments.beside.empty())
      comments.beside = lines.front();
    else
      comments.above.insert(comments.above.end(), lines.begin(), lines.end());
  }

  ByLine above_;
  ByLine beside_;
};

// The smaller goes first: it is nearer to a comment beside it.
void attach_inside(Definition& definition, Attacher& attacher) {
  if (Enum* type = definition.as<Enum>())
    for (Enumerator& enumerator : type->enumerators) attacher.attach(enumerator.comments, enumerator.name.where);
  if (Program* program = definition.as<Program>()) {
    for (Version& version : program->versions) {
      attacher.attach_to_block(version.comments, version.where);
      for (Procedure& procedure : version.procedures) attacher.attach(procedure.comments, procedure.where);
    }
    return;
  }
  for_each_declaration(definition,
                       [&](Declaration& declaration) { attacher.attach(declaration.comments, declaration.where); });
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == text.npos; }

// What the file begins with, line on line, with a blank line after it: who wrote it, and what it is for.
std::vector<std::string> about_file(const std::vector<Comment>& comments, const Source& file) {
  std::vector<std::string> lines;
  Position end;
  for (const Comment& comment : comments) {
    const Location& where = comment.where;
    const bool begins = lines.empty() && is_blank(file.between(end, where.begin));
    const bool goes_on = !lines.empty() && where.begin.line == end.line + 1;
    if (where.begin.file != 0 || !comment.alone || !(begins || goes_on)) break;
    for (std::string& line : lines_of(comment.text)) lines.push_back(std::move(line));
    end = where.end;
  }
  const Position after_next_line{0, 0, end.line + 2, 1};
  return is_blank(file.between(end, after_next_line)) ? lines : std::vector<std::string>();
}

bool on_one_line(const Location& where) { return where.begin.line == where.end.line; }

}  // namespace

void attach_comments(Spec& spec, const Source& file) {
  spec.about.above = about_file(spec.comments, file);
  Attacher attacher(spec.comments);
  for (const auto& definition : spec.definitions) {
    if (definition->unit != 0) continue;
    attacher.attach_to_block(definition->comments, definition->where);
    if (!on_one_line(definition->where)) attach_inside(*definition, attacher);
  }
}

}  // namespace idlc
