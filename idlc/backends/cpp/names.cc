#include "names.h"

#include "reserved.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace idlc::cpp {
namespace {

// Gives each name of one scope its C++ name. No name of the .x may lose to another's _.
class Assignment {
 public:
  explicit Assignment(Scope reserved) : reserved_(std::move(reserved)) {}

  void expect(const std::string& name) { expected_.insert(name); }

  std::string assign(const std::string& name) {
    std::string result = name;
    while (reserved_.contains(result) || is_reserved(result) || (result != name && expected_.contains(result)))
      result += '_';
    expected_.insert(result);
    return result;
  }

 private:
  Scope reserved_;
  Scope expected_;
};

// The structs of a chain say with it which member links them.
const std::string linked_by = "linked_by";

// Functions and namespaces that generated code calls by their names, and what a struct would hide.
const Scope in_namespace{"encode", "decode", "print", "std", "onc", "asio", linked_by};

// What every struct and union has.
const Scope in_class{"encode", "decode", "print"};

// What a Client or Server has, is or calls: no procedure may take it.
const Scope in_program{"call",           "begin_call",  "end_call",   "end_void_call", "call_options", "dispatch",
                       "program",        "set_timeout", "flush",      "within",        "until",        "as",
                       "one_way",        "ClientFor",   "Adjustable", "encode",        "decode",       "Client",
                       "set_credential", "Server",      "handlers",   "AsyncClient",   "AsyncServer",  "AsyncClientFor",
                       "procedures",     "onc",         "std",        "asio",          "call_prints",  "print_arguments",
                       "print_results"};

// files.x: files. A C++ name whatever the file's is.
std::string space_of(const std::string& file) {
  std::string stem = file.substr(0, file.find('.'));
  for (char& c : stem)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  if (stem.empty() || std::isdigit(static_cast<unsigned char>(stem.front()))) stem.insert(0, "x");
  while (is_reserved(stem) || is_global(stem)) stem += '_';
  return stem;
}

const Scope libraries{"std", "onc", "asio"};

// A namespace of the .x; the outermost stands where C and POSIX declare theirs.
std::string part_of_space(std::string name, bool outermost) {
  while (is_reserved(name) || libraries.contains(name) || (outermost && is_global(name))) name += '_';
  return name;
}

// Of a struct's members.
Scope taken_in(const Definition& structure) {
  Scope names = in_class;
  if (link_of_chain(structure)) names.insert(linked_by);
  return names;
}

// Arms that would give their union a member function it has already, or one of its own name, as only constructors
// have: the arm itself, or the with_arm that makes it.
Scope taken_in(const std::string& type) {
  const std::string maker = "with_";
  Scope names = in_class;
  names.insert(type);
  if (type.starts_with(maker)) names.insert(type.substr(maker.size()));
  return names;
}

bool is_name(const std::string& text) { return is_identifier(text) && !is_reserved(text); }

}  // namespace

bool is_identifier(const std::string& text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front()))) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; });
}

bool is_type_name(const std::string& text) {
  std::string_view rest = text;
  if (rest.starts_with("::")) rest.remove_prefix(2);
  while (true) {
    const std::size_t end = rest.find("::");
    if (!is_identifier(std::string(rest.substr(0, end)))) return false;
    if (end == std::string_view::npos) return true;
    rest.remove_prefix(end + 2);
  }
}

bool is_namespace(const std::string& text) {
  const std::string first = text.substr(0, text.find("::"));
  if (!is_name(first) || first == "std") return false;
  if (is_global(first) && !libraries.contains(first)) return false;
  for (std::string rest = text.substr(first.size()); !rest.empty();) {
    rest.erase(0, 2);
    const std::string next = rest.substr(0, rest.find("::"));
    // a::onc would hide the onc that generated code means.
    if (!is_name(next) || libraries.contains(next)) return false;
    rest.erase(0, next.size());
  }
  return true;
}

const Scope& names_in_classes() {
  static const Scope names = [] {
    Scope all{"State",   "state_",       "begin",    "exchange", "undecodable",
              "Service", "AsyncService", "program_", "close",    "refuse_one_way"};
    all.insert(in_program.begin(), in_program.end());
    return all;
  }();
  return names;
}

std::string free_name(std::string name, const Scope& taken) {
  while (is_reserved(name) || taken.contains(name)) name += '_';
  return name;
}

Names::Names(const Spec& spec, const Options& options) : nested_(!options.space.empty()) {
  for (const Unit& unit : spec.units) {
    const auto own = options.spaces.find(unit.name);
    const std::string common = nested_ ? options.space : cpp::space_of(unit.name);
    spaces_.push_back(own == options.spaces.end() ? common : own->second);
  }
  name_definitions(spec);
  for (const auto& definition : spec.definitions) {
    name_members(*definition);
    if (const Program* program = definition->as<Program>()) name_program(*program);
  }
}

