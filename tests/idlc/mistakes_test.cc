// bad/*.x: one mistake each. The message stands in the file's first comment, all that is said in the .txt beside it,
// and nothing is written.
#include "program.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <sstream>

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

std::string without(const std::string& part, std::string text) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at)) text.erase(at, part.size());
  return text;
}

class mistake : public testing::TestWithParam<std::string> {};

TEST_P(mistake, is_told_once_and_nothing_is_written) {
  const std::filesystem::path file = std::filesystem::path(CASES) / "bad" / (GetParam() + ".x");
  const std::string text = read(file);
  const std::string message = text.substr(3, text.find('\n') - 3);  // after "// "
  const Directory directory;
  const Outcome run = idlc("-o " + directory.path().string() + " " + file.string());
  EXPECT_EQ(run.status, 1);
  EXPECT_TRUE(run.output.starts_with(file.string() + ":" + message)) << run.output;
  EXPECT_EQ(count(run.output, ": error: "), 1u) << run.output;
  EXPECT_TRUE(directory.names().empty());
  const std::string said = without(file.parent_path().string() + "/", run.output);
  const std::filesystem::path expected = std::filesystem::path(file).replace_extension(".txt");
  if (std::getenv("UPDATE_GOLDENS")) write(expected, said);
  EXPECT_EQ(said, read(expected)) << "if that is better, build the target update-goldens";
}

INSTANTIATE_TEST_SUITE_P(bad, mistake, testing::ValuesIn(cases("bad")), name_of);

Outcome compile(const Directory& directory, const std::string& text) {
  write(directory / "a.x", text);
  return idlc("-o " + directory.path().string() + " " + (directory / "a.x").string());
}

TEST(mistakes, are_all_told_in_the_order_of_the_source) {
  const Directory directory;
  const Outcome run = compile(directory,
                              "struct A { B b; int x y; };\n"
                              "const c = ;\n"
                              "union U switch (int i) { case D: void; };\n"
                              "struct A { int z; };\n");
  const std::string file = (directory / "a.x").string();
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.output, file +
                            ":1:12: error: type 'B' is not defined\n"
                            "  struct A { B b; int x y; };\n"
                            "             ^\n" +
                            file +
                            ":1:23: error: expected '[', '<' or ';', found 'y'\n"
                            "  struct A { B b; int x y; };\n"
                            "                        ^\n" +
                            file +
                            ":2:11: error: expected a name, a quoted string or a number, found ';'\n"
                            "  const c = ;\n"
                            "            ^\n" +
                            file +
                            ":3:31: error: 'D' is not defined; if only the C++ around it does, say so by -D D=NUMBER\n"
                            "  union U switch (int i) { case D: void; };\n"
                            "                                ^\n" +
                            file +
                            ":4:8: error: 'A' is already defined\n"
                            "  struct A { int z; };\n"
                            "         ^\n" +
                            file +
                            ":1:8: note: first defined here\n"
                            "  struct A { B b; int x y; };\n"
                            "         ^\n");
}

TEST(mistakes, carets_stand_under_their_column_after_tabs_and_accents) {
  const Directory directory;
  const Outcome run = compile(directory, "struct A {\n\t/* é */ B b;\n};\n");
  EXPECT_NE(run.output.find("\n  \t/* é */ B b;\n  \t        ^\n"), std::string::npos) << run.output;
}

TEST(mistakes, of_one_file_keep_the_others_from_being_written) {
  const Directory directory;
  write(directory / "good.x", "struct A { int x; };");
  write(directory / "bad.x", "struct A { B x; };");
  const std::string place = directory.path().string();
  EXPECT_EQ(idlc("-o " + place + " " + place + "/good.x " + place + "/bad.x").status, 1);
  EXPECT_EQ(directory.names(), (std::vector<std::string>{"bad.x", "good.x"}));
}

TEST(mistakes, leave_what_an_earlier_run_wrote) {
  const Directory directory;
  ASSERT_EQ(compile(directory, "struct A { int x; };").status, 0);
  const std::string header = read(directory / "a.x.h");
  EXPECT_EQ(compile(directory, "struct A { int x; }").status, 1);
  EXPECT_EQ(read(directory / "a.x.h"), header);
  EXPECT_EQ(directory.names(), (std::vector<std::string>{"a.x", "a.x.cc", "a.x.h", "a.x.print.cc"}));
}

