// What idlc reads besides the file it is given, and what it says where it cannot.
#include "program.h"

#include <gtest/gtest.h>

#include <fstream>

namespace {

class reading : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  void file(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((directory_ / name).parent_path());
    write(directory_ / name, text);
  }
  Outcome run(const std::string& arguments) const {
    return idlc("-o " + directory_.path().string() + " " + arguments + " " + path("a.x"));
  }

  Directory directory_;
};

TEST_F(reading, finds_a_quoted_file_beside_the_one_that_includes_it) {
  file("a.x", "#include \"sub/b.x\"\nstruct A { C c; };");
  file("sub/b.x", "#include \"c.x\"\n");
  file("sub/c.x", "struct C { int x; };");
  EXPECT_EQ(run("").output, "");
  EXPECT_NE(read(path("a.x.h")).find("#include \"b.x.h\""), std::string::npos);
  EXPECT_NE(read(path("a.x.h")).find("c::C c{};"), std::string::npos);
}

TEST_F(reading, finds_others_where_the_command_line_says_and_in_its_order) {
  file("a.x", "#include <b.x>\nstruct A { First x; };");
  file("one/b.x", "struct First { int x; };");
  file("two/b.x", "struct Second { int x; };");
  EXPECT_EQ(run("-I " + path("one") + " -I " + path("two")).output, "");
  EXPECT_EQ(run("-I " + path("two") + " -I " + path("one")).status, 1);
}

TEST_F(reading, says_which_files_are_missing_and_nothing_of_what_they_would_define) {
  file("a.x", "#include \"b.x\"\n#include <c.h>\nstruct A { B b; };");
  const Outcome outcome = run("");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.output, path("a.x") +
                                ":1:1: error: cannot read 'b.x': No such file or directory\n"
                                "  #include \"b.x\"\n"
                                "  ^~~~~~~~~~~~~~\n" +
                                path("a.x") +
                                ":2:1: error: cannot read 'c.h': no directory given by -I has it; an #include for "
                                "the C++ is written %#include\n"
                                "  #include <c.h>\n"
                                "  ^~~~~~~~~~~~~~\n");
  EXPECT_EQ(directory_.names(), std::vector<std::string>{"a.x"});
}

// A device may give bytes for ever.
TEST_F(reading, refuses_what_is_no_file_and_what_is_too_large) {
  file("a.x", "#include \"/dev/zero\"\n");
  EXPECT_EQ(run("").status, 2);
  EXPECT_TRUE(run("").output.starts_with(path("a.x") + ":1:1: error: cannot read '/dev/zero': ")) << run("").output;
  file("a.x", "#include \".\"\n");
  EXPECT_TRUE(run("").output.starts_with(path("a.x") + ":1:1: error: cannot read '.': Is a directory"))
      << run("").output;
  file("a.x", "#include \"b.x\"\n");
  file("b.x", "");
  std::filesystem::resize_file(path("b.x"), std::uintmax_t{3} << 30);
  EXPECT_EQ(run("").status, 2);
  EXPECT_TRUE(run("").output.starts_with(path("a.x") + ":1:1: error: cannot read 'b.x': File too large"))
      << run("").output;
  const Outcome first = idlc(path("b.x"));
  EXPECT_EQ(first.status, 2);
  EXPECT_EQ(first.output, "idlc: cannot read " + path("b.x") + ": File too large\n");
  EXPECT_EQ(idlc("/dev/zero").status, 2);
}

TEST_F(reading, takes_a_pipe_for_a_file) {
  file("a.x", "struct A { int x; };\n");
  EXPECT_EQ(idlc("--check /dev/stdin < " + path("a.x")).output, "");
  const Outcome outcome = idlc("--format " + path("a.x") + " | '" IDLC "' --check /dev/stdin");
  EXPECT_EQ(outcome.output, "");
  EXPECT_EQ(outcome.status, 0);
}

TEST_F(reading, says_where_a_file_with_mistakes_was_included) {
  file("a.x", "#include \"b.x\"\n");
  file("b.x", "struct A { B x; };");
  const Outcome outcome = run("");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.output.starts_with(path("b.x") + ":1:12: error: type 'B' is not defined")) << outcome.output;
  EXPECT_NE(outcome.output.find(path("a.x") + ":1:1: note: included here"), std::string::npos) << outcome.output;
}

TEST_F(reading, ends_where_files_include_each_other) {
  file("a.x", "#include \"b.x\"\n");
  file("b.x", "#include \"a.x\"\n");
  EXPECT_EQ(run("").status, 1);
  EXPECT_NE(run("").output.find("is included by itself"), std::string::npos) << run("").output;
  file("a.x", "#include \"b.h\"\n");
  file("b.h", "#include \"b.h\"\n#include \"b.h\"\n");
  EXPECT_EQ(run("").status, 1);
  EXPECT_NE(run("").output.find("included deeper than 64 levels"), std::string::npos) << run("").output;
}