std::string Names::space_of(const Definition& definition) const {
  const std::string& file = spaces_[definition.unit];
  if (definition.space.empty()) return file;
  std::string own;
  for (std::string_view rest = definition.space; !rest.empty();) {
    const std::size_t end = std::min(rest.find("::"), rest.size());
    const bool outermost = own.empty() && !nested_;
    own += (own.empty() ? "" : "::") + part_of_space(std::string(rest.substr(0, end)), outermost);
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return nested_ ? file + "::" + own : own;
}

// Each file by itself: its names are the same whoever includes it.
void Names::name_definitions(const Spec& spec) {
  Scope reserved = in_namespace;
  for (const auto& definition : spec.definitions)
    if (definition->as<Enum>())
      reserved.insert({"print_" + definition->name.text, "values_of_" + definition->name.text});
  std::map<std::pair<std::uint32_t, std::string>, Assignment> spaces;
  const auto in_space = [&](const Definition& definition) -> Assignment& {
    return spaces.try_emplace({definition.unit, definition.space}, reserved).first->second;
  };
  for (const auto& definition : spec.definitions) in_space(*definition).expect(definition->name.text);
  for (const auto& definition : spec.definitions) {
    if (definition->name.text.empty()) continue;
    const External* external = definition->as<External>();
    names_[definition.get()] = external ? external->name : in_space(*definition).assign(definition->name.text);
    if (!external) definitions_.insert(names_[definition.get()]);
  }
}

void Names::name_members(const Definition& definition) {
  const auto assign = [&](Assignment names, const auto& each) {
    each([&](const auto& node) { names.expect(node.name.text); });
    each([&](const auto& node) { names_[&node] = names.assign(node.name.text); });
  };
  if (const Enum* type = definition.as<Enum>()) {
    assign(Assignment({}), [&](auto visit) {
      for (const Enumerator& enumerator : type->enumerators) visit(enumerator);
    });
    for (const Enumerator& each : type->enumerators)
      numbered_.emplace(std::tuple(&definition, each.number->magnitude, each.number->negative), &each);
  }
  if (const Struct* type = definition.as<Struct>())
    assign(Assignment(taken_in(definition)), [&](auto visit) {
      for (const Declaration& member : type->members) visit(member);
    });
  if (const Union* type = definition.as<Union>()) {
    Scope taken = taken_in(of(definition));
    Assignment discriminant(taken);
    for (const Arm& arm : type->arms) discriminant.expect(arm.declaration.name.text);
    names_[&type->discriminant] = discriminant.assign(type->discriminant.name.text);
    taken.insert(of(type->discriminant));  // an arm may have its name, as in RFC 5531 §9
    assign(Assignment(std::move(taken)), [&](auto visit) {
      for (const Arm& arm : type->arms)
        if (!arm.declaration.is_void()) visit(arm.declaration);
    });
  }
}

void Names::name_program(const Program& program) {
  Assignment versions(names_in_classes());  // Server says v1::program
  for (const Version& version : program.versions) versions.expect(version.name.text);
  for (const Version& version : program.versions) {
    names_[&version] = versions.assign(version.name.text);
    Scope reserved = in_program;
    reserved.insert(names_[&version]);
    Assignment procedures(std::move(reserved));
    for (const Procedure& procedure : version.procedures) procedures.expect(procedure.name.text);
    for (const Procedure& procedure : version.procedures) {
      names_[&procedure] = procedures.assign(procedure.name.text);
      procedures_.insert(names_[&procedure]);
    }
  }
}

const Enumerator* Names::enumerator(const Definition& type, const Number& number) const {
  const auto found = numbered_.find({&type, number.magnitude, number.negative});
  return found == numbered_.end() ? nullptr : found->second;
}

std::string Names::of(const Definition& definition, const Scope& hidden) const {
  const std::string& name = of(definition);
  if (definition.as<External>()) return name;
  if (!hidden.contains(name)) return space_before(definition) + name;
  return qualifier(space_of(definition), hidden) + name;
}

std::string Names::values_of(const Definition& type, const Scope& hidden) const {
  const std::string name = "values_of_" + type.name.text;
  return (hidden.contains(name) ? qualifier(space_of(type), hidden) : space_before(type)) + name;
}

std::string Names::space_before(const Definition& definition) const {
  const std::string space = space_of(definition);
  return space == here_ ? "" : qualifier(space, {});
}

// "a::b::", or "::a::b::" where a is something else too: in c::a, or a name of the .x.
std::string Names::qualifier(const std::string& space, const Scope& hidden) const {
  const std::string first = space.substr(0, space.find(':'));
  const bool nested = ("::" + here_ + "::").find("::" + first + "::", 1) != std::string::npos;
  const bool ambiguous = nested || hidden.contains(first) || definitions_.contains(first);
  return (ambiguous ? "::" : "") + space + "::";
}

std::string Names::local(const std::string& name) const {
  std::string result = name;
  while (is_reserved(result) || is_variable_of_c(result) || definitions_.contains(result) ||
         procedures_.contains(result))
    result += '_';
  return result;
}

}  // namespace idlc::cpp
