// What is linked by a Box<itself>, at a length that recursion would not survive.
#include <onc/xdr/box.h>

#include <gtest/gtest.h>

#include "tests/runtime/small_stack.h"

#include <stdexcept>
#include <vector>

namespace {

using namespace onc::xdr;

constexpr int million = 1'000'000;

struct Node {
  int value = 0;
  Box<Node> branch{};
  Box<Node> next{};
  std::vector<Node> leaves{};

  static constexpr auto linked_by = &Node::next;

  bool operator==(const Node&) const = default;
};

struct Slim {
  Box<Slim> next{};
  int value = 0;

  static constexpr auto linked_by = &Slim::next;

  bool operator==(const Slim&) const = default;
};

// Counts up to the last.
template <class T>
Box<T> chain_of(int length, int last) {
  Box<T> chain;
  Box<T>* end = &chain;
  for (int value = last - length + 1; value <= last; ++value) {
    T& node = end->emplace();
    node.value = value;
    end = &node.next;
  }
  return chain;
}

template <class T>
int length_of(const Box<T>& chain) {
  int length = 0;
  for (const Box<T>* link = &chain; *link; link = &(*link)->next) ++length;
  return length;
}

TEST(chains, of_ten_million_are_copied_compared_and_destroyed_in_a_small_stack) {
  Box<Slim> chain = chain_of<Slim>(10 * million, 7);
  on_a_small_stack([&] {
    Slim copy = *chain;
    EXPECT_EQ(length_of(copy.next), 10 * million - 1);
    EXPECT_TRUE(copy == *chain);
    Slim* last = &copy;
    while (last->next) last = &*last->next;
    last->value = 8;
    EXPECT_FALSE(copy == *chain);
    chain.reset();
  });
}

TEST(chains, of_unequal_length_are_not_equal) {
  Box<Slim> longer = chain_of<Slim>(2, 2);
  longer->next->next = Slim{};
  EXPECT_FALSE(longer == chain_of<Slim>(2, 2));
  EXPECT_FALSE(chain_of<Slim>(2, 2) == longer);
  EXPECT_FALSE(longer == Box<Slim>());
}

TEST(chains, of_a_million_give_way_to_others_in_a_small_stack) {
  Box<Slim> moved_to = chain_of<Slim>(million, 0);
  Box<Slim> copied_to = chain_of<Slim>(million, 0);
  Box<Slim> emplaced = chain_of<Slim>(million, 0);
  const Box<Slim> other = chain_of<Slim>(2, 0);
  on_a_small_stack([&] {
    moved_to = Box<Slim>();
    copied_to = other;
    emplaced.emplace().value = 5;
  });
  EXPECT_FALSE(moved_to);
  EXPECT_TRUE(copied_to == other);
  EXPECT_EQ(length_of(emplaced), 1);
}

TEST(chains, of_a_million_may_stand_in_a_chain) {
  Box<Node> chain = chain_of<Node>(3, 9);
  chain->next->branch = chain_of<Node>(million, 5);
  on_a_small_stack([&] {
    Box<Node> copy = chain;
    EXPECT_TRUE(copy == chain);
    copy->next->branch->next->value += 1;
    EXPECT_FALSE(copy == chain);
    copy = chain;
    copy->next->next.reset();
    EXPECT_FALSE(copy == chain);
    chain.reset();
  });
}

// Every Box of a node but its link is copied and compared with what follows it, wherever in the chain it is.
TEST(chains, are_copied_and_compared_with_all_that_is_in_them) {
  Box<Node> chain = chain_of<Node>(3, 3);
  for (Node* node = &*chain; node; node = node->next ? &*node->next : nullptr) {
    node->branch = chain_of<Node>(2, 20);
    node->branch->next->branch = chain_of<Node>(2, 30);
    node->leaves = {Node{40, chain_of<Node>(1, 41), chain_of<Node>(2, 42)}, Node{50}};
  }
  const Box<Node> copy = chain;
  EXPECT_EQ(length_of(copy), 3);
  EXPECT_EQ(length_of(copy->branch), 2);
  EXPECT_EQ(length_of(copy->next->branch->next->branch), 2);
  EXPECT_EQ(length_of(copy->next->next->leaves[0].next), 2);
  EXPECT_TRUE(copy == chain);
  EXPECT_NE(&*copy->next->branch, &*chain->next->branch);

  const auto change = [&](int& value) {
    ++value;
    EXPECT_FALSE(copy == chain) << value;
    --value;
    EXPECT_TRUE(copy == chain) << value;
  };
  change(chain->next->next->value);
  change(chain->branch->next->value);
  change(chain->next->branch->next->branch->next->value);
  change(chain->next->next->leaves[0].branch->value);
  change(chain->next->next->leaves[0].next->next->value);
}

TEST(chains, may_be_assigned_from_their_own_inside) {
  Box<Node> chain = chain_of<Node>(4, 4);
  chain = std::move(chain->next);
  EXPECT_TRUE(chain == chain_of<Node>(3, 4));
  chain = chain->next;
  EXPECT_TRUE(chain == chain_of<Node>(2, 4));
  Box<Node>& itself = chain;
  chain = std::move(itself);
  EXPECT_TRUE(chain == chain_of<Node>(2, 4));
  chain->branch = chain;
  EXPECT_TRUE(chain->branch == chain_of<Node>(2, 4));
  EXPECT_FALSE(chain == chain->branch);
}

// Throws when it is copied once too often.
struct Fragile {
  Fragile() { ++alive; }
  Fragile(const Fragile&) {
    if (copies_left == 0) throw std::runtime_error("copied once too often");
    --copies_left;
    ++alive;
  }
  Fragile& operator=(const Fragile&) = delete;
  ~Fragile() { --alive; }

  static inline int alive = 0;
  static inline int copies_left = 0;
};

struct Cargo {
  int value = 0;
  Box<Cargo> branch{};
  Fragile fragile{};
  Box<Cargo> next{};

  static constexpr auto linked_by = &Cargo::next;
};

TEST(chains, whose_copy_fails_half_way_leave_nothing_behind) {
  Box<Cargo> chain = chain_of<Cargo>(4, 0);
  chain->next->branch = chain_of<Cargo>(4, 0);
  const int alive = Fragile::alive;
  for (int copies = 0; copies < alive; ++copies) {
    Fragile::copies_left = copies;
    EXPECT_THROW(Box<Cargo>{chain}, std::runtime_error) << copies;
    EXPECT_EQ(Fragile::alive, alive) << copies;
    Fragile::copies_left = alive;
    EXPECT_EQ(length_of(Cargo(*chain).next), 3) << copies;
  }
  Fragile::copies_left = alive;
  const Box<Cargo> copy = chain;
  EXPECT_EQ(length_of(copy), 4);
  EXPECT_EQ(length_of(copy->next->branch), 4);
}

struct Tree {
  int linked_by = 0;
  Box<Tree> left{};
  Box<Tree> right{};
};

TEST(chains, are_what_says_so) {
  static_assert(Chained<Node> && Chained<Slim> && Chained<Cargo>);
  static_assert(!Chained<Tree> && !Chained<int>);
}

}  // namespace
