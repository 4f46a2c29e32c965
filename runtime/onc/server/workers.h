// Threads for handlers that block.
#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace onc::rpc {

// Not asio::thread_pool: where not all of its threads can be made, it waits for ever for those that it has begun.
class Workers {
 public:
  // Throws Error, with errno's code, where a limit of the process or its user is in the way of so many.
  explicit Workers(std::size_t count);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  // Waits for what is being done; what has not begun is given up.
  ~Workers();

  void post(std::function<void()> work);

 private:
  void end();

  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> open_ = asio::make_work_guard(context_);
  std::vector<std::thread> threads_;
};

}  // namespace onc::rpc
