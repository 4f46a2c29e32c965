# onc_generate(TARGET t FILES a.x b.x [NAMESPACE ns] [OPTIONS ...])
#
# Compiles each .x with idlc and adds the C++ to target t, as #include "a.x.h". OPTIONS go to idlc as they stand.
function(onc_generate)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "TARGET;NAMESPACE" "FILES;OPTIONS")
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET}.x)
  file(MAKE_DIRECTORY ${out})
  set(options ${arg_OPTIONS})
  if(arg_NAMESPACE)
    list(APPEND options --namespace ${arg_NAMESPACE})
  endif()
  foreach(file IN LISTS arg_FILES)
    cmake_path(ABSOLUTE_PATH file NORMALIZE)
    cmake_path(GET file FILENAME name)
    add_custom_command(
      OUTPUT ${out}/${name}.h ${out}/${name}.cc ${out}/${name}.print.cc
      COMMAND idlc -o ${out} ${options} ${file}
      DEPENDS ${file} idlc
      COMMENT "idlc ${name}"
      VERBATIM)
    target_sources(${arg_TARGET} PRIVATE ${out}/${name}.h ${out}/${name}.cc ${out}/${name}.print.cc)
  endforeach()
  target_include_directories(${arg_TARGET} PUBLIC $<BUILD_INTERFACE:${out}>)
endfunction()
