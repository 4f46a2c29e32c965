#include "suggestions.h"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace idlc {
namespace {

// Names longer than this are nobody's typing.
constexpr std::size_t longest = 64;

// Letters to insert, remove, replace or swap with the next, up to `most` (Damerau 1964); a change of case counts less
// than any of them.
std::size_t distance(std::string_view a, std::string_view b, std::size_t most) {
  std::vector<std::size_t> before;
  std::vector<std::size_t> last(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> row(b.size() + 1, i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    if (*std::min_element(row.begin(), row.end()) > most) return most + 1;
    before = std::move(last);
    last = std::move(row);
  }
  return last.back();
}

}  // namespace

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
  if (name.size() > longest) return "";
  std::size_t least = std::max<std::size_t>(name.size() / 3, 1) + 1;
  std::string best;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > longest || candidate == name) continue;
    const std::size_t changes = distance(name, candidate, least - 1);
    if (changes >= least || changes >= std::max(name.size(), candidate.size())) continue;
    least = changes;
    best = candidate;
    if (least == 0) break;
  }
  return best;
}

}  // namespace idlc
