#include "portmapper/forward.h"

#include <gtest/gtest.h>

namespace portmapper {
namespace {

TEST(Forwarding, is_for_nothing_that_trusts_its_own_host) {
  struct Row {
    const char* what;
    std::uint32_t program;
    std::uint32_t procedure;
    bool may;
  };
  for (const Row& row : std::vector<Row>{{"the portmapper's NULL", 100'000, 0, true},
                                         {"SET", 100'000, 1, false},
                                         {"GETPORT", 100'000, 3, false},
                                         {"CALLIT, and so on", 100'000, 5, false},
                                         {"NFS", 100'003, 1, false},
                                         {"MOUNT's MNT", 100'005, 1, false},
                                         {"MOUNT's NULL", 100'005, 0, true},
                                         {"NIS: do you serve this domain?", 100'004, 2, true},
                                         {"NIS: a password", 100'004, 3, false},
                                         {"YPBIND's SETDOM", 100'007, 2, false},
                                         {"YPPASSWD", 100'009, 1, false},
                                         {"the key server", 100'029, 5, false},
                                         {"rstat", 100'001, 1, true},
                                         {"rusers", 100'002, 2, true},
                                         {"a program of one's own", 0x20000001, 7, true}})
    EXPECT_EQ(may_be_forwarded({row.program, 1, row.procedure, {}}), row.may) << row.what;
}

TEST(Forwarding, has_so_many_places_and_half_of_them_for_one_host) {
  using Kind = onc::transport::Host::Kind;
  Forwarding all;
  {
    std::vector<Forwarding::Place> taken;
    for (const std::size_t most : {Forwarding::most_of_one_host, Forwarding::most}) {
      const onc::transport::Host host{Kind::ip4, most};
      while (auto place = all.take(host)) taken.push_back(std::move(*place));
      EXPECT_EQ(taken.size(), most);
    }
    EXPECT_FALSE(all.take({Kind::ip6, 1}));
  }
  EXPECT_TRUE(all.take({Kind::ip6, 1}));
}

}  // namespace
}  // namespace portmapper
