// A place in a queue of ZooKeeper nodes: what is to be done to take it, to learn that it is the first, and to leave it.
// Without sockets: it is told what happens and says what to ask.
//
// Everybody who waits has a node of its own below one path, ephemeral and numbered, and watches only the one before it:
// where a node goes, one is woken and not all. The node's name begins with a mark that nobody else has, so that one
// whose making was not answered, as the connection broke, is found again and not made twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace services::zookeeper {

// What became of something that was asked of the ensemble.
enum class Outcome {
  done,
  absent,   // there is no such node
  refused,  // by the ensemble, for good reasons as it thinks: it has not happened
  lost,     // nobody knows whether it happened: to be asked again
  ended     // with the session
};

// Whether what was asked is known for sure, to be so or not to be there.
constexpr bool is_known(Outcome outcome) { return outcome == Outcome::done || outcome == Outcome::absent; }

// A node's name: its mark, 32 hexadecimal digits, "-", and the number that the ensemble gave it.
struct Name {
  std::string mark;
  std::uint32_t number;

  // Nothing for what is no such name: others may have put nodes there, by hand too.
  static std::optional<Name> parse(const std::string& text);
  // The numbers are 32 bits of a counter that may begin anew.
  bool is_before(const Name& other) const { return static_cast<std::int32_t>(number - other.number) < 0; }
};

// Those that are names of a queue, in its order.
std::vector<std::string> in_order(const std::vector<std::string>& names);

class Place {
 public:
  // What it asks, one thing at a time. Each is to be answered by the function of Place that it names, and never from
  // within.
  class Ensemble {
   public:
    virtual ~Ensemble() = default;
    virtual void create(const std::string& prefix) = 0;  // on_created(), or absent where there is no queue
    virtual void list() = 0;                             // on_listed()
    // on_listed(), by servers that know what has become of all that was asked before.
    virtual void list_after_all() = 0;
    virtual void watch(const std::string& name) = 0;   // on_watched(), and once on_changed()
    virtual void look(const std::string& name) = 0;    // on_looked(), and once on_changed()
    virtual void remove(const std::string& name) = 0;  // on_removed()

    // Nobody else's, ever.
    virtual std::string new_mark() = 0;
    virtual void became_first(std::uint64_t token) = 0;
    // Somebody else has removed its node, or the session has ended; told only of one that was first.
    virtual void lost_first() = 0;
    // What it asked; it asks again as it is told to retry.
    virtual void refused() = 0;
    // After leave(), and only then: nothing of it is left.
    virtual void left() = 0;
  };

  // `ensemble` must outlive it.
  explicit Place(Ensemble& ensemble) : ensemble_(ensemble) {}

  // Only from outside. `mark`: as new_mark() makes them.
  void enter(std::string mark);
  // Also while it is still on its way in.
  void leave();
  // Whatever was lost is asked again. To be called when the connection stands again, and now and then.
  void retry();
  // The session has ended, and its nodes with it; to be entered again. What was asked is not answered any more.
  void on_ended();

  // `token`: the transaction that made it (czxid), which is larger than that of any node before it.
  void on_created(Outcome outcome, const std::string& name, std::uint64_t token);
  void on_listed(Outcome outcome, const std::vector<std::string>& names);
  void on_watched(Outcome outcome);
  // One that it watches, or looked at, is no more, or another.
  void on_changed(const std::string& name);
  void on_looked(Outcome outcome, std::uint64_t token);
  void on_removed(Outcome outcome);

  bool is_outside() const { return mark_.empty(); }
  bool is_first() const { return is_first_ && token_.has_value() && !is_leaving_; }
  // Its node's, empty where it has none.
  std::string name() const { return own_.value_or(""); }
  // Once it is_first().
  std::uint64_t token() const { return *token_; }

 private:
  void go_on();
  void go_on_leaving();
  void list();
  // False where it was lost or refused, and is asked again later.
  bool take(Outcome outcome);
  void forget();
  void lose();
  // Its node was removed: the next is another, also where its number is the same.
  void lose_node();
  // Its own among `names`; where it was made twice, the later ones go to surplus_.
  void find_own(const std::vector<std::string>& names);
  void find_before(const std::vector<std::string>& names);

  Ensemble& ensemble_;
  std::string mark_;  // empty outside
  bool is_leaving_ = false;
  bool is_asking_ = false;  // and not answered yet
  bool may_be_made_ = false;
  std::optional<std::string> own_;
  std::vector<std::string> surplus_;
  std::optional<std::string> before_;  // the one that is watched, or is to be
  bool is_watching_ = false;
  bool is_first_ = false;
  bool is_looked_at_ = false;  // its own: should somebody remove it
  bool was_told_ = false;
  std::optional<std::uint64_t> token_;
};

}  // namespace services::zookeeper
