// What the lines that begin with # do, as in C: which text is read, and what names in it stand for.
#pragma once

#include "diagnostics.h"
#include "macros.h"
#include "options.h"
#include "source.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace idlc {

class Preprocessor {
 public:
  Preprocessor(Sources& sources, const Options& options, Diagnostics& diagnostics);

  // A line that begins with #. Returns the file to go on with, if it includes one.
  std::optional<std::uint32_t> directive(std::string_view line, const Location& where);
  // Within a branch of an #if that is not taken.
  bool skipping() const { return !branches_.empty() && !branches_.back().active; }
  // An #if ends in the file that it began in.
  void end_of_file(std::uint32_t file);

  // Too deep to go on: files that include themselves twice would take for ever to be refused one by one.
  bool given_up() const { return given_up_; }

  Macros& macros() { return macros_; }

 private:
  struct Branch {
    Location where;
    bool active;  // this branch is read
    bool done;    // one of the #if's branches was, or the whole #if is skipped
    bool seen_else = false;
  };

  bool conditional(std::string_view word, std::string_view rest, const Location& where);
  void if_directive(bool condition, const Location& where);
  void elif_directive(std::string_view condition, const Location& where);
  void else_directive(const Location& where);
  void endif_directive(const Location& where);
  Branch* innermost(const std::string& word, const Location& where);
  bool condition(std::string_view expression, const Location& where);
  bool is_defined(std::string_view text, const Location& where);
  void define(std::string_view text, const Location& where);
  void undefine(std::string_view text, const Location& where);
  void refuse(std::string_view word, const Location& where);

  std::optional<std::uint32_t> include(std::string_view text, const Location& where);
  std::optional<std::uint32_t> open(const std::string& name, bool quoted, const Location& where);
  bool is_known(const std::string& path) const;
  bool takes_a_name(const std::string& path, const Location& where);
  bool is_loop(const std::string& path, const Location& where);
  void not_found(const std::string& name, const std::string& reason, const Location& where);

  Sources& sources_;
  const Options& options_;
  Diagnostics& diagnostics_;
  Macros macros_;
  std::vector<Branch> branches_;
  bool given_up_ = false;
};

}  // namespace idlc
