// The table on disk, as rpcbind leaves it: registrations outlive the portmapper, however it ends, and move between the
// two (rpcbind's warm start).
#pragma once

#include "portmapper/dump.h"
#include "portmapper/registry.h"

#include <onc/transport/socket.h>
#include <onc/xdr/decoder.h>

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include <functional>
#include <string>
#include <vector>

namespace portmapper {

// The files rpcbind.xdr, the whole table as version 3 dumps it, and portmap.xdr, as version 2 does.
class StateFiles {
 public:
  // `directory`: made where it is missing. Nobody else may be able to write there, for what lies there is believed.
  // Throws onc::rpc::Error, in one sentence that says what to do.
  explicit StateFiles(std::string directory);

  // What they hold, but for the portmapper's own addresses, which are those it has now. Of a file that is damaged,
  // or that others can write, nothing is believed: it is set aside under another name. portmap.xdr tells no owners, and
  // is read only where there is no rpcbind.xdr. `remarks` are for the log: a sentence for each file set aside.
  struct Loaded {
    std::vector<Entry> entries;
    std::vector<std::string> remarks;
  };
  Loaded load() const;

  // Each file is replaced as a whole, by rename(2): whoever reads it, or ends us, has the old one or the new. Nothing
  // is synced to the disk, as the servers registered do not outlive the host either.
  // Throws onc::rpc::Error where a file cannot be written.
  void save(const Registry& registry) const;

 private:
  std::string path_of(const std::string& file) const { return directory_ + "/" + file; }
  bool there_is(const std::string& file) const;
  // Remarks it, and sets it aside.
  static void pass_over(const std::string& path, const std::string& why, Loaded& loaded);
  // The bytes of a file; nothing where there is none.
  void read(const std::string& file, const std::function<void(onc::xdr::Decoder&)>& decode, Loaded& loaded) const;

  void write(const std::string& file, Dump dump) const;

  std::string directory_;
};

// Held while a portmapper keeps its state there: two would each undo what the other registers. Throws onc::rpc::Error
// where another holds it, in one sentence that says what to do.
onc::transport::Socket lock_folder(const std::string& directory);

// Keeps the files as the table is, from change to change.
class StateKeeper {
 public:
  // Tables of so many entries are written before whoever changed them has his answer, larger ones within a second:
  // writing takes as long as they are.
  static constexpr std::size_t written_at_once = 1000;

  // `warn` is told, in a sentence, where that fails. `registry` must outlive the keeper, which it tells of its changes.
  StateKeeper(StateFiles files, Registry& registry, const asio::any_io_executor& executor,
              std::function<void(const std::string&)> warn);
  StateKeeper(const StateKeeper&) = delete;
  StateKeeper& operator=(const StateKeeper&) = delete;
  ~StateKeeper();

 private:
  void changed();
  void save();
  void save_later();
  void tell(const char* trouble) const noexcept;

  StateFiles files_;
  Registry& registry_;
  std::function<void(const std::string&)> warn_;
  asio::steady_timer timer_;
  bool is_waiting_ = false;
};

}  // namespace portmapper
