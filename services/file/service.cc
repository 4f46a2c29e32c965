#include "services/file/service.h"
#include "services/file/refused.h"

#include <system_error>

namespace services::files {

using file::Outcome;
using onc::rpc::Caller;

namespace {

onc::transport::Host host_of(const Caller& caller) { return onc::transport::host_of(caller.peer, caller.peer_uid); }

}  // namespace

namespace procedures = file::FILES::v1::procedures;

onc::rpc::ServiceOptions FileService::options() {
  return {
      .idempotent = {procedures::LIST.number, procedures::STAT.number, procedures::READ.number, procedures::HASH.number,
                     procedures::GET.number, procedures::CREATE.number, procedures::WRITE.number,
                     procedures::COMMIT.number, procedures::PUT.number, procedures::DISCARD.number},
      .on_workers = true,
      .once_across_connections = true};
}

onc::rpc::ServerOptions FileService::server_options() {
  onc::rpc::ServerOptions options;
  // A PUT: its data, a path, and a header with the longest credential.
  options.max_record = file::MAX_DATA + 2 * file::MAX_PATH + 2048;
  options.decoding.memory = std::size_t{2} << 20;
  // Most of them wait for a disk, and those that wait together get there together.
  options.workers = 16;
  // Not more under way than half the workers for one connection, nor than a few turns of all for one host, after which
  // it is another's. What is read for replies is so many times MAX_DATA at most, besides max_buffered.
  options.max_unanswered = 8;
  options.max_unanswered_of_all = 256;
  return options;
}

template <class Result, class Ask>
Result FileService::answer(const Caller& caller, Right needed, Ask ask) {
  if (access_.right_of(caller) < needed) return Outcome::DENIED;
  if (needed == Right::write && is_read_only_) return Outcome::READ_ONLY;
  try {
    return ask();
  } catch (const Refused& refused) {
    if (refused.why() == Outcome::FAILED) trouble_(refused.what());
    return refused.why();
  } catch (const std::system_error& error) {
    trouble_(error.what());
    return outcome_of(error.code().value());
  }
}

file::ListResult FileService::LIST(file::ListArguments arguments, const Caller& caller) {
  return answer<file::ListResult>(caller, Right::read,
                                  [&] { return file::ListResult::with_page(store_.list(arguments)); });
}

file::StatResult FileService::STAT(file::Path path, const Caller& caller) {
  return answer<file::StatResult>(caller, Right::read,
                                  [&] { return file::StatResult::with_attributes(store_.stat(path)); });
}

file::ReadResult FileService::READ(file::ReadArguments arguments, const Caller& caller) {
  return answer<file::ReadResult>(caller, Right::read,
                                  [&] { return file::ReadResult::with_piece(store_.read(arguments)); });
}

file::HashResult FileService::HASH(file::HashArguments arguments, const Caller& caller) {
  return answer<file::HashResult>(caller, Right::read,
                                  [&] { return file::HashResult::with_hash(store_.hash(arguments, host_of(caller))); });
}

file::CreateResult FileService::CREATE(file::CreateArguments arguments, const Caller& caller) {
  return answer<file::CreateResult>(caller, Right::write,
                                    [&] { return file::CreateResult::with_upload(store_.create(arguments)); });
}

Outcome FileService::WRITE(file::WriteArguments arguments, const Caller& caller) {
  return answer<Outcome>(caller, Right::write, [&] {
    store_.write(std::move(arguments));
    return Outcome::DONE;
  });
}

file::CommitResult FileService::COMMIT(file::CommitArguments arguments, const Caller& caller) {
  return answer<file::CommitResult>(caller, Right::write, [&] {
    return file::CommitResult::with_attributes(store_.commit(arguments, host_of(caller)));
  });
}

file::CommitResult FileService::PUT(file::PutArguments arguments, const Caller& caller) {
  return answer<file::CommitResult>(caller, Right::write,
                                    [&] { return file::CommitResult::with_attributes(store_.put(arguments)); });
}

Outcome FileService::DISCARD(file::DiscardArguments arguments, const Caller& caller) {
  return answer<Outcome>(caller, Right::write, [&] {
    store_.discard(arguments);
    return Outcome::DONE;
  });
}

Outcome FileService::REMOVE(file::RemoveArguments arguments, const Caller& caller) {
  return answer<Outcome>(caller, Right::write, [&] {
    store_.remove(arguments);
    return Outcome::DONE;
  });
}

Outcome FileService::RENAME(file::RenameArguments arguments, const Caller& caller) {
  return answer<Outcome>(caller, Right::write, [&] {
    store_.rename(arguments);
    return Outcome::DONE;
  });
}

Outcome FileService::MKDIR(file::Path path, const Caller& caller) {
  return answer<Outcome>(caller, Right::write, [&] {
    store_.make_folder(path);
    return Outcome::DONE;
  });
}

file::GetResult FileService::GET(file::Path path, const Caller& caller) {
  return answer<file::GetResult>(caller, Right::read, [&] { return store_.get(path); });
}

}  // namespace services::files
