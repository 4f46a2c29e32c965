#include "format.h"

#include "layout.h"
#include "tokens.h"

#include <algorithm>

namespace idlc::xdr {
namespace {

// Those that end lines, and the last line even where nothing else ends it.
std::string without_carriage_returns(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  const auto end_line = [&] {
    while (result.ends_with('\r')) result.pop_back();
  };
  for (const char c : text) {
    if (c == '\n') end_line();
    result += c;
  }
  end_line();
  return result;
}

// The grammar takes a comma after an enum's last value. It stays where an #if stands between, which may give it a next.
std::vector<Token> without_last_commas(const std::vector<Token>& tokens) {
  std::vector<Token> kept;
  bool before_brace = false;
  for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
    if (before_brace && token->is(",")) {
      kept.back().newlines = std::max(kept.back().newlines, token->newlines);
      continue;
    }
    kept.push_back(*token);
    if (!token->is_comment()) before_brace = token->is("}");
  }
  return {kept.rbegin(), kept.rend()};
}

}  // namespace

std::string format(std::string_view text, const std::vector<LineRange>& left_out) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::string lines = without_carriage_returns(text);
  return print(lay_out(without_last_commas(tokens_of(lines, left_out))));
}

}  // namespace idlc::xdr
