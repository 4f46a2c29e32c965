#include "fixture.h"

#include <fcntl.h>

namespace services::files {
namespace {

class ListingTest : public StoreTest {
 protected:
  std::vector<std::string> names(std::uint32_t most) {
    return all_of([&](const std::string& after) { return store.list({"", after, most}); });
  }
  std::vector<std::string> names(Listing& listing, const std::string& path, std::uint32_t most = 1000) {
    return all_of([&](const std::string& after) { return listing.page(store.root().open_folder(path), after, most); });
  }
  void make_many(const std::string& path, int count, const std::string& end = "") {
    for (int i = 0; i < count; ++i) {
      const Descriptor made(::open((folder / path / (std::to_string(10'000'000 + i) + end)).c_str(),
                                   O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
      ASSERT_GE(made.get(), 0);
    }
  }

 private:
  template <class GetPage>
  static std::vector<std::string> all_of(GetPage get_page) {
    std::vector<std::string> all;
    for (bool is_last = false; !is_last;) {
      const file::Page page = get_page(all.empty() ? "" : all.back());
      for (const file::Entry& entry : page.entries) all.push_back(entry.name);
      is_last = page.is_last;
    }
    return all;
  }
};

TEST_F(ListingTest, names_come_in_the_order_of_their_bytes_page_by_page) {
  const std::vector<std::string> sorted = {" ", "A", "B", "a", "a.b", "aa", "b", "\xc3\xa4", "\xff"};
  for (const std::string& name : sorted) put(name, name);
  for (const std::uint32_t most : {0U, 1U, 2U, 4U, 9U, 10U, ~0U}) EXPECT_EQ(names(most), sorted) << most;
}

TEST_F(ListingTest, tells_what_is_there_and_not_where_links_lead) {
  put("file", "abc");
  store.make_folder("folder");
  std::filesystem::create_symlink("file", folder / "link");
  std::filesystem::create_symlink("/etc", folder / "out");
  const file::Page page = store.list({"", "", 10});
  ASSERT_EQ(page.entries.size(), 4U);
  EXPECT_EQ(page.entries[0].attributes, store.stat("file"));
  EXPECT_EQ(page.entries[0].attributes.size, 3U);
  EXPECT_EQ(page.entries[1].attributes.kind, file::Kind::FOLDER);
  EXPECT_EQ(page.entries[2].attributes.kind, file::Kind::LINK);
  EXPECT_EQ(page.entries[3].attributes.kind, file::Kind::LINK);
}

TEST_F(ListingTest, what_is_there_all_the_time_is_listed_whatever_else_comes_and_goes) {
  for (char name = 'a'; name <= 'z'; ++name) put(std::string(1, name), "");
  std::vector<std::string> all;
  std::string after;
  for (bool is_last = false; !is_last;) {
    const file::Page page = store.list({"", after, 3});
    for (const file::Entry& entry : page.entries)
      if (entry.name.size() == 1) all.push_back(entry.name);
    after = page.entries.back().name;
    is_last = page.is_last;
    store.remove({after, file::ANY});
    put("new" + after, "");
  }
  EXPECT_EQ(all.size(), 26U);
}

// More than a page, so that its names are kept.
TEST_F(ListingTest, a_large_folder_that_changes_is_read_again) {
  for (int i = 0; i < 1500; ++i) write(std::to_string(10000 + i), "");
  wait_until_settled(store, "");
  EXPECT_EQ(names(1000).size(), 1500U);
  EXPECT_EQ(names(1000).size(), 1500U);
  put("00new", "");
  store.remove({"11499", file::ANY});
  const auto now = names(1000);
  EXPECT_EQ(now.size(), 1500U);
  EXPECT_EQ(now.front(), "00new");
  EXPECT_EQ(now.back(), "11498");
}

TEST_F(ListingTest, of_a_folder_that_changes_one_revision_is_kept) {
  Listing listing;
  make_many("", 1500);
  wait_until_settled(store, "");
  EXPECT_EQ(names(listing, "").size(), 1500U);
  const std::size_t once = listing.bytes();
  EXPECT_GT(once, 1500 * sizeof(std::string) - 1);
  for (const char* more : {"a", "b", "c"}) {
    write(more, "");
    wait_until_settled(store, "");
    names(listing, "");
  }
  EXPECT_LT(listing.bytes(), once + 1000);
}

TEST_F(ListingTest, what_is_kept_of_many_folders_is_bounded_together) {
  Listing unbounded;
  make_many("", 1500);
  wait_until_settled(store, "");
  names(unbounded, "");
  const std::size_t most = unbounded.bytes() * 5 / 2;
  Listing listing(most);
  for (const std::string path : {"1", "2", "3", "4"}) {
    store.make_folder(path);
    make_many(path, 1500);
    wait_until_settled(store, path);
    EXPECT_EQ(names(listing, path).size(), 1500U);
    EXPECT_LE(listing.bytes(), most);
  }
  EXPECT_GT(listing.bytes(), most / 2);
}

// Nor do they have to fit into memory.
TEST_F(ListingTest, a_folder_with_more_names_than_may_be_kept_is_listed_whole) {
  constexpr int many = 20'000;
  make_many("", many, std::string(200, 'x'));
  wait_until_settled(store, "");
  Listing listing(2'000'000);
  std::vector<std::string> sorted;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) sorted.push_back(entry.path().filename());
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(sorted.size(), static_cast<std::size_t>(many));
  EXPECT_EQ(names(listing, ""), sorted);
  EXPECT_EQ(names(listing, "", 999), sorted);
  EXPECT_EQ(listing.bytes(), 0U);
}

TEST_F(ListingTest, a_hundred_thousand_files_are_listed_without_reading_the_folder_for_each_page) {
  constexpr int many = 100'000;
  make_many("", many);
  std::vector<std::string> all = names(1000);
  EXPECT_EQ(all.size(), static_cast<std::size_t>(many));
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
}

}  // namespace
}  // namespace services::files
