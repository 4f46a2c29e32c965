#include "services/time/chart.h"
#include "services/time/commands.h"
#include "services/time/machine.h"
#include "services/time/pace.h"
#include "services/time/shown.h"

#include <algorithm>
#include <cstdio>
#include <thread>

#include <sys/ioctl.h>
#include <unistd.h>

namespace services::time {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int exchanges = 3;
constexpr std::size_t rows = 15;
constexpr std::size_t most_columns = 120;

// The server, and whom it coordinates.
std::vector<std::string> group_of(const Asking& asking) {
  std::vector<std::string> hosts = {asking.server};
  const auto status = time_::TIME::v2::Client(asking.server, {.timeout = asking.timeout}).STATUS();
  for (const time_::Peer& peer : status.peers) hosts.push_back(peer.name);
  return hosts;
}

std::size_t terminal_width() {
  winsize size{};
  const bool is_known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : 80;
}

// Shows each round of samples.
class View {
 public:
  View() = default;
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  virtual ~View() = default;
  virtual void show(const std::vector<Sample>& samples) = 0;
};

// Draws over what it drew before; the last drawing stays.
class Drawn final : public View {
 public:
  void show(const std::vector<Sample>& samples) override {
    const std::size_t width = terminal_width();
    chart_.set_width(columns(width));
    std::vector<std::optional<double>> values;
    values.reserve(samples.size());
    for (const Sample& sample : samples)
      values.push_back(sample.is_heard() ? std::optional(to_seconds(sample.offset())) : std::nullopt);
    chart_.add(std::move(values));
    std::vector<std::string> lines = chart_.lines(true);
    lines.insert(lines.begin(), "Seconds ahead of this machine's clock");
    for (std::size_t i = 0; i < samples.size(); ++i)
      lines.push_back(Chart::colour(i) + Chart::mark(i) + Chart::plain + " " + described(samples[i]));
    draw(lines, width);
  }

 private:
  static std::size_t columns(std::size_t width) {
    return std::clamp(width - std::min(width, Chart::scale_width + 1), std::size_t{10}, most_columns);
  }

  static std::string described(const Sample& sample) {
    if (!sample.is_heard()) return shown(sample.host) + "  not heard";
    const Bound from_group = to_bound(sample.bounds.from_group);
    return shown(sample.host) + "  " + shown_offset(sample.offset()) + " +- " + shown_bound(sample.error()) +
           (from_group ? ", group +- " + shown_bound(from_group) : "");
  }

  // A line that wraps would not be drawn over.
  void draw(const std::vector<std::string>& lines, std::size_t width) {
    if (drawn_ > 0) std::printf("\x1b[%zuA", drawn_);
    for (const std::string& line : lines) std::printf("\r\x1b[2K%s\n", cut(line, width - 1).c_str());
    drawn_ = lines.size();
  }

  Chart chart_{most_columns, rows};
  std::size_t drawn_ = 0;  // lines
};

class Told final : public View {
 public:
  void show(const std::vector<Sample>& samples) override {
    std::string line = shown(Machine().now()).substr(0, 19);
    for (const Sample& sample : samples)
      line += "  " + shown(sample.host) + " " + (sample.is_heard() ? shown_offset(sample.offset()) : "not heard");
    std::puts(line.c_str());
  }
};

class ToldAsJson final : public View {
 public:
  void show(const std::vector<Sample>& samples) override {
    Json json = {{"time", shown(Machine().now())}, {"hosts", Json::array()}};
    for (const Sample& sample : samples) json["hosts"].push_back(to_json(sample));
    std::puts(to_line(json).c_str());
  }
};

std::unique_ptr<View> view_of(const Asking& asking) {
  if (asking.json) return std::make_unique<ToldAsJson>();
  if (::isatty(STDOUT_FILENO) == 1) return std::make_unique<Drawn>();
  return std::make_unique<Told>();
}

}  // namespace

int watch(const Asking& asking, std::vector<std::string> hosts, const WatchOptions& options) {
  check_hosts(hosts);
  if (hosts.empty()) hosts = group_of(asking);
  Sampler sampler(hosts, std::min(asking.timeout, options.interval), exchanges);
  const auto view = view_of(asking);
  const auto begin = SteadyClock::now();
  bool is_any_heard = false;
  for (auto next = begin;; next = due_after(next, options.interval, SteadyClock::now())) {
    const bool is_last = options.duration.count() > 0 && next + options.interval - begin >= options.duration;
    std::this_thread::sleep_until(next);
    const std::vector<Sample> samples = sampler.take();
    view->show(samples);
    if (std::fflush(stdout) != 0) return 1;  // main says why
    is_any_heard = is_any_heard ||
                   std::any_of(samples.begin(), samples.end(), [](const Sample& sample) { return sample.is_heard(); });
    if (is_last) return is_any_heard ? 0 : 1;
  }
}

}  // namespace services::time
