// Walks over the declarations in a definition.
#pragma once

#include "ast.h"

namespace idlc {

template <class Visit>
void for_each_declaration(Definition& definition, Visit visit) {
  if (auto* type = definition.as<Struct>())
    for (Declaration& member : type->members) visit(member);
  if (auto* type = definition.as<Union>()) {
    visit(type->discriminant);
    for (Arm& arm : type->arms) visit(arm.declaration);
  }
  if (auto* type = definition.as<Typedef>()) visit(type->declaration);
  if (auto* program = definition.as<Program>())
    for (Version& version : program->versions)
      for (Procedure& procedure : version.procedures) {
        visit(procedure.result);
        for (Declaration& argument : procedure.arguments) visit(argument);
      }
}

}  // namespace idlc
