#include "frontend.h"

#include "lexer.h"
#include "parser.hh"
#include "passes.h"

namespace idlc {

Spec parse(const Source& source, Diagnostics& diagnostics) {
  Spec spec;
  {
    Lexer lexer(source, diagnostics);
    Parser(lexer, spec).parse();
    spec.comments = std::move(lexer.comments());
  }
  hoist(spec);
  check(spec, diagnostics);
  if (!diagnostics.empty()) return spec;
  find_shapes(spec, diagnostics);
  attach_comments(spec);
  return spec;
}

}  // namespace idlc
