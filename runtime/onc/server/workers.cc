#include <onc/rpc/error.h>
#include <onc/server/workers.h>

#include <asio/post.hpp>

#include <string>
#include <system_error>
#include <utility>

namespace onc::rpc {

Workers::Workers(std::size_t count) {
  threads_.reserve(count);
  try {
    while (threads_.size() < count) threads_.emplace_back([this] { context_.run(); });
  } catch (const std::system_error& error) {
    end();
    throw Error(error.code(), "cannot begin " + std::to_string(count) + " worker threads: " + error.code().message() +
                                  "; allow this process more of them (ulimit -u, TasksMax) or more memory (ulimit -v)");
  }
}

Workers::~Workers() { end(); }

void Workers::end() {
  context_.stop();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::post(std::function<void()> work) { asio::post(context_, std::move(work)); }

}  // namespace onc::rpc