// The lines that a run has something to say about.
std::vector<std::string> lines_with_errors(const std::string& output) {
  std::vector<std::string> lines;
  std::istringstream all(output);
  for (std::string line; std::getline(all, line);) {
    const std::size_t at = line.find(": error: ");
    if (at != std::string::npos) lines.push_back(line.substr(line.find(".x:") + 3, at - line.find(".x:") - 3));
  }
  return lines;
}

TEST(mistakes, hide_no_others) {
  const Directory directory;
  const Outcome run = compile(directory,
                              "struct A { int x; int x; Foo y; };\n"
                              "union U switch (int k) { case 1: int a; case 1: int b; default: default: void; };\n"
                              "program P { version V { void f(void) = 1; void g(void) = 1; } = 1; } = 2;\n"
                              "struct S { S s; };\n"
                              "typedef T T;\n"
                              "union V switch (T t) { case 1: int a; case 2: int a; };\n"
                              "union W switch (Foo t) { case 1: int a; default: int b; default: int c; };\n"
                              "enum E { e = Bar };\n"
                              "union X switch (E e) { case e: int a; case 0: int a; };\n"
                              "struct L { N next; int value; };\n"
                              "union N switch (bool more) { case TRUE: L more_of_it; case FALSE: void; };\n");
  EXPECT_EQ(lines_with_errors(run.output), (std::vector<std::string>{"1:23", "1:26", "2:46", "2:65", "3:58", "4:8",
                                                                     "5:11", "6:51", "7:57", "8:14", "9:51"}))
      << run.output;
}

TEST(mistakes, of_five_missing_semicolons_are_five) {
  const Directory directory;
  const Outcome run =
      compile(directory, "struct A {\n  int x\n  int y\n  int z\n}\nconst B = 1\nstruct C { int q };\n");
  EXPECT_EQ(lines_with_errors(run.output), (std::vector<std::string>{"2:8", "3:8", "4:8", "5:2", "6:12", "7:17"}))
      << run.output;
}

TEST(mistakes, name_a_few_of_many_other_places) {
  const Directory directory;
  const Outcome run = compile(directory,
                              "enum A { x = 0 }; enum B { x = 1 }; enum C { x = 2 }; enum D { x = 3 };\n"
                              "enum E { x = 4 }; struct S { int a[x]; };\n");
  EXPECT_EQ(count(run.output, ": note: one is here"), 3u) << run.output;
  EXPECT_TRUE(run.output.ends_with("a.x: note: and 2 more places\n")) << run.output;
}

// RFC 5531 §12.3 wants the numbers of versions and procedures to differ, within what they stand in; no others.
TEST(numbers, of_programs_may_be_the_same) {
  const Directory directory;
  const Outcome run = compile(directory,
                              "program A { version v1 { void null(void) = 0; } = 1; } = 9;\n"
                              "program B { version v1 { void null(void) = 0; } = 1; } = 9;\n");
  EXPECT_EQ(run.status, 0) << run.output;
}

std::string repeated(int times, const std::function<std::string(const std::string&)>& part) {
  std::string text;
  for (int i = 1; i <= times; ++i) text += part(std::to_string(i));
  return text;
}

