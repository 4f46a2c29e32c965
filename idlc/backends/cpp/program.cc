#include "program.h"

#include "comments.h"

#include <algorithm>
#include <cctype>

namespace idlc::cpp {
namespace {

Scope names_around(const Definition& program, const Version& version, const Names& names) {
  Scope hidden = names_in_classes();
  for (const Version& each : program.as<Program>()->versions) hidden.insert(names.of(each));
  for (const Procedure& procedure : version.procedures) hidden.insert(names.of(procedure));
  return hidden;
}

}  // namespace

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

VersionWriter::VersionWriter(Printer& out, const Definition& program, const Version& version, const Names& names)
    : out_(out),
      program_(program),
      version_(version),
      names_(names),
      hidden_(names_around(program, version, names)),
      locals_(names),
      types_(names, hidden_),
      codec_(types_) {}

void VersionWriter::declare() {
  const std::string space = names_.of(program_) + "::" + names_.of(version_);
  out_.blank();
  if (&version_ == &program_.as<Program>()->versions.front()) write_above(out_, program_.comments);
  write_above(out_, version_.comments);
  out_.line("namespace {} {", space);
  out_.blank();
  out_.line("inline constexpr onc::rpc::Program program{{}, {}, \"{}\", \"{}\"};",
            number(program_.as<Program>()->number), number(version_.number), program_.name.text, version_.name.text);
  declare_client();
  declare_server();
  out_.blank();
  out_.line("}  // namespace {}", space);
}

void VersionWriter::define() {
  const std::string space = names_.of(program_) + "::" + names_.of(version_);
  out_.blank();
  out_.line("namespace {} {", space);
  define_procedures();
  for (const Procedure& procedure : version_.procedures) define_client(procedure);
  define_handlers();
  define_dispatch();
  out_.blank();
  out_.line("}  // namespace {}", space);
}

void VersionWriter::define_procedures() {
  out_.blank();
  out_.line("// Number and name: what errors and traces say of a call.");
  out_.line("namespace procedures {");
  for (const Procedure& procedure : version_.procedures)
    out_.line("constexpr onc::rpc::Procedure {}{program, {}, \"{}\"};", names_.of(procedure), number(procedure.number),
              procedure.name.text);
  out_.line("}  // namespace procedures");
}

std::string VersionWriter::number(const Value& value) const {
  return value.constant ? types_.of(*value.constant) : literal(value);
}

std::string VersionWriter::client_parameters(const Procedure& procedure, bool named) const {
  std::string text;
  for (std::size_t i = 0; i < procedure.arguments.size(); ++i) {
    const Declaration& declaration = procedure.arguments[i];
    const std::string type = types_.of(declaration);
    text += (i == 0 ? "" : ", ") + (is_scalar(declaration) ? type : "const " + type + "&");
    if (named || has_name(declaration)) text += " " + argument(procedure, i);
  }
  return text;
}

std::string VersionWriter::server_parameters(const Procedure& procedure) const {
  std::string text;
  for (std::size_t i = 0; i < procedure.arguments.size(); ++i) {
    const Declaration& declaration = procedure.arguments[i];
    text += types_.of(declaration) + (has_name(declaration) ? " " + argument(procedure, i) : "") + ", ";
  }
  return text + "const onc::rpc::Caller&";
}

bool VersionWriter::is_free(const std::string& name) const {
  return names_.local(name) == name && !hidden_.contains(name) && !locals_.all.contains(name);
}

// The .x's; or as the type, with a small letter, where that is a name of its own and free.
std::string VersionWriter::argument(const Procedure& procedure, std::size_t index) const {
  const auto candidate = [](const Declaration& declaration) {
    std::string name = declaration.type.name;
    if (!name.empty()) name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
    return name == declaration.type.name ? std::string() : name;
  };
  const auto& arguments = procedure.arguments;
  if (has_name(arguments[index])) {
    std::string given = names_.local(arguments[index].name.text);
    while (!is_free(given)) given = names_.local(given + "_");
    return given;
  }
  const std::string name = candidate(arguments[index]);
  const auto same = std::count_if(arguments.begin(), arguments.end(),
                                  [&](const Declaration& other) { return candidate(other) == name; });
  if (!name.empty() && same == 1 && is_free(name)) return name;
  return names_.local(index == 0 ? "argument" : "argument" + std::to_string(index + 1));
}

bool VersionWriter::has_results() const {
  return std::any_of(version_.procedures.begin(), version_.procedures.end(),
                     [](const Procedure& procedure) { return !procedure.result.is_void(); });
}

}  // namespace idlc::cpp
