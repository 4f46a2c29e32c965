// The canonical form of a .x: how it looks, and that nothing is lost on the way to it.
#include "backends/xdr/format.h"

#include "backends/xdr/tokens.h"
#include "frontend/frontend.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace {

namespace fs = std::filesystem;
using idlc::xdr::Token;

struct Words {
  std::vector<std::string> code;
  std::vector<std::string> comments;

  bool operator==(const Words&) const = default;
};

struct Text {
  std::string text;
  std::vector<idlc::LineRange> left_out;
};

// With what the parser leaves out of it, even where it finds mistakes.
Text parsed(std::string text) {
  idlc::Sources sources;
  sources.add_unit("a.x", idlc::Source("a.x", text));
  const auto read = [](const std::string&) -> std::string {
    throw std::system_error(std::make_error_code(std::errc::no_such_file_or_directory));
  };
  idlc::Diagnostics diagnostics;
  return {std::move(text), idlc::parse(sources, {{}, {}, {}, read}, diagnostics).left_out};
}

std::string format(const Text& text) { return idlc::xdr::format(text.text, text.left_out); }

// A comment's own white space may move with it.
std::string without_blanks(std::string_view text) {
  std::string result;
  for (const char c : text)
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') result += c;
  return result;
}

// All but white space and the comma after an enum's last value.
Words words_of(Text text) {
  std::erase(text.text, '\r');
  if (text.text.starts_with("\xEF\xBB\xBF")) text.text.erase(0, 3);
  Words words;
  for (const Token& token : idlc::xdr::tokens_of(text.text, text.left_out)) {
    if (token.is_comment()) {
      words.comments.push_back(without_blanks(token.text));
      continue;
    }
    if (token.is("}") && !words.code.empty() && words.code.back() == ",") words.code.pop_back();
    words.code.emplace_back(token.text);
  }
  return words;
}

void expect_nothing_lost(const Text& text, const Text& formatted) {
  EXPECT_EQ(words_of(formatted), words_of(text)) << text.text;
  EXPECT_EQ(format(formatted), formatted.text) << "formatting twice differs:\n" << text.text;
}

void expect_nothing_lost(const std::string& text) {
  const Text before = parsed(text);
  expect_nothing_lost(before, parsed(format(before)));
}

struct Case {
  const char* name;
  const char* before;
  const char* after;
};

class format_of : public testing::TestWithParam<Case> {};

TEST_P(format_of, is) {
  EXPECT_EQ(format(parsed(GetParam().before)), GetParam().after);
  expect_nothing_lost(GetParam().before);
}

