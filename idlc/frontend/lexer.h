// State of the scanner in lexer.l: where it is, and what it keeps beside the words.
#pragma once

#include "ast.h"
#include "diagnostics.h"
#include "percent_defines.h"
#include "preprocessor.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace idlc {

class Lexer {
 public:
  Lexer(Sources& sources, const Options& options, Diagnostics& diagnostics);
  ~Lexer();
  Lexer(const Lexer&) = delete;
  Lexer& operator=(const Lexer&) = delete;

  void* scanner() const { return scanner_; }
  Diagnostics& diagnostics() { return diagnostics_; }
  const Location& here() const { return here_; }
  // Of the file to compile, not of those it includes.
  std::vector<Comment>& comments() { return comments_; }
  std::vector<PercentLines>& percent_lines() { return percent_lines_; }
  PercentDefines& percent_defines() { return percent_defines_; }
  std::vector<LineRange>& left_out() { return left_out_; }
  const std::optional<Location>& first_line_number() const { return first_line_number_; }
  // The parser asks for another token: the one it has becomes the last.
  void end_token() { last_token_ = here_; }
  const Location& last_token() const { return last_token_; }
  // The latest mistake was no more than a ; that is missing: the next one counts again.
  void miss_semicolon() { semicolon_missing_ = true; }
  bool take_missing_semicolon() { return std::exchange(semicolon_missing_, false); }
  // What the source says there, within a line.
  std::string text(const Location& where) const;
  // A mistake ended there, and what was defined or named before it may be lost to the parser.
  void lose(const Location& where);
  std::unordered_set<std::string>& lost() { return lost_; }

  // The namespaces around what comes next, and the .x file that it is in.
  const std::string& space() const { return spaces_.back(); }
  void enter_namespace(const Name& name);
  std::string leave_namespace();
  std::uint32_t unit_of(const Location& where) const { return sources_[where.begin.file].unit; }

  // For lexer.l.
  void advance(std::string_view text);
  void begin_comment();
  void add_to_comment(std::string_view text) { comment_.text += text; }
  void end_comment();
  void comment_not_closed();
  // Of a comment that a line with # opened.
  void end_line_of_comment(std::string_view line);
  void line_comment(std::string_view text);
  void directive(std::string_view line);
  bool skipping() const { return preprocessor_.skipping(); }
  void percent_line(std::string_view lines);

  // Goes on with what the word stands for, if it is a macro.
  bool expand(std::string_view word);
  // The text is read; what it stood in goes on. False at the end of all.
  bool end_of_text();

  Value number(std::string_view text);
  Value character(std::string_view text);
  Value line_number();
  void unknown_character(std::string_view text);
  void foreign_letters(std::string_view text);
  void quote_not_closed();

  // Braces. Beyond the limit everything is over: the rest is not read.
  bool open_brace();
  void close_brace();
  bool given_up() const { return given_up_; }
  void give_up(const std::string& text);

 private:
  // A file, or what a macro stands for.
  struct Text {
    std::string text;  // of a macro; a file's is in sources_
    Macro* macro = nullptr;
    void* outer = nullptr;  // the scanner's buffer to go back to
    Position position;      // in the outer file
  };

  void enter(Text text, std::string_view content);
  void* scan(std::string_view text);
  void leave(void* outer);
  void note_left_out(bool was_skipping);
  bool in_macro() const { return texts_.back().macro != nullptr; }
  bool in_main_unit() const { return sources_[here_.begin.file].unit == 0; }

  Sources& sources_;
  Diagnostics& diagnostics_;
  Preprocessor preprocessor_;
  void* scanner_ = nullptr;
  std::vector<Text> texts_;
  std::size_t read_ = 0;  // bytes in all
  std::size_t expansions_ = 0;
  Location here_;
  Location last_token_;
  bool semicolon_missing_ = false;
  std::optional<Position> last_unknown_;  // where the run of them ended
  bool only_blanks_ = true;               // on this line up to here_.end
  bool alone_on_line_ = true;             // and up to here_.begin
  std::vector<Comment> comments_;
  std::vector<PercentLines> percent_lines_;
  PercentDefines percent_defines_;
  std::size_t left_out_since_ = 0;  // the line of the # that began it
  std::vector<LineRange> left_out_;
  std::optional<Location> first_line_number_;
  Comment comment_;
  std::unordered_set<std::string> lost_;
  std::vector<std::string> spaces_{""};
  std::size_t braces_ = 0;
  bool given_up_ = false;
};

}  // namespace idlc
