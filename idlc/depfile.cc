#include "depfile.h"

namespace idlc {
namespace {

std::string escaped(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (c == ' ' || c == '#' || c == '\\') text += '\\';
    if (c == '$') text += '$';
    text += c;
  }
  return text;
}

}  // namespace

void Dependencies::add(const std::string& output, const Sources& sources) {
  text_ += escaped(output) + ":";
  for (std::uint32_t file = 0; file < sources.size(); ++file) text_ += " " + escaped(sources.source(file).path());
  text_ += "\n";
}

}  // namespace idlc
