// What client and server have in common: how a version's procedures look.
#pragma once

#include "codec.h"

namespace idlc::cpp {

// What the locals and parameters of clients and servers are called.
struct Locals {
  explicit Locals(const Names& names);

  std::string in;
  std::string out;
  std::string reply;
  std::string procedure;
  std::string arguments;
  std::string results;
  std::string caller;
  std::string server;
  Scope all;
};

// What its classes and namespaces hide of the names around them. One scope for all its versions: with thousands of
// them, one for each would be millions of names.
Scope names_in(const Program& program, const Names& names);

// One version of a program, as code within its namespace sees it.
class VersionWriter {
 public:
  VersionWriter(Printer& out, const Definition& program, const Version& version, const Types& types);

  // files.x.h
  void declare();
  // files.x.cc
  void define();
  // files.x.print.cc
  void define_prints();
  // files.x.async.h
  void declare_async();
  // files.x.async.cc
  void define_async();

 private:
  void declare_client();
  void declare_server();
  void declare_procedures();
  void define_client(const Procedure& procedure);
  void write_arguments(const Procedure& procedure);
  void read_results(const Procedure& procedure);
  std::vector<std::string> encode_arguments(const Procedure& procedure, const std::string& stream) const;
  void define_handlers();
  void define_handler(const Procedure& procedure);
  // Writes what reads them into locals; returns what hands those on.
  std::string read_arguments(const Procedure& procedure);
  void read(const Declaration& declaration, const std::string& name, const std::string& stream,
            const std::string& place);
  void define_dispatch();
  bool has_procedure_zero() const;

  void define_prints_of(const std::string& part, void (VersionWriter::*define_one)(const Procedure&),
                        bool (*is_there)(const Procedure&));
  void define_argument_print(const Procedure& procedure);
  void define_result_print(const Procedure& procedure);
  void open_print(const Procedure& procedure);
  void define_print_table();

  void declare_async_client();
  void declare_async_server();
  void define_async_client(const Procedure& procedure);
  void define_async_dispatch();
  void write_async_results(const Procedure& procedure);
  std::string awaitable(const Procedure& procedure) const;
  std::string async_parameters(const Procedure& procedure, bool named) const;

  // A constant's name or a number.
  std::string number(const Value& value) const;
  // A method's result and parameters: "LookupReply", "const Name& name, std::uint32_t argument2".
  std::string result(const Procedure& procedure) const { return types_.of(procedure.result); }
  std::string client_parameters(const Procedure& procedure, bool named) const;
  std::string server_parameters(const Procedure& procedure) const;
  std::vector<std::string> argument_names(const Procedure& procedure) const;
  std::string given_name(const Declaration& argument) const;
  // What errors call an argument or result: "lookup(name)", or by its type where it has no name.
  static std::string place(const Procedure& procedure, const Declaration& declaration) {
    return procedure.name.text + "(" + (has_name(declaration) ? declaration.name.text : declaration.type.name) + ")";
  }
  bool is_free(const std::string& name) const;
  static bool has_name(const Declaration& argument) { return !argument.name.text.empty(); }
  bool has_results() const;

  Printer& out_;
  const Definition& program_;
  const Version& version_;
  const Names& names_;
  Locals locals_;
  const Types& types_;
  Codec codec_;
};

}  // namespace idlc::cpp
