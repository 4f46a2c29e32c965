#include <onc/server/options.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace onc::rpc {
namespace {

constexpr std::uint64_t million = 1'000'000;
constexpr std::uint64_t year = std::uint64_t{365} * 24 * 60 * 60;  // in seconds

void check(const char* name, std::uint64_t value, std::uint64_t low, std::uint64_t high) {
  if (value >= low && value <= high) return;
  throw std::invalid_argument("ServerOptions::" + std::string(name) + " is " + std::to_string(value) +
                              "; it can be from " + std::to_string(low) + " to " + std::to_string(high));
}

void check(const char* name, std::chrono::seconds value, std::uint64_t low, std::uint64_t high = year) {
  if (value.count() < 0)
    throw std::invalid_argument("ServerOptions::" + std::string(name) + " is negative; it can be from " +
                                std::to_string(low) + " to " + std::to_string(high) + " s");
  check(name, static_cast<std::uint64_t>(value.count()), low, high);
}

}  // namespace

ServerOptions within_range(const ServerOptions& options) {
  check("threads", options.threads, 1, 1024);
  // A record's length has 31 bits (RFC 5531 §11).
  check("max_record", options.max_record, 40, 0x7fffffff);
  check("max_connections", options.max_connections, options.threads, 10 * million);
  check("max_buffered", options.max_buffered, 0, UINT64_MAX);
  check("max_unanswered", options.max_unanswered, 1, 10 * million);
  check("max_unanswered_of_all", options.max_unanswered_of_all, 1, 10 * million);
  check("idle", options.idle, 0);
  check("partial", options.partial, 0);
  check("workers", options.workers, 1, 10'000);
  check("patience", options.patience, 1);
  check("short_hands", options.short_hands, 0, million);
  check("finishing", options.finishing, 0);
  check("reply_cache_age", options.reply_cache_age, 0);
  return options;
}

}  // namespace onc::rpc
