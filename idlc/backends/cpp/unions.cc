#include "comments.h"
#include "types.h"

#include <algorithm>
#include <set>

namespace idlc::cpp {
namespace {

std::string joined(const std::vector<std::string>& parts, const std::string& between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
  return text;
}

// A union's class, in the header and in the source file.
class UnionWriter {
 public:
  UnionWriter(Printer& out, const Definition& definition, const Names& names)
      : out_(out),
        definition_(definition),
        parts_(definition, names),
        type_(parts_.type),
        class_(parts_.name),
        discriminant_(parts_.discriminant),
        state_(parts_.state),
        arm_(parts_.arm),
        arms_(parts_.arms),
        types_(names, parts_.hidden) {
    switched_ = local(discriminant_);
    made_ = local("made");
  }

  void declaration() {
    write_above(out_, definition_.comments);
    out_.line("// switch ({} {})", type_.discriminant.type.definition ? type_.discriminant.type.name : switch_type(),
              type_.discriminant.name.text);
    out_.line("class {} {", class_);
    out_.indent();
    out_.label("public:");
    out_.line("{}() = default;", class_);
    if (has_void()) out_.line("{}{}({} {});  // {}", explicit_word(), class_, switch_type(), switched_, void_cases());
    for (const Arm& arm : type_.arms)
      if (has_value(arm))
        write_line(out_, arm.declaration.comments,
                   Printer::fill("static {} {}({});", class_, maker(arm), parameters(arm)), cases(arm));
    out_.blank();
    out_.line("{} {}() const { return {}; }", switch_type(), discriminant_, state_);
    for (const Arm& arm : type_.arms)
      if (has_value(arm)) accessors(arm);
    out_.blank();
    declare_members(out_);
    out_.line("bool operator==(const {}&) const = default;", class_);
    out_.blank();
    out_.label("private:");
    out_.line("{} {}{{}};", switch_type(), state_, first_label());
    if (has_values()) {
      out_.line("{} {}{std::in_place_index<{}>};", variant(), arm_, index(first_arm()));
      out_.line("static constexpr onc::xdr::ArmNames {}{\"{}\", {{}}};", arms_, definition_.name.text, arm_names());
    }
    out_.close("};");
  }

  void members() {
    if (has_void()) constructor();
    for (const Arm& arm : type_.arms)
      if (has_value(arm)) make(arm);
  }

 private:
  static bool has_value(const Arm& arm) { return UnionClass::has_value(arm); }
  bool has_void() const { return parts_.has_void(); }
  bool has_values() const { return parts_.has_values(); }
  const Arm* default_arm() const;
  bool fixed_label(const Arm& arm) const { return arm.labels.size() == 1 && !arm.default_label; }

  // A local of a member function, which hides none of our members, nor what was made before it.
  std::string local(const std::string& name) const {
    std::string free = types_.names().local(name);
    for (const std::string& taken : {state_, arm_, arms_, switched_, made_})
      if (free == taken) return local(free + "_");
    return free;
  }
  std::string switch_type() const { return types_.of(type_.discriminant.type); }
  std::string explicit_word() const { return resolve(type_.discriminant).type.definition ? "" : "explicit "; }
  std::string maker(const Arm& arm) const { return "with_" + name(arm); }
  const std::string& name(const Arm& arm) const { return types_.names().of(arm.declaration); }
  std::string argument(const Arm& arm) const { return local(name(arm)); }
  std::string parameters(const Arm& arm) const;
  std::string cases(const Arm& arm) const;
  std::string void_cases() const;
  std::vector<std::string> labels(bool of_values) const;
  std::string label(const Value& value) const { return cpp::label(types_, type_.discriminant, value); }
  std::string condition(const std::vector<std::string>& labels, bool equal) const;
  const Arm& first_arm() const;
  std::string first_label() const;
  std::string free_value() const;
  std::string variant() const;
  std::string arm_names() const;
  std::size_t index(const Arm& arm) const { return parts_.index(arm); }

