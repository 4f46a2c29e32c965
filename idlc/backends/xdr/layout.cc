#include "layout.h"

#include "spacing.h"

#include <algorithm>

namespace idlc::xdr {
namespace {

constexpr std::size_t step = 2;
constexpr std::size_t continuation = 4;
constexpr std::size_t deepest_indent = 128;  // as deep as the parser goes; only what a macro closes can be deeper

enum class Keyword { none, file, name_space, program, version, enumeration, structure, alternatives };

Keyword keyword(const Token& token) {
  if (token.is("namespace")) return Keyword::name_space;
  if (token.is("program")) return Keyword::program;
  if (token.is("version")) return Keyword::version;
  if (token.is("enum")) return Keyword::enumeration;
  if (token.is("struct")) return Keyword::structure;
  if (token.is("union")) return Keyword::alternatives;
  return Keyword::none;
}

bool is_type(Keyword keyword) {
  return keyword == Keyword::enumeration || keyword == Keyword::structure || keyword == Keyword::alternatives;
}

bool is_label(const Token& token) { return token.is("case") || token.is("default"); }

bool ends_arguments(const Token& token) {
  return token.is(";") || token.is("{") || token.is("}") || token.is_comment() || token.kind == Token::Kind::lines;
}

// What braces enclose.
struct Block {
  Keyword keyword = Keyword::none;
  std::size_t indent = 0;  // of the line that opens it
  std::size_t line = 0;    // where its definition begins
  std::size_t outer = 0;
};

// Where in a definition one is.
struct State {
  std::size_t block = 0;
  bool starting = true;      // the next token begins a declaration, label, enumerator or definition
  bool after_label = false;  // namely what a label is for
  bool labelling = false;
  Keyword keyword = Keyword::none;  // of the definition
  std::size_t indent = 0;           // of its first line
  std::size_t line = 0;             // its first line
  std::size_t parentheses = 0;
};

class Layout {
 public:
  explicit Layout(const std::vector<Token>& tokens) : tokens_(tokens), spacing_(tokens) {}

  std::vector<Line> lines() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) place(i);
    return std::move(lines_);
  }

 private:
  void place(std::size_t i);
  void place_marked_line(std::size_t i);
  void place_comment(std::size_t i);
  void place_beside(const Token& comment);
  void place_alone(std::size_t i);
  void place_code(std::size_t i);

  void start(std::size_t i);
  void end();
  void after(std::size_t i);
  void after_comma(std::size_t i);
  void after_colon(std::size_t i);
  void open_block(std::size_t brace);
  void close_block(const Token& brace);
  void separate(std::size_t line);

  bool argument_fits(std::size_t begin) const;
  bool stays_on_line(std::size_t brace) const;
  bool arm_is_long(std::size_t begin) const;
  bool joins_line_with_comment(const Token& token) const;
  std::size_t next_code(std::size_t i) const;

  std::size_t start_indent() const;
  std::size_t continuation_indent() const { return std::min(state_.indent + continuation, deepest_indent); }
  Line& new_line(std::size_t indent, const Token& first);
  void append(std::size_t i);

  const std::vector<Token>& tokens_;
  Spacing spacing_;
  std::vector<Line> lines_;
  std::vector<Block> blocks_{Block{.keyword = Keyword::file}};
  State state_;
  bool line_is_open_ = false;             // the next token goes on in the last line
  std::size_t column_ = 0;                // where it would
  const Token* last_ = nullptr;           // what stands before it there
  std::size_t end_of_block_on_line_ = 0;  // up to there all stays on the line
};

void Layout::place(std::size_t i) {
  if (tokens_[i].kind == Token::Kind::lines) return place_marked_line(i);
  if (i < end_of_block_on_line_) return append(i);
  if (tokens_[i].is_comment()) return place_comment(i);
  place_code(i);
}

void Layout::place_marked_line(std::size_t i) {
  Line& line = new_line(0, tokens_[i]);
  line.as_it_is = true;
  line.code = tokens_[i].text;
  line_is_open_ = false;
}

