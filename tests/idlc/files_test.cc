// Where idlc reads and writes, and what it says where it cannot.
#include "program.h"

#include <gtest/gtest.h>

#include <unistd.h>

namespace {

TEST(idlc, says_why_a_file_cannot_be_read) {
  const Outcome run = idlc("/nowhere/a.x");
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.output, "idlc: cannot read /nowhere/a.x: No such file or directory\n");
}

TEST(idlc, says_that_a_directory_is_no_file) {
  const Directory directory;
  const Outcome run = idlc(directory.path().string());
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.output, "idlc: cannot read " + directory.path().string() + ": Is a directory\n");
}

TEST(idlc, says_why_a_file_cannot_be_written) {
  const Directory directory;
  write(directory / "a.x", "struct A { int x; };");
  const Outcome run = idlc("-o /nowhere " + (directory / "a.x").string());
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.output, "idlc: there is no directory /nowhere, and -o makes none\n");
}

TEST(idlc, formats_files_in_place) {
  const Directory directory;
  std::filesystem::create_directory(directory / "b");
  const std::string formatted = "struct A { int x; };\n";
  write(directory / "a.x", "struct A{int x;};");
  write(directory / "b/a.x", formatted);
  std::filesystem::permissions(directory / "a.x", std::filesystem::perms::owner_all);
  std::filesystem::create_symlink(directory / "a.x", directory / "link.x");
  const auto untouched = std::filesystem::last_write_time(directory / "b/a.x");
  const std::string place = directory.path().string();
  const Outcome run = idlc("--format -i " + place + "/link.x " + place + "/b/a.x");
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.output, "");
  EXPECT_EQ(read(directory / "a.x"), formatted);
  EXPECT_TRUE(std::filesystem::is_symlink(directory / "link.x"));
  EXPECT_EQ(std::filesystem::status(directory / "a.x").permissions(), std::filesystem::perms::owner_all);
  EXPECT_EQ(std::filesystem::last_write_time(directory / "b/a.x"), untouched);
  EXPECT_EQ(directory.names(), (std::vector<std::string>{"a.x", "b", "link.x"}));
}

TEST(idlc, formats_no_file_in_place_where_one_has_mistakes) {
  const Directory directory;
  write(directory / "a.x", "struct A{int x;};");
  write(directory / "b.x", "struct B{int x};");
  const std::string place = directory.path().string();
  EXPECT_EQ(idlc("--format --in-place " + place + "/a.x " + place + "/b.x").status, 1);
  EXPECT_EQ(read(directory / "a.x"), "struct A{int x;};");
}

TEST(idlc, writes_no_file_where_one_cannot_be_written) {
  const Directory directory;
  write(directory / "a.x", "struct A { int x; };");
  std::filesystem::create_directory(directory / "a.x.cc");
  const std::string place = directory.path().string();
  const Outcome run = idlc("-o " + place + " " + place + "/a.x");
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(directory.names(), (std::vector<std::string>{"a.x", "a.x.cc"})) << run.output;
}

TEST(idlc, says_that_stdout_is_full) {
  const Directory directory;
  write(directory / "a.x", "struct A { int x; };");
  for (const std::string option : {"--format", "--ast-json"}) {
    const Outcome run = idlc(option + " " + (directory / "a.x").string() + " 3>&1 >/dev/full 2>&3 #");
    EXPECT_EQ(run.status, 2);
    EXPECT_EQ(run.output, "idlc: cannot write to stdout: No space left on device\n");
  }
}

TEST(idlc, refuses_options_that_do_not_go_together) {
  const Directory directory;
  write(directory / "a.x", "struct A { int x; };");
  write(directory / "b.x", "struct B { int x; };");
  write(directory / "d", "kept");
  const std::string place = directory.path().string();
  const std::string a = " " + place + "/a.x";
  const std::string b = " " + place + "/b.x";
  for (const std::string& options : {"--format" + a + b, "--ast-json" + a + b, "--skeleton" + a + b, "--in-place" + a,
                                     "--format -i --depfile " + place + "/d" + a,
                                     "--check --depfile " + place + "/d" + a, "--format --depfile " + place + "/d" + a})
    EXPECT_EQ(idlc(options).status, 2) << options;
  EXPECT_EQ(directory.names(), (std::vector<std::string>{"a.x", "b.x", "d"}));
}

