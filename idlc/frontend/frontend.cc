#include "frontend.h"

#include "lexer.h"
#include "parser.hh"
#include "passes.h"

#include <algorithm>

namespace idlc {
namespace {

// The units that the first one's files include.
std::vector<std::uint32_t> includes_of(const Sources& sources) {
  std::vector<std::uint32_t> units;
  for (std::uint32_t file = 1; file < sources.size(); ++file) {
    const Sources::File& each = sources[file];
    const bool own = sources[each.included_at->begin.file].unit == 0;
    if (own && each.unit != 0 && std::find(units.begin(), units.end(), each.unit) == units.end())
      units.push_back(each.unit);
  }
  return units;
}

}  // namespace

Spec parse(Sources& sources, const Options& options, Diagnostics& diagnostics) {
  Spec spec;
  PercentDefines percent_defines;
  std::unordered_set<std::string> lost;
  {
    Lexer lexer(sources, options, diagnostics);
    Parser(lexer, spec).parse();
    spec.comments = std::move(lexer.comments());
    spec.percent_lines = std::move(lexer.percent_lines());
    spec.left_out = std::move(lexer.left_out());
    spec.line_number = lexer.first_line_number();
    percent_defines = std::move(lexer.percent_defines());
    lost = std::move(lexer.lost());
  }
  spec.units = sources.units();
  spec.includes = includes_of(sources);
  if (diagnostics.any_unreadable()) return spec;  // what it would have defined is not missing by mistake
  place_percent_lines(spec);
  hoist(spec);
  check(spec, options.extern_types, percent_defines, lost, diagnostics);
  find_shapes(spec, diagnostics);
  if (diagnostics.empty()) attach_comments(spec, sources.source(0));
  return spec;
}

}  // namespace idlc