TEST_F(reading, decides_conditions_as_c_does) {
  for (const std::string condition :
       {"!(defined(N) && 10 / N > 2)", "1 || 1 / 0", "1 ? 2 : 3 % 0", "!(0 ? 1 / 0 : 0)", "0xFFFFFFFFFFFFFFFF > 0",
        "-1 > 0u", "-1 < 0", "18446744073709551615 / 2 == 9223372036854775807", "-8 / 2 == -4", "-8 >> 1 == -4",
        "0xFFFFFFFFFFFFFFFF >> 63 == 1", "(1 ? -1 : 0u) > 0", "~0u == 0xFFFFFFFFFFFFFFFF",
        "(-0x7FFFFFFFFFFFFFFF - 1) / -1 < 0"}) {
    file("a.x", "#if " + condition + "\n#else\n#error no\n#endif\n");
    EXPECT_EQ(run("--check").output, "") << condition;
  }
  for (const std::string condition : {"1 / 0", "0 || 1 % 0", "(1 && 0) / 0"}) {
    file("a.x", "#if " + condition + "\n#endif\n");
    EXPECT_EQ(run("--check").status, 1) << condition;
  }
}

// As the bodies of C headers do.
TEST_F(reading, takes_a_file_twice_that_guards_itself) {
  file("a.x", "#include \"b.h\"\n#include \"b.h\"\nstruct A { B b; };");
  file("b.h", "#ifndef B\n#define B Item\n#include \"b.h\"\nstruct B { int x; };\n#endif\n");
  EXPECT_EQ(run("").output, "");
}

TEST_F(reading, takes_an_x_file_once_whoever_includes_it) {
  file("a.x", "#include \"b.x\"\n#include \"c.x\"\n#include \"./c.x\"\nstruct A { B b; C c; };");
  file("b.x", "#include \"c.x\"\nstruct B { C c; };");
  file("c.x", "struct C { int x; };");
  EXPECT_EQ(run("").output, "");
}

TEST_F(reading, refuses_two_files_whose_headers_would_have_one_name) {
  file("a.x", "#include \"sub/a.x\"\nstruct B { A a; };");
  file("sub/a.x", "struct A { int x; };");
  EXPECT_EQ(run("").status, 1);
  EXPECT_NE(run("").output.find("a.x:1:1: error: '"), std::string::npos) << run("").output;
  EXPECT_NE(run("").output.find("would both become a.x.h; rename one"), std::string::npos) << run("").output;
}

TEST_F(reading, gives_included_files_the_namespace_that_they_were_compiled_to) {
  file("a.x", "#include \"b.x\"\nstruct A { B b; };");
  file("b.x", "struct B { int x; };");
  ASSERT_EQ(run("--namespace mine").output, "");
  EXPECT_NE(read(path("a.x.h")).find("  B b{};"), std::string::npos);
  ASSERT_EQ(run("--namespace mine --namespace b.x=theirs::b").output, "");
  EXPECT_NE(read(path("a.x.h")).find("  theirs::b::B b{};"), std::string::npos);
}

TEST_F(reading, ends_an_if_in_the_file_that_it_began_in) {
  file("a.x", "#if 1\n#include \"b.h\"\n");
  file("b.h", "#endif\n");
  const Outcome outcome = run("");
  EXPECT_NE(outcome.output.find("b.h:1:1: error: #endif without #if"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("a.x:1:1: error: this #if has no #endif"), std::string::npos) << outcome.output;
}

TEST_F(reading, takes_comments_of_several_lines_beside_a_directive) {
  const std::string text =
      "#define LENGTH 4 /* bytes,\n * \"not */\n#if LENGTH == 4 /* one\n#else\n */  \r\nstruct A { opaque x[LENGTH]; "
      "};\n"
      "#else /*\n#endif\n*/\n(\n#endif /* too\n */";
  file("a.x", text);
  EXPECT_EQ(run("").output, "");
  EXPECT_NE(read(path("a.x.h")).find("std::array<std::byte, 4> x"), std::string::npos);
  file("a.x", text + " // more");
  EXPECT_TRUE(run("").output.starts_with(path("a.x") + ":12:2: error: nothing may stand after")) << run("").output;
  file("a.x", text + "\n#include \"b.h\" /*\n*/");
  file("b.h", "*/");
  EXPECT_TRUE(run("").output.starts_with(path("a.x") + ":13:1: error: a comment after #include")) << run("").output;
  file("a.x", "#if 0\n#endif /* too");
  EXPECT_TRUE(run("").output.starts_with(path("a.x") + ":2:1: error: this comment is never closed")) << run("").output;
}

// The numbers of procedures would change with the lines.
TEST_F(reading, formats_no_file_whose_lines_are_numbers) {
  file("a.x", "const A = 1;\n\n\n#define HERE __LINE__\nconst B = HERE;\n");
  EXPECT_EQ(run("").status, 0);
  const Outcome outcome = run("--format");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.output.starts_with(path("a.x") + ":5:11: error: __LINE__ ")) << outcome.output;
  file("a.x", "const A = 1;\n\nconst B = __LINE__;\n");
  EXPECT_EQ(run("--format").output, read(path("a.x")));
}

