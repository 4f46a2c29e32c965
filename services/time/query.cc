#include "services/time/commands.h"
#include "services/time/shown.h"
#include "services/time/stale.h"

#include <algorithm>
#include <cstdio>

namespace services::time {

namespace {

constexpr int exchanges = 8;
constexpr std::size_t longest_reason = 300;

void print(const Sample& sample, int width) {
  const std::string host = shown(sample.host);
  if (!sample.is_heard()) {
    std::printf("%-*s  not heard: %s\n", width, host.c_str(), shown(sample.why_not, longest_reason).c_str());
    return;
  }
  std::printf("%-*s  %15s  %10s  %10s  %11s  %10s  %10s\n", width, host.c_str(), shown_offset(sample.offset()).c_str(),
              shown_bound(sample.error()).c_str(), shown_bound(sample.measured->delay).c_str(),
              shown_offset(sample.slewing).c_str(), shown_bound(to_bound(sample.bounds.from_utc)).c_str(),
              shown_bound(to_bound(sample.bounds.from_group)).c_str());
  if (is_too_far_off(sample))
    std::printf("%-*s  more than an hour off, which no group corrects: onc-time set sets it\n", width, "");
}

void print(const std::vector<Sample>& samples) {
  std::size_t widest = 4;
  for (const Sample& sample : samples) widest = std::max(widest, shown(sample.host).size());
  const int width = static_cast<int>(widest);
  std::printf("%-*s  %15s  %10s  %10s  %11s  %10s  %10s\n", width, "HOST", "OFFSET s", "+- s", "DELAY s", "SLEWING s",
              "UTC +- s", "GROUP +- s");
  for (const Sample& sample : samples) print(sample, width);
}

}  // namespace

int query(const Asking& asking, const std::vector<std::string>& hosts) {
  check_hosts(hosts);
  std::vector<Sample> samples = Sampler(hosts, asking.timeout, exchanges).take();
  for (Sample& sample : samples) sample.why_not += stale_registration(sample.host, sample.trouble, asking.timeout);
  if (asking.json) {
    Json json = {{"hosts", Json::array()}};
    for (const Sample& sample : samples) json["hosts"].push_back(to_json(sample));
    std::puts(to_line(json).c_str());
  } else {
    print(samples);
  }
  return std::all_of(samples.begin(), samples.end(), [](const Sample& sample) { return sample.is_heard(); }) ? 0 : 1;
}

}  // namespace services::time
