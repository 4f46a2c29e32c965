// How code outside the namespaces of a .x spells what is in them.
#pragma once

#include "backends/cpp/types.h"

namespace idlc::skeleton {

class Spelling {
 public:
  Spelling(const Spec& spec, const cpp::Options& options);
  Spelling(const Spelling&) = delete;
  Spelling& operator=(const Spelling&) = delete;

  const cpp::Names& names() const { return names_; }
  const cpp::Types& types() const { return types_; }

  // files::FILES::v1
  std::string space(const Definition& program, const Version& version) const;

  // One that the .x allows, where no other is better.
  std::string default_value(const Declaration& declaration) const;

  // What goes to a stream to show `value`: itself, or what makes it readable.
  std::string printed(const Declaration& declaration, const std::string& value) const;

  // `name`, unless it is a namespace here.
  std::string global(const std::string& name) const;

 private:
  cpp::Names names_;
  cpp::Types types_;
  cpp::Scope spaces_;  // the outermost of each
};

// One version of a program of the .x itself, and what its class and its object are called here.
struct Face {
  const Definition& program;
  const Version& version;
  std::string type;    // FILES_v1
  std::string object;  // files_v1
};

std::vector<Face> faces_of(const Spec& spec, const Spelling& spelling);

}  // namespace idlc::skeleton