TEST_F(reading, tells_make_what_was_read) {
  file("a.x", "#include \"with blank.x\"\n#include \"c.h\"\n");
  file("with blank.x", "const x = 1;");
  file("c.h", "#define y 2\n");
  ASSERT_EQ(run("--depfile " + path("a.d")).output, "");
  const std::string rules = read(path("a.d"));
  const std::string blank = directory_.path().string() + "/with\\ blank.x";
  EXPECT_TRUE(rules.starts_with(path("a.x.h") + ": " + path("a.x") + " " + blank + " " + path("c.h") + "\n")) << rules;
}

TEST_F(reading, only_says_what_is_wrong_where_no_more_is_asked) {
  file("a.x", "struct A { int x; };");
  EXPECT_EQ(run("--check").status, 0);
  file("a.x", "struct A { B x; };");
  EXPECT_EQ(run("--check").status, 1);
  EXPECT_EQ(directory_.names(), std::vector<std::string>{"a.x"});
}

TEST_F(reading, takes_types_that_the_cpp_around_defines) {
  file("a.x", "struct A { id_t id; id_t ids<>; count_t count; plain_t *plain; };");
  ASSERT_EQ(run("--extern-type id_t=app::Id --extern-type count_t=std::uint32_t --extern-type plain_t "
                "--include app/id.h --include '<plain.h>'")
                .output,
            "");
  const std::string header = read(path("a.x.h"));
  for (const std::string line : {"  app::Id id{};", "  std::vector<app::Id> ids{};", "  std::uint32_t count{};",
                                 "std::optional<::plain_t> plain{};", "#include \"app/id.h\"", "#include <plain.h>"})
    EXPECT_NE(header.find(line), std::string::npos) << line << "\n" << header;
}

TEST_F(reading, takes_what_editors_make_of_a_file) {
  const std::vector<std::string> texts{
      "struct A { int x; };",                                                           // no newline at the end
      "\xEF\xBB\xBFstruct A {\r\n  int x;\r\n};\r\n%int y;\r\n#define Z \\\r\n 1\r\n",  // from Windows
      "#if 1\nstruct A { int x; };\n#endif",
      "%// a",
      "const A = 1; /* \xe4 */ // \xc3\xa4",
      "\f\v\tconst A = 1;",
      "#define A \\\r\r\n 1\r\r\nconst B = A;\r\r\n",
  };
  for (const std::string& text : texts) {
    file("a.x", text);
    EXPECT_EQ(run("").output, "") << text;
    EXPECT_EQ(read(path("a.x.h")).find('\r'), std::string::npos);
  }
}

// Each would take for ever, or all memory, if it were not refused in time.
TEST_F(reading, gives_up_what_grows_without_end) {
  std::string doubling = "#define a0 x x\n";
  for (int i = 1; i < 100; ++i) {
    const std::string last = "a" + std::to_string(i - 1);
    doubling += "#define a" + std::to_string(i) + " " + last + " " + last + "\n";
  }
  std::string nested_ifs;
  for (int i = 0; i < 100'000; ++i) nested_ifs += "#if 1\n";
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "struct { ";
  std::string namespaces;
  for (int i = 0; i < 100'000; ++i) namespaces += "namespace a { ";
  std::string continued = "#define A 1 ";
  for (int i = 0; i < 1'000'000; ++i) continued += "\\\n";
  const std::string name(1'000'000, 'a');
  const std::vector<std::pair<std::string, int>> texts{
      {doubling + "struct A { a99 y; };", 1},
      {doubling + "#if a99\n#endif\n", 1},
      {nested_ifs, 1},
      {"struct A { " + deep, 1},
      {namespaces, 1},
      {continued + "\nconst B = A;", 0},
      {"struct " + name + " { int " + name + "b; };", 0},
      {"struct A { " + name + " x; };", 1},
      {"#define " + name + " int\nstruct A { " + name + " x; };", 0},
      {"#include \"" + name + "\"", 2},
      {std::string("const a = 1;\0const b = 2;", 25), 1},
  };
  for (const auto& [text, status] : texts) {
    file("a.x", text);
    const Outcome outcome = run("");
    EXPECT_EQ(outcome.status, status) << text.substr(0, 60) << "\n" << outcome.output.substr(0, 400);
    EXPECT_LT(outcome.output.size(), 200'000u);
  }
}

TEST_F(reading, says_what_is_wrong_with_every_file_of_several) {
  file("a.x", "struct A { B x; };");
  const Outcome outcome = run("/nowhere/b.x");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.output.find("cannot read /nowhere/b.x: No such file or directory"), std::string::npos);
  EXPECT_NE(outcome.output.find("type 'B' is not defined"), std::string::npos) << outcome.output;
}

}  // namespace
