// Does at most so often what is asked for more often.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include <functional>
#include <utility>

namespace services::time {

class Seldom {
 public:
  // `action` is done by ask() itself, or on `executor` where the last time is less than `interval` ago: then once,
  // however often it was asked for meanwhile. To be destroyed on the executor's thread.
  Seldom(const asio::any_io_executor& executor, std::chrono::milliseconds interval, std::function<void()> action)
      : timer_(executor), interval_(interval), action_(std::move(action)) {}

  void ask() {
    if (is_waiting_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_) return act();
    is_waiting_ = true;
    timer_.expires_at(next_);
    timer_.async_wait([this](const asio::error_code& ended) {
      if (ended) return;
      is_waiting_ = false;
      act();
    });
  }

 private:
  void act() {
    next_ = std::chrono::steady_clock::now() + interval_;
    action_();
  }

  asio::steady_timer timer_;
  std::chrono::milliseconds interval_;
  std::function<void()> action_;
  std::chrono::steady_clock::time_point next_{};
  bool is_waiting_ = false;
};

}  // namespace services::time