const Case cases_of_layout[] = {
    {"declarations", "const  a=1 ;typedef opaque\tb [ a ];typedef struct c * d;\n",
     "const a = 1;\ntypedef opaque b[a];\ntypedef struct c *d;\n"},
    {"the_shapes_of_members", "struct S\n{\nstring name < 255 > ; a::T * x;unsigned   hyper y [ 2 ];\n}\n;",
     "struct S {\n  string name<255>;\n  a::T *x;\n  unsigned hyper y[2];\n};\n"},
    {"a_type_on_one_line", "enum E{ok=0,not_found=-2};struct P{int x;int y;};union U switch(int d){case 0:void;};\n",
     "enum E { ok = 0, not_found = -2 };\nstruct P { int x; int y; };\nunion U switch (int d) { case 0: void; };\n"},
    {"an_enum_on_lines", "enum E { a,\n b, c, };", "enum E {\n  a,\n  b,\n  c\n};\n"},
    {"what_is_too_long_for_one_line",
     "enum E { a_name_of_thirty_one_letters_aa, a_name_of_thirty_one_letters_bb, a_name_of_thirty_one_letters_cc, "
     "d_d_d_d_d_d_d_d };",
     "enum E {\n  a_name_of_thirty_one_letters_aa,\n  a_name_of_thirty_one_letters_bb,\n"
     "  a_name_of_thirty_one_letters_cc,\n  d_d_d_d_d_d_d_d\n};\n"},
    {"arms",
     "union U switch(Status status){\n case ok:int x; case denied:\n string why<>;\ncase A: case B: T *t; "
     "default:void;\n};",
     "union U switch (Status status) {\ncase ok:     int x;\ncase denied: string why<>;\ncase A:\n"
     "case B:      T *t;\ndefault:     void;\n};\n"},
    {"a_long_arm", "union U switch (int d) {\ncase 1: struct {\nint x; } a;\ncase 2: struct { int x; } b;\n};",
     "union U switch (int d) {\ncase 1:\n  struct {\n    int x;\n  } a;\ncase 2: struct { int x; } b;\n};\n"},
    {"types_in_place",
     "struct S {\nstruct { int x; } a; union switch (int d) {\ncase 0: void; } u; enum {\nA } e[2]; };",
     "struct S {\n  struct { int x; } a;\n  union switch (int d) {\n  case 0: void;\n  } u;\n  enum {\n    A\n  } "
     "e[2];\n};\n"},
    {"a_program",
     "program P{version V{void null( void )=0;T * get(int,string <5>) = 1; int none()=2;}=1;version W{\nint f(T "
     "*)=1;}=2;}=0x20000001;",
     "program P {\n  version V {\n    void null(void) = 0;\n    T *get(int, string<5>) = 1;\n    int none() = 2;\n  } "
     "= 1;\n\n"
     "  version W {\n    int f(T *) = 1;\n  } = 2;\n} = 0x20000001;\n"},
    {"a_procedure_longer_than_a_line",
     "program P { version V { unsigned int procedure_of_many(a_name_of_thirty_one_letters_aa, "
     "a_name_of_thirty_one_letters_bb, int, cc_cc_cc_cc_cc_cc) = 1; } = 1; } = 1;",
     "program P {\n  version V {\n    unsigned int procedure_of_many(a_name_of_thirty_one_letters_aa, "
     "a_name_of_thirty_one_letters_bb, int,\n        cc_cc_cc_cc_cc_cc) = 1;\n  } = 1;\n} = 1;\n"},
    {"namespaces", "namespace a{namespace b{\nstruct S{\nint x;};}}\nnamespace c { typedef a::b::S T; }",
     "namespace a {\nnamespace b {\nstruct S {\n  int x;\n};\n}\n}\n\nnamespace c {\ntypedef a::b::S T;\n}\n"},
    {"blank_lines",
     "\n\nconst a = 1;\n\n\n\nconst b = 2;\nstruct S {\n\n  int x;\n\n\n  int y;\n\n};\n/* of T */\nstruct T {\n  int "
     "z;\n};\nconst c = 3;\n\n",
     "const a = 1;\n\nconst b = 2;\n\nstruct S {\n  int x;\n\n  int y;\n};\n\n/* of T */\nstruct T {\n  int "
     "z;\n};\nconst c = 3;\n"},
    {"names_that_are_words_of_the_language", "struct S {\nint version; int case; string string<>; int enum; };",
     "struct S {\n  int version;\n  int case;\n  string string<>;\n  int enum;\n};\n"},
    {"strings_and_characters", "const a=\"x;  \\\" /* y */\";const b='\\'';const c = ';';",
     "const a = \"x;  \\\" /* y */\";\nconst b = '\\'';\nconst c = ';';\n"},
    {"comments_above_and_beside",
     "struct S { // of S\n/* of a */\nint a; /* too */ // and more\n   // last\n};  /* after S */\n// end",
     "struct S {  // of S\n  /* of a */\n  int a;  /* too */ // and more\n  // last\n};  /* after S */\n// end\n"},
    {"comments_beside_in_columns",
     "enum E {\n  a, // 1\n  long_one, /* 2\n                3 */\n  b // 4\n    // 5\n};",
     "enum E {\n  a,         // 1\n  long_one,  /* 2\n                 3 */\n  b          // 4\n             // "
     "5\n};\n"},
    {"a_comment_of_several_lines", "struct S {\n\t/*\n\t * one   \n\n\t * two\n\t */\n\tint a;\n};",
     "struct S {\n  /*\n   * one\n\n   * two\n   */\n  int a;\n};\n"},
    {"comments_within_a_declaration", "struct /*1*/ S{\n/*2*/int /*3*/ a // 4\n; unsigned // 5\nint /* 6 */ b;\n};",
     "struct /*1*/ S {\n  /*2*/ int /*3*/ a;  // 4\n  unsigned            // 5\n      int /* 6 */ b;\n};\n"},
    {"comments_between_arguments", "program P { version V { int f(int, // one\n int /* two */) = 1; } = 1; } = 1;",
     "program P {\n  version V {\n    int f(int,  // one\n        int /* two */) = 1;\n  } = 1;\n} = 1;\n"},
    {"a_comment_before_the_comma", "enum E {\n  a /* 1 */\n, b // 2\n, c\n};",
     "enum E {\n  a,  /* 1 */\n  b,  // 2\n  c\n};\n"},
    {"percent_lines", "struct A {\nint x;\n  %  as it\tis;  \n%and \\\n  on /*\nint y; };\n%// end",
     "struct A {\n  int x;\n  %  as it\tis;  \n%and \\\n  on /*\n  int y;\n};\n%// end\n"},
    {"a_branch_that_is_taken",
     "#if RPC_HDR /* why */\nstruct A { int x;\n#else\n  #  define  B\tstruct  \\\n   C\nstruct B {int  "
     "y;\n#endif\nint z; };",
     "#if RPC_HDR /* why */\nstruct A {\n  int x;\n#else\n  #  define  B\tstruct  \\\n   C\nstruct B {int  "
     "y;\n#endif\n  int z;\n};\n"},
    {"a_comma_before_an_if", "enum E { a,\n#if X\nb,\n#endif\n};", "enum E {\n  a,\n#if X\nb,\n#endif\n};\n"},
    {"what_an_if_0_leaves_out",
     "#if 0 // no\n don't  touch \"this {\n# if 1\n%#endif /*\n# else\n/*\n#endif\n*/\n# endif\n#else\nconst  a = "
     "1;\n#endif\n",
     "#if 0 // no\n don't  touch \"this {\n# if 1\n%#endif /*\n# else\n/*\n#endif\n*/\n# endif\n#else\nconst a = "
     "1;\n#endif\n"},
    {"the_second_branch_of_a_definition", "#if X\nstruct  A {\n#else\nstruct  B {\n#endif\nint x;\n};",
     "#if X\nstruct  A {\n#else\nstruct B {\n#endif\n  int x;\n};\n"},
    {"a_quote_without_a_partner_in_a_branch_not_taken",
     "#if X\nsay \"what\n  one likes\" ;  \n#endif\nconst  a = \"b\";",
     "#if X\nsay \"what\n  one likes\" ;  \n#endif\nconst a = \"b\";\n"},
    {"a_parenthesis_without_a_partner_in_a_branch_not_taken",
     "#ifdef X\nstruct A { int  x; (;\n# 6 \"(\"\n\n#elif 2 > 1\nenum  B { a, };\n#else\n{ /*  #endif\n*/\n\n"
     "#endif\nenum C {\nb,c\n};",
     "#ifdef X\nstruct A { int  x; (;\n# 6 \"(\"\n\n#elif 2 > 1\nenum B { a };\n#else\n{ /*  #endif\n*/\n\n"
     "#endif\nenum C {\n  b,\n  c\n};\n"},
    {"foreign_characters_in_a_branch_not_taken",
     "#ifdef X\nstruct A { a\xcd\xb7 (x::\1@; }  # 1\n#endif\nstruct  B { int x; };",
     "#ifdef X\nstruct A { a\xcd\xb7 (x::\1@; }  # 1\n#endif\nstruct B { int x; };\n"},
    {"a_comment_that_a_directive_opens",
     "#define A 1 /* one\n  two { */\nconst  b = A;\n#if 0 /*\n#endif */ \n (\n#endif /*\n*/\nconst  c = 1;",
     "#define A 1 /* one\n  two { */\nconst b = A;\n#if 0 /*\n#endif */ \n (\n#endif /*\n*/\nconst c = 1;\n"},
    {"carriage_returns_doubled", "%x\r\r\n#if 0\r\r\n a \\\r\r\n#endif\r\r\n#endif\r\r\nconst a  = 1;\r\r\n",
     "%x\n#if 0\n a \\\n#endif\n#endif\nconst a = 1;\n"},
    {"a_carriage_return_where_the_file_ends", "const a  = 1;\r\n%x\r", "const a = 1;\n%x\n"},
    {"a_line_that_goes_on_where_the_file_ends", "const a  = 1;\n%x \\", "const a = 1;\n%x \\\n"},
    {"numbers_with_separators", "const a=1'000'000;const b = -0xffff_'f;const c='\\'';",
     "const a = 1'000'000;\nconst b = -0xffff_'f;\nconst c = '\\'';\n"},
    {"windows_text", "\xEF\xBB\xBF/* a\r\n * b\r\n */\r\nconst  a = 1;\r\n%x\r\n\r\nconst b = 2;",
     "/* a\n * b\n */\nconst a = 1;\n%x\n\nconst b = 2;\n"},
    {"nothing", "", ""},
    {"only_a_comment", "// all", "// all\n"},
};

