#include "daemon/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>

#include <algorithm>

namespace onc::daemon {
namespace {

spdlog::sink_ptr sink(const std::string& name, bool foreground) {
  if (foreground) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  return std::make_shared<spdlog::sinks::syslog_sink_mt>(name, LOG_PID, LOG_DAEMON, false);
}

// What may quote a peer, who is not to write lines of its own, nor to turn a terminal's writing round.
std::string harmless(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c >= 127; }, '?');
  return text;
}

std::string held_back(std::uint64_t count, const char* what) {
  return count == 0 ? "" : fmt::format(" (and {} {} before it, untold)", count, what);
}

std::string name_of(const rpc::ObservedCall& call) {
  const std::string procedure = call.procedure_name ? call.procedure_name : fmt::format("procedure {}", call.procedure);
  if (!call.is_known())
    return fmt::format("program {} version {} {}", call.program.number, call.program.version, procedure);
  return fmt::format("{} {} {}", call.program.name, call.program.version_name, procedure);
}

std::string outcome(const rpc::ObservedEnd& end) {
  if (!end.failure) return "served";
  return end.why.empty() ? end.failure.message() : harmless(std::string(end.why));
}

}  // namespace

std::optional<std::uint64_t> OnceASecond::pass() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) {
    ++held_back_;
    return std::nullopt;
  }
  next_ = now + std::chrono::seconds(1);
  return std::exchange(held_back_, 0);
}

Watch::Log::Log(const std::string& name, const std::string& level, bool foreground)
    : logger_(name, sink(name, foreground)), level_(spdlog::level::from_str(level)) {
  logger_.set_level(spdlog::level::trace);
  // Who keeps the lines has their time.
  logger_.set_pattern(foreground ? "%n: %v" : "%v");
  logger_.flush_on(spdlog::level::trace);
}

void Watch::Log::failed(const rpc::Program& program, std::uint32_t procedure, const std::string& what) {
  if (!shows(spdlog::level::err)) return;
  if (const auto untold = failures_.pass())
    logger_.error("procedure {} of {} version {} failed: {}{}", procedure, program.name, program.version,
                  harmless(what), held_back(*untold, "failures"));
}

void Watch::Log::ended(const rpc::ObservedCall& call, const rpc::ObservedEnd& end) {
  if (!shows(spdlog::level::debug)) return;
  logger_.debug("{} from {}: {} bytes, {} in reply, {:.3f} ms: {}", name_of(call), harmless(call.peer), call.bytes,
                end.bytes, std::chrono::duration<double, std::milli>(end.took).count(), outcome(end));
}

void Watch::Log::refused(const std::string& peer, const std::string& why) {
  if (!shows(spdlog::level::warn)) return;
  if (const auto untold = refusals_.pass())
    logger_.warn("refused {}: {}{}", harmless(peer), harmless(why), held_back(*untold, "peers"));
}

void Watch::Log::warn(const std::string& what) {
  if (shows(spdlog::level::warn)) logger_.warn("{}", harmless(what));
}

void Watch::Log::troubled(const std::string& what) {
  if (!shows(spdlog::level::warn)) return;
  if (const auto untold = troubles_.pass()) logger_.warn("{}{}", harmless(what), held_back(*untold, "such"));
}

// Asked for by name, so told at every level but off.
void Watch::Log::note(const std::string& what) {
  if (shows(spdlog::level::critical)) logger_.info("{}", harmless(what));
}

}  // namespace onc::daemon
