// --skeleton: what it writes where, and what it leaves alone. Skeletons.cmake compiles and runs what it writes.
#include "program.h"

#include <gtest/gtest.h>

namespace {

const std::string good = CASES "/good/";

TEST(skeleton, of_programs_is_a_server_a_client_and_what_builds_them) {
  const Directory directory;
  const Outcome run = idlc("--skeleton -o " + directory.path().string() + " " + good + "program.x");
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_EQ(directory.names(), (std::vector<std::string>{"CMakeLists.txt", "client.cc", "server.cc"}));
  EXPECT_NE(run.output.find("cmake --build"), std::string::npos) << run.output;
}

TEST(skeleton, of_types_alone_is_one_program) {
  const Directory directory;
  EXPECT_EQ(idlc("--skeleton -o " + directory.path().string() + " " + good + "enums.x").status, 0);
  EXPECT_EQ(directory.names(), (std::vector<std::string>{"CMakeLists.txt", "example.cc"}));
}

TEST(skeleton, is_not_written_over_a_file_that_is_there) {
  const Directory directory;
  write(directory / "client.cc", "mine");
  const Outcome run = idlc("--skeleton -o " + directory.path().string() + " " + good + "program.x");
  EXPECT_EQ(run.status, 2);
  EXPECT_NE(run.output.find((directory / "client.cc").string() + " is there already"), std::string::npos) << run.output;
  EXPECT_EQ(directory.names(), std::vector<std::string>{"client.cc"});
  EXPECT_EQ(read(directory / "client.cc"), "mine");
}

TEST(skeleton, is_of_one_file) {
  const Directory directory;
  const Outcome run = idlc("--skeleton -o " + directory.path().string() + " " + good + "program.x " + good + "enums.x");
  EXPECT_EQ(run.status, 2);
  EXPECT_TRUE(directory.names().empty());
}

std::string server_of(const std::string& name) {
  const Directory directory;
  EXPECT_EQ(idlc("--skeleton -o " + directory.path().string() + " " + good + name).status, 0);
  return read(directory / "server.cc");
}

TEST(skeleton, has_a_comment_beside_a_procedure_once) {
  const std::string server = server_of("union_argument.x");
  const std::string procedure =
      " {\n"
      "  // how many there are\n"
      "  std::int32_t ask(";
  EXPECT_NE(server.find(procedure), std::string::npos) << server;
  EXPECT_EQ(server.find("how many"), server.rfind("how many")) << server;
}

TEST(skeleton, names_arguments_as_the_file_does) {
  const std::string server = server_of("named_arguments.x");
  for (const char* procedure :
       {"add(std::int32_t left, std::int32_t right, const", "find(std::string name, std::uint32_t class_, const",
        "length(std::string argument, const"})
    EXPECT_NE(server.find(procedure), std::string::npos) << procedure << " is not in\n" << server;
}

TEST(skeleton, builds_what_the_file_includes_with_the_options_that_it_was_given) {
  const Directory directory;
  write(directory / "b.x", "struct B { int x; };");
  write(directory / "a.x", "#include \"b.x\"\nstruct A { B b[N]; };");
  const std::string here = directory.path().string();
  const Outcome run = idlc("--skeleton -D N=3 --namespace mine -o " + here + " " + here + "/a.x");
  ASSERT_EQ(run.status, 0) << run.output;
  const std::string cmake = read(directory / "CMakeLists.txt");
  EXPECT_NE(cmake.find("onc_generate(TARGET a-stubs FILES a.x b.x NAMESPACE mine OPTIONS -D N=3)"), std::string::npos)
      << cmake;
}

}  // namespace
