// How what --skeleton writes calls idlc again: with this run's options, and paths as seen from there.
#pragma once

#include "arguments.h"
#include "backends/skeleton/skeleton.h"
#include "frontend/source.h"

namespace idlc {

skeleton::Build build_of(const Arguments& arguments, const Sources& sources);

}  // namespace idlc
