// Program FILES: the store, for whoever may.
#pragma once

#include "services/file/access.h"
#include "services/file/store.h"

#include <onc/server/server.h>

#include <functional>
#include <string>

namespace services::files {

// Handlers block on disks, and stand several calls at once: for worker threads.
class FileService : public file::FILES::v1::Server {
 public:
  // Told of what fails in the machine, such as a disk. From any thread.
  using Trouble = std::function<void(const std::string&)>;

  FileService(Store& store, Access access, bool is_read_only, Trouble trouble)
      : store_(store), access_(std::move(access)), is_read_only_(is_read_only), trouble_(std::move(trouble)) {}

  // Those that read, and those that do no more when they are run again: pieces, commits of one upload.
  static onc::rpc::ServiceOptions options();
  static onc::rpc::ServerOptions server_options();

  file::ListResult LIST(file::ListArguments arguments, const onc::rpc::Caller& caller) override;
  file::StatResult STAT(file::Path path, const onc::rpc::Caller& caller) override;
  file::ReadResult READ(file::ReadArguments arguments, const onc::rpc::Caller& caller) override;
  file::HashResult HASH(file::HashArguments arguments, const onc::rpc::Caller& caller) override;
  file::CreateResult CREATE(file::CreateArguments arguments, const onc::rpc::Caller& caller) override;
  file::Outcome WRITE(file::WriteArguments arguments, const onc::rpc::Caller& caller) override;
  file::CommitResult COMMIT(file::CommitArguments arguments, const onc::rpc::Caller& caller) override;
  file::CommitResult PUT(file::PutArguments arguments, const onc::rpc::Caller& caller) override;
  file::Outcome DISCARD(file::DiscardArguments arguments, const onc::rpc::Caller& caller) override;
  file::Outcome REMOVE(file::RemoveArguments arguments, const onc::rpc::Caller& caller) override;
  file::Outcome RENAME(file::RenameArguments arguments, const onc::rpc::Caller& caller) override;
  file::Outcome MKDIR(file::Path path, const onc::rpc::Caller& caller) override;
  file::GetResult GET(file::Path path, const onc::rpc::Caller& caller) override;

 private:
  // What `ask` returns, or the Outcome why not.
  template <class Result, class Ask>
  Result answer(const onc::rpc::Caller& caller, Right needed, Ask ask);

  Store& store_;
  Access access_;
  bool is_read_only_;
  Trouble trouble_;
};

}  // namespace services::files
