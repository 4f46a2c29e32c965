#include "program.h"

#include "comments.h"

#include <algorithm>
#include <cctype>
#include <unordered_map>

namespace idlc::cpp {
namespace {

// As the type, with a small letter; nothing where that is the type's name.
std::string name_by_type(const Declaration& argument) {
  std::string name = argument.type.name;
  if (!name.empty()) name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
  return name == argument.type.name ? "" : name;
}

}  // namespace

Scope names_in(const Program& program, const Names& names) {
  Scope all = names_in_classes();
  all.insert("ping");
  for (const Version& version : program.versions) {
    all.insert(names.of(version));
    for (const Procedure& procedure : version.procedures) all.insert(names.of(procedure));
  }
  return all;
}

Locals::Locals(const Names& names)
    : in(names.local("in")),
      out(names.local("out")),
      reply(names.local("reply")),
      procedure(names.local("procedure")),
      arguments(names.local("arguments")),
      results(names.local("results")),
      caller(names.local("caller")),
      server(names.local("server")),
      all(locals_in_codecs(names)) {
  all.insert({in, out, reply, procedure, arguments, results, caller, server});
}

VersionWriter::VersionWriter(Printer& out, const Definition& program, const Version& version, const Types& types)
    : out_(out),
      program_(program),
      version_(version),
      names_(types.names()),
      locals_(names_),
      types_(types),
      codec_(types_) {}

void VersionWriter::declare() {
  const std::string space = names_.of(program_) + "::" + names_.of(version_);
  out_.blank();
  if (&version_ == &program_.as<Program>()->versions.front()) write_above(out_, program_.comments);
  write_above(out_, version_.comments);
  out_.line("namespace {} {", space);
  out_.blank();
  out_.line("// Its calls as text, for traces: in the .print.cc, which a program may leave out.");
  out_.line("ONC_MAY_BE_LEFT_OUT extern const onc::rpc::CallPrints call_prints;");
  out_.line("inline constexpr onc::rpc::Program program{{}, {}, \"{}\", \"{}\", &call_prints};",
            number(program_.as<Program>()->number), number(version_.number), program_.name.text, version_.name.text);
  declare_procedures();
  declare_client();
  declare_server();
  out_.blank();
  out_.line("}  // namespace {}", space);
}

void VersionWriter::define() {
  const std::string space = names_.of(program_) + "::" + names_.of(version_);
  out_.blank();
  out_.line("namespace {} {", space);
  for (const Procedure& procedure : version_.procedures) define_client(procedure);
  define_handlers();
  define_dispatch();
  out_.blank();
  out_.line("}  // namespace {}", space);
}

void VersionWriter::declare_procedures() {
  out_.blank();
  out_.line("// What errors and traces say of a call, and a server is told of (onc::rpc::ServiceOptions).");
  out_.line("namespace procedures {");
  for (const Procedure& procedure : version_.procedures)
    out_.line("inline constexpr onc::rpc::Procedure {}{program, {}, \"{}\"};", names_.of(procedure),
              number(procedure.number), procedure.name.text);
  out_.line("}  // namespace procedures");
}

std::string VersionWriter::number(const Value& value) const {
  return value.constant ? types_.of(*value.constant) : literal(value);
}

std::string VersionWriter::client_parameters(const Procedure& procedure, bool named) const {
  const std::vector<std::string> names = argument_names(procedure);
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Declaration& declaration = procedure.arguments[i];
    const std::string type = types_.of(declaration);
    text += (i == 0 ? "" : ", ") + (is_scalar(declaration) ? type : "const " + type + "&");
    if (named || has_name(declaration)) text += " " + names[i];
  }
  return text;
}

std::string VersionWriter::server_parameters(const Procedure& procedure) const {
  const std::vector<std::string> names = argument_names(procedure);
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Declaration& declaration = procedure.arguments[i];
    text += types_.of(declaration) + (has_name(declaration) ? " " + names[i] : "") + ", ";
  }
  return text + "const onc::rpc::Caller&";
}

bool VersionWriter::is_free(const std::string& name) const {
  return names_.local(name) == name && !types_.hides(name) && !locals_.all.contains(name);
}

// The .x's; or as the type, where that is a name of its own and free.
std::vector<std::string> VersionWriter::argument_names(const Procedure& procedure) const {
  std::unordered_map<std::string, std::size_t> uses;
  for (const Declaration& argument : procedure.arguments) ++uses[name_by_type(argument)];
  std::vector<std::string> names;
  for (const Declaration& argument : procedure.arguments) {
    const std::string number = names.empty() ? "" : std::to_string(names.size() + 1);
    const std::string by_type = name_by_type(argument);
    if (has_name(argument))
      names.push_back(given_name(argument));
    else if (!by_type.empty() && uses[by_type] == 1 && is_free(by_type))
      names.push_back(by_type);
    else
      names.push_back(names_.local("argument" + number));
  }
  return names;
}

std::string VersionWriter::given_name(const Declaration& argument) const {
  std::string name = names_.local(argument.name.text);
  while (!is_free(name)) name = names_.local(name + "_");
  return name;
}

bool VersionWriter::has_results() const {
  return std::any_of(version_.procedures.begin(), version_.procedures.end(),
                     [](const Procedure& procedure) { return !procedure.result.is_void(); });
}

}  // namespace idlc::cpp
