#include <onc/rpc/trace.h>
#include <onc/xdr/decoder.h>
#include <onc/xdr/printer.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <unistd.h>

namespace onc::rpc {
namespace {

using Print = void (*)(xdr::Decoder&, xdr::Printer&);

// What is longer is shortened, as values are.
constexpr std::size_t max_bytes_shown = 32;
constexpr std::size_t max_line = 4000;

std::string hexadecimal(xdr::BytesView bytes) {
  xdr::Printer out(xdr::Printer::Form::text);
  out.opaque(bytes.first(std::min(bytes.size(), max_bytes_shown)));
  return out.take() + (bytes.size() > max_bytes_shown ? "... (" + std::to_string(bytes.size()) + " bytes)" : "");
}

std::string decoded(Print print, xdr::BytesView bytes) {
  xdr::Printer out(xdr::Printer::Form::text);
  xdr::Decoder in(bytes, {});
  try {
    print(in, out);
    return out.take();
  } catch (const std::exception& error) {
    return hexadecimal(bytes) + " (" + error.what() + ")";
  }
}

const CallPrint* print_of(const ObservedCall& call) {
  return call.program.prints ? call.program.prints->find(call.procedure) : nullptr;
}

std::string arguments_of(const ObservedCall& call) {
  const CallPrint* print = print_of(call);
  if (print && print->arguments) return " " + decoded(print->arguments, call.arguments);
  return call.arguments.empty() ? "" : " " + hexadecimal(call.arguments);
}

std::string results_of(const ObservedCall& call, const ObservedEnd& end) {
  if (end.failure) return ": " + (end.why.empty() ? end.failure.message() : std::string(end.why));
  if (end.bytes == 0) return end.why.empty() ? "" : ": " + std::string(end.why);
  const CallPrint* print = print_of(call);
  if (print && print->results) return " = " + decoded(print->results, end.results);
  return end.results.empty() ? "" : " = " + hexadecimal(end.results);
}

std::string name_of(const ObservedCall& call) {
  const std::string procedure =
      call.procedure_name ? call.procedure_name : "procedure " + std::to_string(call.procedure);
  if (!call.is_known())
    return "program " + std::to_string(call.program.number) + " version " + std::to_string(call.program.version) + " " +
           procedure;
  return std::string(call.program.name) + " " + call.program.version_name + " " + procedure;
}

std::string beginning(const std::string& what, std::uint32_t xid) {
  char number[16];
  std::snprintf(number, sizeof number, "%08" PRIx32, xid);
  return "[" + std::to_string(::getpid()) + "] " + what + ", xid " + number + ": ";
}

// One-way calls are sent, and that is all a client knows of them.
const char* ending_of(const ObservedCall& call, const ObservedEnd& end) {
  const bool has_reply = end.bytes != 0;
  if (call.side == ObservedCall::Side::server) return has_reply ? "answered after " : "not answered after ";
  if (has_reply) return "reply after ";
  return end.failure ? "no reply after " : "sent one-way after ";
}

std::string milliseconds(std::chrono::nanoseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f ms", static_cast<double>(time.count()) / 1e6);
  return text;
}

// A local peer's path may be anything; it is not to move a cursor or write lines of its own.
std::string shortened(std::string line) {
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < ' ' || c == 127; }, '?');
  if (line.size() > max_line) line.replace(max_line, std::string::npos, "...");
  return line;
}

// Whole lines, also where other threads and processes write to the same place.
void write_to_standard_error(const std::string& line) {
  const std::string whole = line + "\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, whole.data(), whole.size());
}

}  // namespace

void Trace::started(const ObservedCall& call) {
  const char* direction = call.side == ObservedCall::Side::client ? "call to " : "call from ";
  write_(shortened(beginning(direction + call.peer, call.xid) + name_of(call) + arguments_of(call)));
}

void Trace::ended(const ObservedCall& call, const ObservedEnd& end) {
  write_(shortened(beginning(ending_of(call, end) + milliseconds(end.took), call.xid) + name_of(call) +
                   results_of(call, end)));
}

void Trace::refused(const std::string& peer, const std::string& why) {
  write_(shortened("[" + std::to_string(::getpid()) + "] refused " + peer + ": " + why));
}

Observer* trace_of_environment() {
  // Never destroyed: threads may outlast main().
  static Trace* const trace = [] {
    const char* wanted = std::getenv("ONC_TRACE");
    const bool is_off = !wanted || std::string_view(wanted).empty() || std::string_view(wanted) == "0";
    return is_off ? nullptr : new Trace(write_to_standard_error);
  }();
  return trace;
}

}  // namespace onc::rpc
