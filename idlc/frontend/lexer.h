// State of the scanner in lexer.l: where it is, and which of #if's branches it is in.
#pragma once

#include "ast.h"
#include "diagnostics.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idlc {

class Lexer {
 public:
  Lexer(const Source& source, Diagnostics& diagnostics);
  ~Lexer();
  Lexer(const Lexer&) = delete;
  Lexer& operator=(const Lexer&) = delete;

  void* scanner() const { return scanner_; }
  Diagnostics& diagnostics() { return diagnostics_; }
  const Location& here() const { return here_; }
  std::vector<Comment>& comments() { return comments_; }
  // The parser asks for another token: the one it has becomes the last.
  void end_token() { last_token_ = here_; }
  const Location& last_token() const { return last_token_; }
  // What the source says there, within a line.
  std::string text(const Location& where) const;

  // For lexer.l.
  void advance(std::string_view text);
  void begin_comment();
  void add_to_comment(std::string_view text) { comment_.text += text; }
  void end_comment();
  void comment_not_closed();
  void line_comment(std::string_view text);

  // A line that begins with #.
  void directive(std::string_view line);
  bool skipping() const { return !branches_.empty() && !branches_.back().active; }
  void end_of_file();

  std::string passthrough(std::string_view lines);
  Value number(std::string_view text);
  void unknown_character(std::string_view text);

  // Braces. Beyond the limit everything is over: the rest is not read.
  bool open_brace();
  void close_brace();
  bool inside_braces() const { return braces_ != 0; }
  bool given_up() const { return given_up_; }
  void give_up(const std::string& text);

 private:
  struct Branch {
    Location where;
    bool active;  // this branch is read
    bool done;    // one of the #if's branches was, or the whole #if is skipped
    bool seen_else = false;
  };

  void if_directive(bool condition);
  void elif_directive(std::string_view condition);
  void else_directive();
  void endif_directive();
  bool condition(std::string_view expression);
  void other_directive(std::string_view word);

  const Source& source_;
  Diagnostics& diagnostics_;
  void* scanner_ = nullptr;
  Location here_;
  Location last_token_;
  std::optional<Position> last_unknown_;  // where the run of them ended
  bool only_blanks_ = true;               // on this line up to here_.end
  bool alone_on_line_ = true;             // and up to here_.begin
  std::vector<Branch> branches_;
  std::vector<Comment> comments_;
  Comment comment_;
  std::size_t braces_ = 0;
  bool given_up_ = false;
};

}  // namespace idlc
