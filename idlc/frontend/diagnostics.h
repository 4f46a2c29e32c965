// Mistakes in a .x file. They are data: everything that can be found is found in one run.
#pragma once

#include "source.h"

#include <ostream>
#include <string>
#include <vector>

namespace idlc {

class Diagnostics {
 public:
  // Mistakes are told in the order of the source, each once.
  void error(const Location& where, std::string text);
  // Another place that the latest error involves; of many only the first few are told.
  void note(const Location& where, std::string text);

  bool empty() const { return errors_.empty(); }
  std::size_t size() const { return errors_.size(); }

  // "file.x:4:10: error: 'count' is not a constant", the line and a caret.
  void print(std::ostream& out, const Sources& sources) const;

  // A file could not be read: not the .x's mistake, but the system's word.
  void unreadable(const Location& where, std::string text);
  bool any_unreadable() const { return any_unreadable_; }

 private:
  struct Message {
    Location where;
    std::string text;

    bool operator==(const Message& other) const { return where.begin == other.where.begin && text == other.text; }
  };
  struct Error {
    Message message;
    std::vector<Message> notes;
    std::size_t more_notes = 0;
  };

  static void print(std::ostream& out, const Source& source, const char* kind, const Message& message);
  static void print(std::ostream& out, const Sources& sources, const Error& error);

  std::vector<Error> errors_;
  bool any_unreadable_ = false;
};

}  // namespace idlc
