// This process, as an ensemble of ZooKeeper servers knows it: a session, another one when that has ended, and how sure
// it is.
#pragma once

#include "services/zookeeper/pulse.h"
#include "services/zookeeper/session.h"

#include <asio/steady_timer.hpp>

#include <set>

namespace services::zookeeper {

class Presence {
 public:
  // Told on the executor.
  class Listener {
   public:
    virtual ~Listener() = default;
    // A session has begun: nothing of an earlier one is left, nor answered any more.
    virtual void on_begun() {}
    virtual void on_ended() {}
    // Several times while a server is connected, and at once when one is again.
    virtual void on_beat() {}
    // Told before the ensemble can end the session, unless this process hangs; and when it is sure again.
    virtual void on_sure(bool) {}
  };
  struct Options {
    std::string servers;                // as Session's
    std::chrono::milliseconds timeout;  // as Session's
    // Told of what is worth knowing, and of what goes wrong.
    std::function<void(const std::string&)> note = [](const std::string&) {};
    std::function<void(const std::string&)> warn = [](const std::string&) {};
  };

  // The executor is one thread's; it must run no more when this is destroyed. Throws as Session does.
  Presence(const asio::any_io_executor& executor, Options options);
  // Ends the session.
  ~Presence() = default;

  // It must outlive what is destroyed of this, or be left out before.
  void add(Listener& listener) { listeners_.insert(&listener); }
  void leave_out(Listener& listener) { listeners_.erase(&listener); }

  // That a node is none of ours: warns of the first.
  void warn_of_foreign(const std::string& path);

  // Valid until another begins.
  Session& session() { return *session_; }
  // Whether nodes can be made in it.
  bool is_begun() const { return is_begun_; }
  // Until when nobody takes away what the session made, whatever happens to this process; Moment::min() for never.
  Moment sure_until() const { return pulse_.sure_until(); }
  bool is_sure(Moment now) const { return is_begun_ && pulse_.is_sure(now); }
  const Pulse& pulse() const { return pulse_; }
  // Whether a majority has answered since the last beat: then what was asked at that beat, and is answered now, is as
  // all knew it then, and not as a server that is behind does.
  bool is_answered() const { return is_answered_; }

 private:
  void begin();
  void begin_again();
  void warn_once(const std::string& what);
  void on_state(Session::State state);
  void on_refused(const std::string& path, const std::string& why);
  void on_connected();
  void end();
  bool is_left_alone(Moment now) const;
  void on_timer();
  void ask();
  void set_timer();
  void notice_sure(Moment now);
  template <class Event>
  void tell(Event event);

  asio::any_io_executor executor_;
  Options options_;
  asio::steady_timer timer_;
  std::set<Listener*> listeners_;
  Pulse pulse_;
  bool is_begun_ = false;
  bool is_connected_ = false;
  bool is_answered_ = false;
  bool is_refused_ = false;         // what a majority was asked
  std::set<std::string> refusals_;  // that were told of in this session
  bool was_foreign_ = false;
  bool was_sure_ = false;
  bool was_warned_ = false;  // of this session
  Moment began_ = Moment::min();
  Moment left_alone_since_ = Moment::max();  // while no server is connected
  Moment next_beat_ = Moment::min();
  std::unique_ptr<Session> session_;  // destroyed first: it tells this
};

}  // namespace services::zookeeper