  void accessors(const Arm& arm);
  void constructor();
  void make(const Arm& arm);
  void refuse(const std::string& condition, std::string_view code);
  void refuse_discriminant(const Arm& arm, const std::string& condition);

  Printer& out_;
  const Definition& definition_;
  const UnionClass parts_;
  const Union& type_;
  const std::string& class_;
  const std::string& discriminant_;
  const std::string& state_;  // the members
  const std::string& arm_;
  const std::string& arms_;
  Types types_;
  std::string switched_;  // the locals: the discriminant, and the value that with_ makes
  std::string made_;
};

const Arm* UnionWriter::default_arm() const {
  for (const Arm& arm : type_.arms)
    if (arm.default_label) return &arm;
  return nullptr;
}

std::string UnionWriter::parameters(const Arm& arm) const {
  const std::string value = types_.of(arm.declaration) + " " + argument(arm);
  return fixed_label(arm) ? value : switch_type() + " " + switched_ + ", " + value;
}

std::string UnionWriter::cases(const Arm& arm) const {
  std::vector<std::string> texts;
  for (const Value& label : arm.labels) texts.push_back("case " + label.text);
  if (arm.default_label) texts.push_back("default");
  return joined(texts, ", ");
}

std::string UnionWriter::void_cases() const {
  std::vector<std::string> texts;
  for (const Arm& arm : type_.arms)
    if (!has_value(arm)) texts.push_back(cases(arm));
  return joined(texts, ", ") + ": void";
}

std::vector<std::string> UnionWriter::labels(bool of_values) const {
  std::vector<std::string> texts;
  for (const Arm& arm : type_.arms)
    if (has_value(arm) == of_values && !arm.default_label)
      for (const Value& value : arm.labels) texts.push_back(label(value));
  return texts;
}

// a == 1 || a == 2; a != 1 && a != 2
std::string UnionWriter::condition(const std::vector<std::string>& labels, bool equal) const {
  std::vector<std::string> comparisons;
  for (const std::string& label : labels) comparisons.push_back(switched_ + (equal ? " == " : " != ") + label);
  return joined(comparisons, equal ? " || " : " && ");
}

// Not a default that comes first and has nothing left to stand for.
const Arm& UnionWriter::first_arm() const {
  const Arm& first = type_.arms.front();
  return first.labels.empty() && free_value().empty() ? type_.arms[1] : first;
}

// The first case; where there is only a default, the first value that the discriminant can have.
std::string UnionWriter::first_label() const {
  const Arm& first = first_arm();
  return first.labels.empty() ? free_value() : label(first.labels.front());
}

// A value that no case names, for the default arm.
std::string UnionWriter::free_value() const {
  std::set<std::string> taken;
  for (const Arm& arm : type_.arms)
    for (const Value& value : arm.labels) taken.insert(to_string(value.number));
  const auto named = [&](const Number& number) { return taken.contains(to_string(number)); };
  const Declaration& discriminant = resolve(type_.discriminant);
  if (const Definition* definition = discriminant.type.definition) {
    for (const Enumerator& enumerator : definition->as<Enum>()->enumerators)
      if (!named(*enumerator.number)) return types_.enumerator(*definition, *enumerator.number);
    return "";
  }
  Number number;
  while (named(number)) number = next(number);
  if (discriminant.type.primitive != Primitive::boolean) return to_string(number);
  return number.magnitude == 0 ? "false" : number.magnitude == 1 ? "true" : "";
}

std::string UnionWriter::variant() const {
  std::string text = has_void() ? "onc::xdr::Void" : "";
  for (const Arm& arm : type_.arms)
    if (has_value(arm)) text += (text.empty() ? "" : ", ") + types_.of(arm.declaration);
  return "std::variant<" + text + ">";
}

std::string UnionWriter::arm_names() const {
  std::string text = has_void() ? "\"void\"" : "";
  for (const Arm& arm : type_.arms)
    if (has_value(arm)) text += (text.empty() ? "\"" : ", \"") + arm.declaration.name.text + "\"";
  return text;
}

void UnionWriter::accessors(const Arm& arm) {
  const std::string type = types_.of(arm.declaration);
  const std::string held = Printer::fill("onc::xdr::held<{}>({}, {})", index(arm), arm_, arms_);
  out_.line("{}& {}() { return {}; }", type, name(arm), held);
  const std::string constant = is_scalar(arm.declaration) ? type : "const " + type + "&";
  out_.line("{} {}() const { return {}; }", constant, name(arm), held);
}

void UnionWriter::constructor() {
  const std::string arm = has_values() ? ", " + arm_ + "(std::in_place_index<0>)" : "";
  out_.blank();
  out_.open("{}::{}({} {}) : {}({}){}", class_, class_, switch_type(), switched_, state_, switched_, arm);
  const Arm* rest = default_arm();
  const bool rest_is_void = rest && !has_value(*rest);
  if (!labels(true).empty() && !(rest && has_value(*rest))) refuse(condition(labels(true), true), "arm_needs_value");
  if (!rest_is_void) refuse(condition(labels(false), false), rest ? "arm_needs_value" : "no_such_arm");
  out_.close();
}

void UnionWriter::make(const Arm& arm) {
  out_.blank();
  out_.open("{} {}::{}({})", class_, class_, maker(arm), parameters(arm));
  if (arm.default_label) {
    std::vector<std::string> others = labels(true);
    for (std::string& label : labels(false)) others.push_back(std::move(label));
    if (!others.empty()) refuse_discriminant(arm, condition(others, true));
  } else if (!fixed_label(arm)) {
    std::vector<std::string> own;
    for (const Value& value : arm.labels) own.push_back(label(value));
    refuse_discriminant(arm, condition(own, false));
  }
  const std::string value = argument(arm);
  out_.line("{} {};", class_, made_);
  out_.line("{}.{} = {};", made_, state_, fixed_label(arm) ? label(arm.labels.front()) : switched_);
  out_.line("{}.{}.emplace<{}>({});", made_, arm_, index(arm),
            is_scalar(arm.declaration) ? value : "std::move(" + value + ")");
  out_.line("return {};", made_);
  out_.close();
}

void UnionWriter::refuse(const std::string& condition, std::string_view code) {
  out_.line("if ({})", condition);
  out_.line("  throw onc::xdr::Error(onc::xdr::errc::{}, \"{}\");", code, class_);
}

void UnionWriter::refuse_discriminant(const Arm& arm, const std::string& condition) {
  out_.line("if ({})", condition);
  out_.line("  throw onc::xdr::wrong_discriminant(\"{}::{}\", {});", class_, maker(arm), switched_);
}

}  // namespace

UnionClass::UnionClass(const Definition& definition, const Names& names)
    : type(*definition.as<Union>()),
      name(names.of(definition)),
      discriminant(names.of(type.discriminant)),
      hidden{discriminant},
      has_void_(!std::all_of(type.arms.begin(), type.arms.end(), has_value)) {
  for (const Arm& each : type.arms) {
    if (!has_value(each)) continue;
    hidden.insert({names.of(each.declaration), "with_" + names.of(each.declaration)});
    indices_.emplace(&each, has_void_ + indices_.size());
  }
  // Two _ in a name are the compiler's.
  const bool taken = hidden.contains(discriminant + "_") || discriminant.ends_with('_');
  state = take(taken ? "switch_" : discriminant + "_");
  arm = take("arm_");
  arms = take("arms_");
}

// A member of ours, which no other may hide.
std::string UnionClass::take(const std::string& wanted) {
  const std::string free = free_name(wanted, hidden);
  hidden.insert(free);
  return free == name ? take(wanted) : free;
}

std::size_t UnionClass::index(const Arm& wanted) const {
  const auto found = indices_.find(&wanted);
  return found == indices_.end() ? 0 : found->second;
}

void write_union(Printer& out, const Definition& definition, const Names& names) {
  UnionWriter(out, definition, names).declaration();
}

void write_union_members(Printer& out, const Definition& definition, const Names& names) {
  UnionWriter(out, definition, names).members();
}

}  // namespace idlc::cpp
