#include "services/time/shown.h"

#include "services/time/calendar.h"
#include "services/time/chart.h"

#include <algorithm>
#include <cstdio>

namespace services::time {

namespace {

template <class... Values>
std::string formatted(const char* format, Values... values) {
  char text[64];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

}  // namespace

std::string shown(std::string_view text, std::size_t most) {
  std::string clean(text.substr(0, most));
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return clean;
}

std::string cut(const std::string& line, std::size_t width) {
  std::string text;
  bool is_command = false;
  for (const char c : line) {
    const bool begins = c == '\x1b';
    if (!begins && !is_command && width-- == 0) return text + Chart::plain;
    text += c;
    is_command = begins || (is_command && c != 'm');
  }
  return text;
}

std::string shown(Instant instant) {
  const auto second = std::chrono::floor<std::chrono::seconds>(instant);
  std::string text = to_text(to_time(second));
  // Not their difference: the second before the first instant there is begins earlier than that.
  const Span rest = instant.time_since_epoch() % std::chrono::seconds(1);
  const Span part = rest < Span(0) ? rest + std::chrono::seconds(1) : rest;
  const std::string fraction = formatted(".%09ld", static_cast<long>(part.count()));
  return text.insert(text.rfind(' '), fraction);
}

double to_seconds(Span span) { return static_cast<double>(span.count()) / 1e9; }

std::string shown_offset(Span span) { return formatted("%+.6f", to_seconds(span)); }

std::string shown_bound(Bound bound) { return bound ? formatted("%.6f", to_seconds(*bound)) : "unknown"; }

Json to_json(Bound bound) { return bound ? Json(to_seconds(*bound)) : Json(); }

Json life_json(const time_::Bounds& bounds) {
  return bounds.life != 0 ? Json(formatted("%016llx", static_cast<unsigned long long>(bounds.life))) : Json();
}

Json to_json(const Sample& sample) {
  const bool heard = sample.is_heard();
  return {{"host", sample.host},
          {"heard", heard},
          {"offset", heard ? Json(to_seconds(sample.offset())) : Json()},
          {"error", heard ? Json(to_seconds(sample.error())) : Json()},
          {"delay", heard ? Json(to_seconds(sample.measured->delay)) : Json()},
          {"slewing", heard ? Json(to_seconds(sample.slewing)) : Json()},
          {"from_utc", heard ? to_json(to_bound(sample.bounds.from_utc)) : Json()},
          {"from_group", heard ? to_json(to_bound(sample.bounds.from_group)) : Json()},
          {"life", heard ? life_json(sample.bounds) : Json()},
          {"round", heard ? Json(sample.bounds.round) : Json()},
          {"why_not", heard ? Json() : Json(sample.why_not)}};
}

std::string to_line(const Json& json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace); }

}  // namespace services::time