void Layout::place_comment(std::size_t i) {
  const Token& comment = tokens_[i];
  if (!spacing_.ends_line(i)) {
    if (!line_is_open_) new_line(state_.starting ? start_indent() : continuation_indent(), comment);
    return append(i);
  }
  if (comment.newlines == 0 && !lines_.empty() && !lines_.back().as_it_is && !lines_.back().comment_ends_line)
    place_beside(comment);
  else
    place_alone(i);
  line_is_open_ = false;
}

void Layout::place_beside(const Token& comment) {
  Line& line = lines_.back();
  if (line.comment.empty()) {
    line.comment_column = comment.column;
    line.comment = comment.text;
  } else {
    line.comment.append(" ").append(comment.text);
  }
  line.comment_ends_line = comment.kind == Token::Kind::line_comment;
}

// One that stands under a comment beside something goes on with that.
void Layout::place_alone(std::size_t i) {
  const Token& comment = tokens_[i];
  const bool is_last = i + 1 == tokens_.size() || tokens_[i + 1].newlines != 0;
  const bool continues = is_last && comment.newlines == 1 && !lines_.empty() && !lines_.back().comment.empty() &&
                         lines_.back().comment_column == comment.column;
  if (continues) {
    Line& line = new_line(lines_.back().indent, comment);
    line.continues = true;
    return place_beside(comment);
  }
  Line& line = new_line(state_.starting ? start_indent() : continuation_indent(), comment);
  line.only_comment = true;
  line.comment_ends_line = comment.kind == Token::Kind::line_comment;
  line.code = moved(comment.text, comment.column, line.indent);
}

void Layout::place_code(std::size_t i) {
  const Token& token = tokens_[i];
  if (token.is("}") && state_.block != 0)
    close_block(token);
  else if (state_.starting)
    start(i);
  else if (!line_is_open_ && !joins_line_with_comment(token))
    new_line(continuation_indent(), token);
  append(i);
  after(i);
}

// int a  // why
// ;
bool Layout::joins_line_with_comment(const Token& token) const {
  return (token.is(",") || token.is(";") || token.is("{")) && !lines_.back().comment.empty() &&
         !lines_.back().continues && !lines_.back().only_comment;
}

void Layout::start(std::size_t i) {
  const Token& token = tokens_[i];
  if (!line_is_open_) new_line(start_indent(), token);
  if (!state_.after_label) state_.line = lines_.size() - 1;
  state_.starting = false;
  state_.indent = lines_.back().indent;
  state_.labelling = blocks_[state_.block].keyword == Keyword::alternatives && !state_.after_label && is_label(token);
  state_.keyword = keyword(token);
}

void Layout::end() {
  state_.starting = true;
  state_.after_label = false;
  state_.labelling = false;
  state_.parentheses = 0;
  line_is_open_ = false;
}

void Layout::after(std::size_t i) {
  const Token& token = tokens_[i];
  if (token.is("{")) return open_block(i);
  if (token.is(";")) return end();
  if (token.is("}") && state_.keyword == Keyword::name_space) return end();
  if (token.is(",")) return after_comma(i);
  if (token.is(":") && state_.labelling && state_.parentheses == 0) return after_colon(i);
  if (token.is("(")) ++state_.parentheses;
  if (token.is(")") && state_.parentheses != 0) --state_.parentheses;
  // typedef struct {
  if (state_.keyword == Keyword::none && state_.parentheses == 0 && is_type(keyword(token)))
    state_.keyword = keyword(token);
}

void Layout::after_comma(std::size_t i) {
  if (blocks_[state_.block].keyword == Keyword::enumeration && state_.parentheses == 0) return end();
  if (state_.parentheses == 0) return;
  if (!argument_fits(i + 1)) line_is_open_ = false;
}

// With the comma after it, or all that follows the last one.
bool Layout::argument_fits(std::size_t begin) const {
  bool last = false;
  for (std::size_t end = begin; column_ + spacing_.width(begin, end) < line_width; ++end) {
    if (end == tokens_.size() || ends_arguments(tokens_[end])) return true;
    if (tokens_[end].is(",") && !last) return true;
    if (tokens_[end].is(")")) last = true;
  }
  return false;
}

