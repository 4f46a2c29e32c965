// good/*.x give the C++ beside them, to the byte.
#include "program.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace {

class golden : public testing::TestWithParam<std::string> {};

// From a first line "// options: ...".
std::string options_of(const std::string& text) {
  const std::string mark = "// options: ";
  if (!text.starts_with(mark)) return "";
  return text.substr(mark.size(), text.find('\n') - mark.size()) + " ";
}

TEST_P(golden, is_what_idlc_writes) {
  const std::filesystem::path file = std::filesystem::path(CASES) / "good" / (GetParam() + ".x");
  const Directory directory;
  const Outcome run = idlc(options_of(read(file)) + "-o " + directory.path().string() + " " + file.string());
  ASSERT_EQ(run.status, 0) << run.output;
  EXPECT_EQ(run.output, "");
  for (const std::string ending : {".x.h", ".x.cc", ".x.print.cc", ".x.async.h", ".x.async.cc"}) {
    const std::filesystem::path expected = std::filesystem::path(CASES) / "good" / (GetParam() + ending);
    const bool is_written = std::filesystem::exists(directory / (GetParam() + ending));
    if (!std::getenv("UPDATE_GOLDENS")) {
      EXPECT_EQ(is_written, std::filesystem::exists(expected)) << expected;
    }
    if (!is_written) continue;  // the async ones are of files with programs only
    const std::string written = read(directory / (GetParam() + ending));
    if (std::getenv("UPDATE_GOLDENS")) write(expected, written);
    EXPECT_EQ(written, read(expected)) << "if that is better, build the target update-goldens";
  }
}

INSTANTIATE_TEST_SUITE_P(good, golden, testing::ValuesIn(cases("good")), name_of);

// --format changes nothing but white space and the comma after an enum's last value.
TEST_P(golden, is_the_same_for_the_formatted_file) {
  const std::filesystem::path good = std::filesystem::path(CASES) / "good";
  const std::string options = options_of(read(good / (GetParam() + ".x")));
  const Directory directory;
  const std::string copy = (directory / (GetParam() + ".x")).string();
  const std::string include = "-I " + good.string() + " ";
  const Outcome formatting = idlc(options + include + "--format " + (good / (GetParam() + ".x")).string());
  ASSERT_EQ(formatting.status, 0) << formatting.output;
  write(copy, formatting.output);
  const Outcome run = idlc(options + include + "-o " + directory.path().string() + " " + copy);
  ASSERT_EQ(run.status, 0) << run.output;
  for (const std::string ending : {".x.h", ".x.cc"})
    EXPECT_EQ(read(directory / (GetParam() + ending)), read(good / (GetParam() + ending)));
}

TEST(idlc, compiles_the_protocols_of_the_runtime) {
  const Directory directory;
  const Outcome run = idlc("-o " + directory.path().string() + " " ROOT "/idl/*.x");
  EXPECT_EQ(run.status, 0) << run.output;
}

}  // namespace