INSTANTIATE_TEST_SUITE_P(layout, format_of, testing::ValuesIn(cases_of_layout),
                         [](const auto& test) { return std::string(test.param.name); });

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::exists(folder)) return files;
  const auto options = fs::directory_options::skip_permission_denied;
  for (const auto& entry : fs::recursive_directory_iterator(folder, options))
    if (entry.is_regular_file() && entry.path().extension() == ".x") files.push_back(entry.path());
  return files;
}

TEST(format, loses_nothing_of_any_file_in_reach) {
  std::size_t count = 0;
  for (const fs::path& folder :
       {fs::path(CASES) / "good", fs::path(ROOT) / "idl", fs::path(ROOT) / "bench", fs::path("/usr/include")})
    for (const fs::path& file : files_below(folder)) {
      SCOPED_TRACE(file);
      expect_nothing_lost(read(file));
      ++count;
    }
  EXPECT_GT(count, 20u);
}

// As in the .x files of Linux. The lexer knows one by its place.
TEST(format, leaves_a_pragma_at_the_beginning_of_its_line) {
  const std::string formatted = format(parsed("pragma header h;\nstruct A { int\n pragma public A;\nx; };\n"));
  EXPECT_NE(formatted.find("pragma header h;\n"), std::string::npos) << formatted;
  EXPECT_NE(formatted.find("\n pragma public A;\n"), std::string::npos) << formatted;
}

