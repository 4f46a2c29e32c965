// Who stands in a group's queue in ZooKeeper, as it was told last, and what follows from it for who asks.
#pragma once

#include "services/election/group.h"

#include <map>
#include <string>
#include <vector>

namespace services::elections {

class Roster {
 public:
  // A node of the queue.
  struct Entry {
    Id id;  // nobody, where it does not say
    std::string uri;
    Term term;  // it leads in, once it is the first
  };
  // This node's own office.
  struct Office {
    Term term;
    Moment since;
    Moment sure_until;
  };

  // `uris`: of those that shall be there, this one among them.
  Roster(Id self, std::map<Id, std::string> uris) : self_(self), uris_(std::move(uris)) {}

  // What a node of the queue says of itself, for others to read, and back.
  static std::string to_data(Id id, const std::string& uri) { return std::to_string(id) + " " + uri; }
  static Entry from_data(const std::string& data, Term term);

  // The queue as it was when it was asked for; `is_latest` where nobody knew a newer one then. False where that shows
  // that terms have gone back, as the ensemble has lost what it knew.
  bool heard(std::vector<Entry> queue, Moment asked, bool is_latest);
  // Nothing older is believed, unless it is the latest.
  void seen(Term term, Moment at);

  // `lease`: who has not been heard of for so long is not known to lead any more.
  election::Status status(const std::optional<Office>& own, Span lease, Moment now) const;

 private:
  struct Seen {
    std::string uri;
    Moment last;
  };

  std::vector<election::Peer> peers(bool is_fresh, Moment now) const;

  Id self_;
  std::map<Id, std::string> uris_;
  std::vector<Entry> queue_;
  std::optional<Moment> asked_;
  std::map<Id, Moment> last_;     // when each was in the queue
  Moment since_ = Moment::min();  // the first has been
  Term latest_ = 0;
  Moment latest_seen_ = Moment::min();
};

}  // namespace services::elections