TEST(idlc, refuses_two_files_that_would_be_written_to_one_place) {
  const Directory directory;
  std::filesystem::create_directory(directory / "b");
  write(directory / "a.x", "struct A { int x; };");
  write(directory / "b/a.x", "struct B { int x; };");
  const std::string place = directory.path().string();
  const Outcome run = idlc("-o " + place + " " + place + "/a.x " + place + "/b/a.x");
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.output, "idlc: " + place + "/a.x and " + place + "/b/a.x would both become " + place + "/a.x.h\n");
}

TEST(idlc, refuses_a_name_that_cannot_stand_in_a_comment_or_an_include) {
  const Directory directory;
  for (const char* name : {"a\nb.x", "a\"b.x", "a\\b.x"}) {
    write(directory / name, "const A = 1;");
    const Outcome run = idlc("-o " + directory.path().string() + " '" + (directory / name).string() + "'");
    EXPECT_EQ(run.status, 2) << run.output;
    EXPECT_FALSE(std::filesystem::exists(directory / (std::string(name) + ".h")));
  }
}

TEST(idlc, takes_a_byte_order_mark_but_no_other_stranger_as_the_first_character) {
  const Directory directory;
  const std::string place = directory.path().string();
  write(directory / "marked.x", std::string("\xEF\xBB\xBF") + "const A = 1;");
  EXPECT_EQ(idlc("-o " + place + " " + place + "/marked.x").status, 0);
  for (const std::string& first : {std::string("@"), std::string("\x01"), std::string(1, '\0')}) {
    write(directory / "a.x", first + "const A = 1;");
    EXPECT_EQ(idlc("-o " + place + " " + place + "/a.x").status, 1) << first;
  }
}

TEST(idlc, writes_the_same_from_run_to_run) {
  const Directory first;
  const Directory second;
  const std::string file = CASES "/good/program.x";
  ASSERT_EQ(idlc("-o " + first.path().string() + " " + file).status, 0);
  ASSERT_EQ(idlc("-o " + second.path().string() + " " + file).status, 0);
  EXPECT_EQ(read(first / "program.x.h"), read(second / "program.x.h"));
  EXPECT_EQ(read(first / "program.x.cc"), read(second / "program.x.cc"));
}

TEST(idlc, refuses_a_namespace_that_cpp_would_not_have) {
  for (const std::string name : {"a-b", "a::", "::a", "3a", "class", "a:b", "\"a b\"", "std", "std::a", "a::onc",
                                 "a::std::b", "time", "time::a", "va_list", "uint32_t"}) {
    const Outcome run = idlc("--namespace " + name + " " CASES "/good/index.x");
    EXPECT_EQ(run.status, 2) << name;
    EXPECT_NE(run.output.find("cannot be a C++ namespace"), std::string::npos) << run.output;
  }
}

TEST(idlc, takes_a_namespace_within_one_or_a_library_s) {
  for (const std::string name : {"onc::time", "a::time", "time_"})
    EXPECT_EQ(idlc("--check --namespace " + name + " " CASES "/good/index.x").status, 0) << name;
}

TEST(idlc, says_in_a_sentence_what_is_wrong_with_the_command_line) {
  const std::string file = " " CASES "/good/index.x";
  const std::vector<std::pair<std::string, std::string>> lines{
      {"", "idlc: no .x file is given; see idlc --help\n"},
      {"-o", "idlc: --output: 1 required DIR missing; see idlc --help\n"},
      {"--bogus", "idlc: The following argument was not expected: --bogus; see idlc --help\n"},
      {"--percent some" + file, "idlc: --percent: some not in {keep,drop}; see idlc --help\n"},
  };
  for (const auto& [arguments, text] : lines) {
    const Outcome run = idlc(arguments);
    EXPECT_EQ(run.status, 2) << arguments;
    EXPECT_EQ(run.output, text);
  }
}

TEST(idlc, shows_examples_and_its_version) {
  const Outcome help = idlc("--help");
  EXPECT_EQ(help.status, 0);
  EXPECT_NE(help.output.find("idlc -o build -I idl idl/*.x"), std::string::npos);
  EXPECT_NE(help.output.find("--percent keep|drop "), std::string::npos) << help.output;
  const Outcome version = idlc("--version");
  EXPECT_EQ(version.status, 0);
  EXPECT_TRUE(version.output.starts_with("idlc ")) << version.output;
}

}  // namespace
