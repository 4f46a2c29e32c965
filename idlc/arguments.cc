#include "arguments.h"

#include "backends/cpp/cpp.h"

#include <CLI/CLI.hpp>

#include <stdexcept>
#include <utility>

namespace idlc {
namespace {

constexpr const char* examples = R"(Examples:
  idlc files.x                          files.x.h, files.x.cc and so on, here
  idlc -o build -I idl idl/*.x          several, into build/; what they #include is in idl/
  idlc --check files.x                  what is wrong with it, if anything
  idlc --skeleton files.x               a server and a client to start from, ready to build
  idlc --format files.x                 laid out anew, on stdout
  idlc --format -i *.x                  all of them, where they are
  idlc --percent drop --extern-type id_t=app::Id --include app/id.h files.x
                                        without its lines of C; id_t is what app/id.h defines

Exit status: 0; 1 if a .x file has mistakes, 2 if a file cannot be read or written or the command line makes no sense.
Then nothing is written at all.)";

// "NAME=TEXT"
std::pair<std::string, std::string> split(const std::string& text) {
  const std::size_t sign = text.find('=');
  if (sign == std::string::npos) return {text, ""};
  return {text.substr(0, sign), text.substr(sign + 1)};
}

void check_space(const std::string& space) {
  if (!cpp::is_namespace(space)) throw CLI::ValidationError("'" + space + "' cannot be a C++ namespace");
}

void add_space(const std::string& text, Arguments& arguments) {
  const auto [file, space] = split(text);
  const bool for_file = text.find('=') != std::string::npos;
  check_space(for_file ? space : text);
  (for_file ? arguments.spaces[file] : arguments.space) = for_file ? space : text;
}

void add_definition(const std::string& text, Arguments& arguments) {
  const auto [name, value] = split(text);
  if (!cpp::is_identifier(name)) throw CLI::ValidationError("-D needs a name, not '" + name + "'");
  arguments.definitions[name] = name == text ? "1" : value;
}

void add_extern_type(const std::string& text, Arguments& arguments) {
  const auto [name, spelling] = split(text);
  if (!cpp::is_type_name(name) || (name != text && !cpp::is_type_name(spelling)))
    throw CLI::ValidationError("--extern-type needs NAME or NAME=ns::NAME, not '" + text + "'");
  arguments.extern_types[name] = name == text ? "::" + name : spelling;
}

template <class Add>
CLI::Option* add_each(CLI::App& app, const std::string& name, const std::string& help, Arguments& arguments, Add add) {
  const auto each = [&arguments, add](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) add(text, arguments);
    return true;
  };
  return app.add_option(name, CLI::callback_t(each), help)->allow_extra_args(false)->take_all();
}

void describe_reading(CLI::App& app, Arguments& arguments) {
  app.add_option("FILE.x", arguments.files, "The .x files to compile")->type_name("");
  app.add_option("-I,--include-directory", arguments.include_directories, "Where #include looks (repeat it)")
      ->type_name("DIR")
      ->allow_extra_args(false);
  add_each(app, "-D,--define", "A name that stands for TEXT (1), as #define makes it", arguments, add_definition)
      ->type_name("NAME[=TEXT]");
}

void describe_writing(CLI::App& app, Arguments& arguments) {
  app.add_option("-o,--output", arguments.directory, "Where the C++ goes (default: here)")->type_name("DIR");
  add_each(app, "--namespace", "The C++ namespace (default: the file's name), or that of an included FILE.x", arguments,
           add_space)
      ->type_name("[FILE.x=]NS");
  add_each(app, "--extern-type", "A type that only the C++ around the .x defines", arguments, add_extern_type)
      ->type_name("NAME[=ns::NAME]");
  app.add_option("--include", arguments.headers, "A header that the C++ includes, as for --extern-type")
      ->type_name("HEADER")
      ->allow_extra_args(false);
  app.add_option("--percent", arguments.percent, "Lines with %: into the header (keep, the default) or nowhere (drop)")
      ->type_name("keep|drop")
      ->check(CLI::IsMember({"keep", "drop"}).description(""));
  app.add_option("--depfile", arguments.depfile, "Also write what was read, for make and ninja")->type_name("FILE");
}

void describe_other_work(CLI::App& app, Arguments& arguments) {
  auto* instead = app.add_option_group("Instead of C++");
  instead->add_flag("--check", arguments.check, "Only say what is wrong");
  instead->add_flag("--skeleton", arguments.skeleton, "A server to fill in, a client and a CMakeLists.txt");
  instead->add_flag("--format", arguments.format, "The .x in its canonical form, on stdout");
  instead->add_flag("--ast-json", arguments.ast_json, "What the .x says as JSON, on stdout, for other programs");
  instead->require_option(0, 1);
  app.add_flag("-i,--in-place", arguments.in_place, "With --format: write it back, several files if you like");
}

}  // namespace

bool parse_arguments(int argc, char** argv, Arguments& arguments) {
  CLI::App app("Compiles .x files, the XDR and RPC language of RFC 4506 and RFC 5531, to C++.", "idlc");
  app.set_version_flag("--version", "idlc " ONC_VERSION);
  app.footer(examples);
  describe_reading(app, arguments);
  describe_writing(app, arguments);
  describe_other_work(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) throw std::runtime_error(std::string(error.what()) + "; see idlc --help");
    app.exit(error);  // --help, --version
    return false;
  }
  // Not CLI11's required(), which complains of no file where the mistake is an option.
  if (arguments.files.empty()) throw std::runtime_error("no .x file is given; see idlc --help");
  return true;
}

}  // namespace idlc
