// A Place in a queue of a real ensemble.
#pragma once

#include "services/zookeeper/presence.h"

namespace services::zookeeper {

class Queuing : private Place::Ensemble, private Presence::Listener {
 public:
  struct Options {
    std::string folder;  // an absolute path; made where there is none, and removed by the ensemble when it is empty
    std::string data;    // for others to read
    // That it is the first, with its token; that it was, and others may be now; and after leave() that it is gone.
    std::function<void(std::uint64_t token)> first = [](std::uint64_t) {};
    std::function<void()> lost = [] {};
    // That the ensemble refuses what has to be asked; it is asked again at each beat.
    std::function<void()> refused = [] {};
    std::function<void()> left = [] {};
  };

  // It enters as soon as there is a session, and in every session. `presence` must outlive it.
  Queuing(Presence& presence, Options options);
  // What it made is left behind, until the session ends: leave() first, and wait for left.
  ~Queuing() override;

  // Leaves the queue. What it tells of first and lost is over.
  void leave();
  // Again, after it has left, at the end of the queue.
  void enter();

  // It also holds while Presence is not sure: both have to be asked.
  const Place& place() const { return place_; }

 private:
  void create(const std::string& prefix) override;
  void list() override;
  void list_after_all() override;
  void watch(const std::string& name) override;
  void look(const std::string& name) override;
  void remove(const std::string& name) override;
  std::string new_mark() override;
  void became_first(std::uint64_t token) override { options_.first(token); }
  void lost_first() override { options_.lost(); }
  void refused() override { options_.refused(); }
  void left() override;

  void on_begun() override;
  void on_ended() override;
  void on_beat() override { place_.retry(); }

  std::string path(const std::string& name) const { return options_.folder + "/" + name; }
  void listed(Outcome outcome, const std::vector<std::string>& names);
  // Of the folder, from the root down; then the place is tried again.
  void make_folder(std::size_t from);
  // Unless this is destroyed first.
  template <class... Values>
  auto to_place(void (Place::*event)(Values...));
  std::function<void()> changed(const std::string& name);

  Presence& presence_;
  Options options_;
  Place place_;
  bool wants_ = true;
  std::shared_ptr<Queuing> self_;  // owns nothing; those that wait for answers have it weakly
};

}  // namespace services::zookeeper
