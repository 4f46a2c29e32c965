// A daemon's numbers, in Prometheus' text format over HTTP, on prometheus-cpp.
#pragma once

#include "daemon/watch.h"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace onc::daemon {

// Calls are told apart by what the .x names: what a stranger asks for beyond that is all one, or it could make as many
// series as there are numbers.
// What the library wants of tcp://host:port; throws rpc::Error for anything else.
std::string metrics_address(const std::string& where);

class Watch::Metrics final : public rpc::Observer {
 public:
  // `where`: tcp://host:port.
  explicit Metrics(const std::string& where);

  std::string url() const;

  void ended(const rpc::ObservedCall& call, const rpc::ObservedEnd& end) override;
  void refused(const std::string& peer, const std::string& why) override;

 private:
  std::string host_;
  prometheus::Exposer exposer_;
  std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  prometheus::Family<prometheus::Counter>& calls_;
  prometheus::Family<prometheus::Histogram>& seconds_;
  prometheus::Family<prometheus::Counter>& bytes_;
  prometheus::Family<prometheus::Counter>& refused_;
};

}  // namespace onc::daemon
