#include "daemon/metrics.h"

#include <onc/rpc/error.h>
#include <onc/transport/endpoint.h>

#include <map>

namespace onc::daemon {
namespace {

using Labels = std::map<std::string, std::string>;

// From 50 µs to 10 s.
const prometheus::Histogram::BucketBoundaries seconds_bounds = {0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                                                0.01,    0.025,  0.05,    0.1,    0.25,  1,      10};

Labels labels_of(const rpc::ObservedCall& call) {
  if (!call.is_known()) return {{"program", "unknown"}, {"version", "unknown"}, {"procedure", "unknown"}};
  return {{"program", call.program.name},
          {"version", std::to_string(call.program.version)},
          {"procedure", call.procedure_name ? call.procedure_name : "unknown"}};
}

std::string outcome_of(const rpc::ObservedEnd& end) {
  if (!end.failure) return end.bytes == 0 ? "unanswered" : "success";
  if (end.failure == rpc::errc::program_unavailable) return "program_unavailable";
  if (end.failure == rpc::errc::version_mismatch) return "version_mismatch";
  if (end.failure == rpc::errc::procedure_unavailable) return "procedure_unavailable";
  if (end.failure == rpc::errc::garbage_arguments) return "garbage_arguments";
  if (end.failure == rpc::errc::rpc_mismatch) return "rpc_mismatch";
  if (end.failure == rpc::errc::authentication_error) return "authentication_error";
  return end.failure == std::errc::operation_canceled ? "cut_short" : "system_error";
}

}  // namespace

std::string metrics_address(const std::string& where) {
  const auto endpoint = transport::Endpoint::parse(where);
  if (endpoint.protocol != transport::Protocol::tcp || !endpoint.port)
    throw rpc::Error(rpc::errc::bad_endpoint, "metrics are served at tcp://host:port, not at '" + where + "'");
  return endpoint.text().substr(std::string("tcp://").size());
}

Watch::Metrics::Metrics(const std::string& where) try
    : host_(metrics_address(where).substr(0, metrics_address(where).rfind(':'))),
      exposer_({"listening_ports", metrics_address(where), "num_threads", "4", "request_timeout_ms", "2000"}),
      calls_(prometheus::BuildCounter()
                 .Name("onc_rpc_calls_total")
                 .Help("Calls that were served, by how they ended")
                 .Register(*registry_)),
      seconds_(prometheus::BuildHistogram()
                   .Name("onc_rpc_call_seconds")
                   .Help("From a call's arrival to its reply")
                   .Register(*registry_)),
      bytes_(prometheus::BuildCounter()
                 .Name("onc_rpc_bytes_total")
                 .Help("Bytes of call and reply messages")
                 .Register(*registry_)),
      refused_(prometheus::BuildCounter()
                   .Name("onc_rpc_refused_peers_total")
                   .Help("Peers that were hung up on, and datagrams passed over")
                   .Register(*registry_)) {
  refused_.Add({});
  exposer_.RegisterCollectable(registry_);
} catch (const rpc::Error&) {
  throw;
} catch (const std::exception&) {
  throw rpc::Error(rpc::errc::bad_endpoint, "cannot serve metrics at " + where + "; try another port");
}

std::string Watch::Metrics::url() const {
  return "http://" + host_ + ":" + std::to_string(exposer_.GetListeningPorts().front()) + "/metrics";
}

void Watch::Metrics::ended(const rpc::ObservedCall& call, const rpc::ObservedEnd& end) {
  Labels labels = labels_of(call);
  seconds_.Add(labels, seconds_bounds).Observe(std::chrono::duration<double>(end.took).count());
  bytes_.Add({{"direction", "received"}}).Increment(static_cast<double>(call.bytes));
  bytes_.Add({{"direction", "sent"}}).Increment(static_cast<double>(end.bytes));
  labels["outcome"] = outcome_of(end);
  calls_.Add(labels).Increment();
}

void Watch::Metrics::refused(const std::string&, const std::string&) { refused_.Add({}).Increment(); }

}  // namespace onc::daemon