void Layout::after_colon(std::size_t i) {
  Line& line = lines_.back();
  if (line.label.empty()) std::swap(line.label, line.code);
  const std::size_t next = next_code(i);
  if (next == tokens_.size() || is_label(tokens_[next])) return end();
  state_.starting = true;
  state_.labelling = false;
  state_.after_label = true;
  if (arm_is_long(i + 1)) line_is_open_ = false;
}

bool Layout::arm_is_long(std::size_t begin) const {
  const std::size_t brace = spacing_.next_brace(begin);
  if (brace > spacing_.next_semicolon(begin)) return false;
  if (brace == tokens_.size()) return false;
  const std::size_t closing = spacing_.closing(brace);
  if (closing == 0) return true;
  return column_ + spacing_.width(begin, spacing_.next_semicolon(closing)) + 1 > line_width;
}

std::size_t Layout::next_code(std::size_t i) const {
  do ++i;
  while (i < tokens_.size() && tokens_[i].is_comment());
  return i;
}

bool Layout::stays_on_line(std::size_t brace) const {
  const std::size_t closing = spacing_.closing(brace);
  if (closing == 0 || !is_type(state_.keyword) || !lines_.back().comment.empty()) return false;
  return column_ + spacing_.width(brace + 1, spacing_.next_semicolon(closing)) + 1 <= line_width;
}

void Layout::open_block(std::size_t brace) {
  if (stays_on_line(brace)) {
    end_of_block_on_line_ = spacing_.closing(brace) + 1;
    return;
  }
  lines_.back().opens_block = true;
  blocks_.push_back({state_.keyword, state_.indent, state_.line, state_.block});
  state_.block = blocks_.size() - 1;
  end();
}

void Layout::close_block(const Token& brace) {
  const Block block = blocks_[state_.block];
  end();
  state_.block = block.outer;
  state_.starting = false;
  state_.keyword = block.keyword;
  state_.indent = block.indent;
  state_.line = block.line;
  new_line(block.indent, brace).blank_before = false;
  const Keyword around = blocks_[block.outer].keyword;
  if (around == Keyword::file || around == Keyword::name_space || around == Keyword::program) separate(block.line);
}

// A blank line above a definition of several lines and the comments that belong to it.
void Layout::separate(std::size_t line) {
  while (line != 0 && !lines_[line].blank_before && lines_[line - 1].only_comment) --line;
  if (line != 0 && !lines_[line - 1].as_it_is && !lines_[line - 1].opens_block) lines_[line].blank_before = true;
}

std::size_t Layout::start_indent() const {
  const Block& block = blocks_[state_.block];
  std::size_t indent = block.indent;
  if (state_.after_label) indent += step;
  if (block.keyword != Keyword::file && block.keyword != Keyword::name_space && block.keyword != Keyword::alternatives)
    indent += step;
  return std::min(indent, deepest_indent);
}

Line& Layout::new_line(std::size_t indent, const Token& first) {
  const bool blank = first.newlines > 1 && !lines_.empty() && !lines_.back().opens_block &&
                     (state_.starting || first.kind == Token::Kind::lines);
  Line& line = lines_.emplace_back();
  line.indent = indent;
  line.blank_before = blank;
  line_is_open_ = true;
  column_ = indent;
  last_ = nullptr;
  return line;
}

void Layout::append(std::size_t i) {
  const Token& token = tokens_[i];
  std::string& code = lines_.back().code;
  if (last_ && spaced(*last_, token)) {
    ++column_;
    if (!code.empty()) code += ' ';
  }
  const std::string text = token.is_comment() ? moved(token.text, token.column, column_) : std::string(token.text);
  column_ = column_after(column_, text);
  code += text;
  last_ = &token;
}

}  // namespace

std::vector<Line> lay_out(const std::vector<Token>& tokens) { return Layout(tokens).lines(); }

}  // namespace idlc::xdr