// Each took minutes when the work for one part of it grew with the number of the others.
// In linear time: ctest stops one that takes minutes.
TEST(long_definitions, are_compiled) {
  const std::string arguments = repeated(20'000, [](const std::string&) { return "A, "; });
  const std::string versions =
      repeated(5'000, [](const std::string& i) { return "version v" + i + " { int f(A) = 1; } = " + i + ";\n"; });
  const std::string cases = repeated(30'000, [](const std::string& i) { return "case e" + i + ": int a" + i + ";\n"; });
  const std::string enumerators = repeated(30'000, [](const std::string& i) { return "e" + i + " = " + i + ", "; });
  const std::vector<std::pair<std::string, std::string>> texts{
      {"struct A { int x; }; program P { version v { void f(" + arguments + "A) = 1; } = 1; } = 1;", "--skeleton"},
      {"struct A { int x; }; program P { version v { void f(" + arguments + "A) = 1; } = 1; } = 1;", ""},
      {"struct A { int x; }; program P { " + versions + "} = 1;", ""},
      {"enum E { " + enumerators + " none = 0 }; union U switch (E e) { default: void; " + cases + "};", ""},
  };
  for (const auto& [text, option] : texts) {
    const Directory directory;
    write(directory / "a.x", text);
    const Outcome run = idlc(option + " -o " + directory.path().string() + " " + (directory / "a.x").string());
    EXPECT_EQ(run.status, 0) << run.output.substr(0, 400);
  }
}

// None of these may crash; whether they are refused is not the point.
TEST(hostile_files, are_survived) {
  std::string chain;
  for (int i = 0; i < 20'000; ++i)
    chain += "struct S" + std::to_string(i) + " { S" + std::to_string(i + 1) + " *a; int b; };\n";
  chain += "struct S20000 { int x; };\n";
  std::string constants = "const c0 = 1;\n";
  for (int i = 1; i < 20'000; ++i) constants += "const c" + std::to_string(i) + " = c" + std::to_string(i - 1) + ";\n";
  std::string backwards;
  for (int i = 0; i < 20'000; ++i) backwards += "const c" + std::to_string(i) + " = c" + std::to_string(i + 1) + ";\n";
  std::string optionals = "typedef int u0;\n";
  for (int i = 1; i < 10'000; ++i)
    optionals += "union u" + std::to_string(i) + " switch (bool b) { case TRUE: u" + std::to_string(i - 1) +
                 " v; default: void; };\n";
  optionals += "struct s { u9999 u; };\n";
  std::string comments;  // on one line, and mistakes on one: each may take no longer for those before it
  for (int i = 0; i < 100'000; ++i) comments += "/**/";
  std::string wrong;
  for (int i = 0; i < 100'000; ++i) wrong += "const = 1; ";
  const std::vector<std::string> texts{
      "",
      std::string(1, '\0'),
      std::string(100'000, '{'),
      std::string(100'000, '('),
      "#if " + std::string(100'000, '(') + "\n",
      "#if " + std::string(100'000, '!') + "1\n#endif\n",
      "struct " + std::string(200'000, 'a') + " { int x; };",
      "const a = " + std::string(100'000, '9') + ";",
      std::string(100'000, '@'),
      std::string(100'000, '*') + "/",
      "/*",
      "\"",
      "struct A { int x[2147483648]; hyper y[4294967295]; };",
      chain,
      constants,
      backwards,
      optionals,
      "\xff\xfe\x80 struct",
      comments,
      wrong,
  };
  for (const std::string& text : texts) {
    const Directory directory;
    const Outcome run = compile(directory, text);
    EXPECT_TRUE(run.status == 0 || run.status == 1) << run.status << " for " << text.substr(0, 40);
    EXPECT_LT(run.output.size(), 200'000u) << text.substr(0, 40);
  }
}

// `line(number, next)`
std::string repeated(int times, const std::function<std::string(const std::string&, const std::string&)>& line) {
  std::string text;
  for (int i = 0; i < times; ++i) text += line(std::to_string(i), std::to_string(i + 1));
  return text;
}

// Work for each line that grew with the number of lines would take minutes.
TEST(hostile_files, are_checked_in_no_more_time_than_others_of_their_size) {
  const std::string macros = repeated(60'000, [](auto n, auto next) { return "#define A" + n + " A" + next + "\n"; });
  const std::string percent_defines =
      repeated(60'000, [](auto n, auto next) { return "%#define A" + n + " A" + next + "\n"; }) + "%#define A60000 1\n";
  const std::string percent_uses = repeated(60'000, [](auto n, auto) { return "int x" + n + "[A" + n + "];"; });
  const std::string enumerators = repeated(60'000, [](auto n, auto) { return "e" + n + ","; });
  const std::string cases = repeated(60'000, [](auto n, auto) { return "case e" + n + ": void;"; });
  const std::string same_names = repeated(3'000, [](auto n, auto) { return "enum E" + n + " { x = " + n + " };\n"; });
  const std::string uses = repeated(3'000, [](auto n, auto) { return "struct S" + n + " { int a[x]; };\n"; });
  const std::string percent_lines = repeated(60'000, [](auto n, auto) { return "int x" + n + ";\n% // c\n"; });
  const std::vector<std::string> texts{
      macros + "#if A0\n#endif\n",
      percent_defines + "struct S {" + percent_uses + "};",
      "enum E {" + enumerators + "last}; union U switch (E e) {" + cases + "default: void; };",
      same_names + uses,
      "struct S {" + percent_lines + "};",
  };
  for (const std::string& text : texts) {
    const Directory directory;
    write(directory / "a.x", text);
    const Outcome run = idlc("--check " + (directory / "a.x").string());
    EXPECT_TRUE(run.status == 0 || run.status == 1) << run.status << " for " << text.substr(0, 40);
    EXPECT_LT(run.output.size(), 200'000u) << text.substr(0, 40);
  }
}

}  // namespace
