// glue -o DIR [-I DIR] [-D NAME=TEXT] [--extern-type NAME=ns::NAME] [--before FILE.x] FILE.x
//
// Writes into DIR, for yp.x: yp_whole.x, which holds each of its types and is to be compiled by idlc too; and
// yp_ours.cc and yp_theirs.c, which know what idlc and rpcgen make of them. --before: a .x with what FILE.x takes from
// elsewhere.
#include "glue.h"

#include "frontend/visit.h"

#include <CLI/CLI.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace differential {

void not_known(const idlc::Declaration& declaration) {
  throw std::runtime_error("'" + declaration.name.text + "' is of a type that glue does not know yet");
}

namespace {

bool is_type(const idlc::Definition& definition) {
  return definition.as<idlc::Enum>() || definition.as<idlc::Struct>() || definition.as<idlc::Union>() ||
         definition.as<idlc::Typedef>();
}

bool is_of(const idlc::Spec& spec, const std::string& file, const idlc::Definition& definition) {
  return is_type(definition) && spec.units[definition.unit].name == file;
}

// Adds a type and what it consists of.
void add(const idlc::Definition& type, std::set<std::string>& seen, std::vector<const idlc::Definition*>& types) {
  if (!is_type(type) || !seen.insert(type.name.text).second) return;
  types.push_back(&type);
  // The walk can also change what it passes; this one does not.
  idlc::for_each_declaration(const_cast<idlc::Definition&>(type), [&](const idlc::Declaration& declaration) {
    if (declaration.type.definition) add(*declaration.type.definition, seen, types);
  });
}

}  // namespace

std::vector<const idlc::Definition*> described(const idlc::Spec& spec, const WholeFile& whole) {
  std::set<std::string> seen;
  std::vector<const idlc::Definition*> types;
  for (const auto& definition : spec.definitions)
    if (is_of(spec, whole.file, *definition)) add(*definition, seen, types);
  return types;
}

namespace {

struct Arguments {
  std::string file;
  std::string directory;
  std::string before;
  idlc::Options reading;
};

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw std::system_error(errno, std::generic_category(), path);
  return text.str();
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream out(path);
  if (!(out << text).flush()) throw std::runtime_error(path + " cannot be written");
}

idlc::Spec parse(const std::string& name, const std::string& text, const idlc::Options& options) {
  idlc::Sources sources;
  sources.add_unit(name, idlc::Source(name, text));
  idlc::Diagnostics diagnostics;
  idlc::Spec spec = idlc::parse(sources, options, diagnostics);
  diagnostics.print(std::cerr, sources);
  if (!diagnostics.empty()) throw std::runtime_error(name + " cannot be compiled");
  return spec;
}

std::vector<Whole> types_of(const std::string& file, const idlc::Spec& spec) {
  std::vector<Whole> types;
  for (const auto& definition : spec.definitions) {
    const auto* type = definition->as<idlc::Struct>();
    if (is_of(spec, file, *definition)) types.push_back({definition->name.text, type && type->list});
  }
  return types;
}

void run(const Arguments& arguments) {
  const std::filesystem::path path = arguments.file;
  const std::string file = path.filename();
  const std::string stem = path.stem();
  std::string text;
  for (const std::string& name : {arguments.before, file})
    if (!name.empty()) text += "#include \"" + name + "\"\n";

  WholeFile whole{stem + "_whole.x", stem + "_whole", {}};
  whole.types = types_of(file, parse(whole.file, text, arguments.reading));
  for (const Whole& type : whole.types)
    text += "struct " + type.holder() + " { " + type.name + (type.list ? " *" : " ") + "value; };\n";

  const idlc::Spec spec = parse(whole.file, text, arguments.reading);
  const std::string place = std::filesystem::path(arguments.directory) / stem;
  write_file(place + "_whole.x", text);
  write_file(place + "_ours.cc", ours(spec, whole));
  write_file(place + "_theirs.c", theirs(spec, whole, stem + ".h"));
}

Arguments parse_arguments(int argc, char** argv) {
  Arguments arguments;
  std::vector<std::string> definitions;
  std::vector<std::string> extern_types;
  CLI::App app("Writes the glue of the differential test.", "glue");
  app.add_option("FILE.x", arguments.file)->required();
  app.add_option("-o", arguments.directory)->required();
  app.add_option("-I", arguments.reading.directories)->allow_extra_args(false);
  app.add_option("-D", definitions)->allow_extra_args(false);
  app.add_option("--extern-type", extern_types)->allow_extra_args(false);
  app.add_option("--before", arguments.before);
  app.parse(argc, argv);
  const auto add = [](const std::vector<std::string>& texts, std::map<std::string, std::string>& map) {
    for (const std::string& text : texts) map[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
  };
  add(definitions, arguments.reading.definitions);
  add(extern_types, arguments.reading.extern_types);
  arguments.reading.read = read_file;
  return arguments;
}

}  // namespace
}  // namespace differential

int main(int argc, char** argv) try {
  differential::run(differential::parse_arguments(argc, argv));
} catch (const std::exception& error) {
  std::cerr << "glue: " << error.what() << '\n';
  return 1;
}