TEST(format, leaves_our_own_files_as_they_are) {
  for (const fs::path& file : files_below(fs::path(ROOT) / "idl"))
    EXPECT_EQ(format(parsed(read(file))), read(file)) << file;
}

// What may stand between any two words.
std::string any_trivia(std::mt19937& random) {
  static const char* const trivia[] = {" ",
                                       "\n",
                                       "\n\n\n",
                                       "\t",
                                       " /* c */ ",
                                       "// line\n",
                                       " /* a\n b */",
                                       "\n/* alone */\n",
                                       "\n// alone\n",
                                       "\n%percent \\\n line\n",
                                       "\n  #pragma x\n",
                                       "\r\n",
                                       "\n#if 1\n#endif\n"};
  std::string text = " ";
  for (auto count = random() % 3; count != 0; --count) text += trivia[random() % std::size(trivia)];
  return text;
}

TEST(format, keeps_what_stands_between_any_two_words) {
  for (const fs::path& file : files_below(fs::path(CASES) / "good")) {
    const Text text = parsed(read(file));
    for (unsigned seed = 0; seed < 20; ++seed) {
      std::mt19937 random(seed);
      std::string noisy;
      for (const Token& token : idlc::xdr::tokens_of(text.text, text.left_out)) {
        const bool whole_lines = token.kind == Token::Kind::lines || token.kind == Token::Kind::line_comment;
        noisy += (whole_lines ? "\n" : any_trivia(random)) + std::string(token.text) + (whole_lines ? "\n" : "");
      }
      SCOPED_TRACE(file.string() + " with seed " + std::to_string(seed));
      expect_nothing_lost(noisy);
    }
  }
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  for (; count != 0; --count) result += text;
  return result;
}

void expect_one_line_kept(const std::string& text) { expect_nothing_lost({text, {}}, {format({text, {}}), {}}); }

// Quadratic time would take minutes for each of these, and a recursion would overflow the stack.
TEST(format, takes_a_megabyte_on_one_line_and_any_depth) {
  expect_one_line_kept("enum E { " + repeated("a, ", 100'000) + "b };");
  expect_one_line_kept("union U switch (int d) { " + repeated("case 1: ", 50'000) + "int x; };");
  expect_one_line_kept("program P { version V { int f(" + repeated("int, ", 100'000) + "int) = 1; } = 1; } = 1;");
  expect_one_line_kept("int a; " + repeated("/* c */ ", 50'000) + ";");
  expect_one_line_kept("const a = \"" + repeated("\\\"", 100'000) + "\";");
  expect_one_line_kept(repeated(" ", 100'000) + repeated("%", 100'000));
  const std::string deep = "struct A " + repeated("{ ", 100'000) + repeated("} ", 100'000) + ";";
  EXPECT_EQ(words_of({format({deep, {}}), {}}), words_of({deep, {}}));
}

}  // namespace
