# onc_generate(TARGET target FILES a.x b.x
#              [ASYNC] [NAMESPACE ns] [INCLUDE_DIRECTORIES dir...] [OPTIONS option...])
#
# Compiles each .x with idlc and adds the C++ to the target, as #include "a.x.h". It is compiled again when the .x or
# one that it includes has changed. ASYNC adds a.x.async.h and its code: each .x must have a program then, and the
# target link onc::async; without it, that header is an error that says so. INCLUDE_DIRECTORIES are where #include
# looks besides the .x's own directory; OPTIONS go to idlc as they stand.
function(onc_generate)
  cmake_parse_arguments(PARSE_ARGV 0 arg "ASYNC" "TARGET;NAMESPACE" "FILES;INCLUDE_DIRECTORIES;OPTIONS")
  _onc_check_arguments()
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET}.x)
  file(MAKE_DIRECTORY ${out})
  file(CONFIGURE OUTPUT ${out}/not_async.h @ONLY CONTENT
    "#error \"its code is not there: say ASYNC in onc_generate(TARGET @arg_TARGET@ ...), and link onc::async\"\n")
  set(options ${arg_OPTIONS})
  if(arg_NAMESPACE)
    list(APPEND options --namespace ${arg_NAMESPACE})
  endif()
  foreach(directory IN LISTS arg_INCLUDE_DIRECTORIES)
    cmake_path(ABSOLUTE_PATH directory NORMALIZE)
    list(APPEND options -I ${directory})
  endforeach()
  foreach(file IN LISTS arg_FILES)
    cmake_path(ABSOLUTE_PATH file NORMALIZE)
    cmake_path(GET file FILENAME name)
    set(written ${out}/${name}.h ${out}/${name}.cc ${out}/${name}.print.cc)
    set(instead)
    if(arg_ASYNC)
      list(APPEND written ${out}/${name}.async.h ${out}/${name}.async.cc)
    else()
      # idlc writes them all the same; without their code the linker would tell of what is missing, and not why.
      set(instead COMMAND ${CMAKE_COMMAND} -E copy ${out}/not_async.h ${out}/${name}.async.h)
    endif()
    add_custom_command(
      OUTPUT ${written}
      COMMAND onc::idlc -o ${out} --depfile ${out}/${name}.d ${options} ${file}
      ${instead}
      DEPENDS ${file} $<TARGET_FILE:onc::idlc>
      DEPFILE ${out}/${name}.d
      COMMENT "idlc ${name}"
      VERBATIM)
    # Arms of unions alternate: a jump through a table is guessed wrong more often than a few comparisons are, and
    # processors fetch code in blocks of 32 bytes, which its short functions had better not straddle.
    set_property(SOURCE ${out}/${name}.cc APPEND PROPERTY COMPILE_OPTIONS -fno-jump-tables -falign-functions=32)
    target_sources(${arg_TARGET} PRIVATE ${written})
  endforeach()
  target_include_directories(${arg_TARGET} PUBLIC $<BUILD_INTERFACE:${out}>)
  target_compile_definitions(${arg_TARGET} PRIVATE ONC_CALLS_ARE_PRINTED)
endfunction()

# A macro, for the arguments are its caller's.
macro(_onc_check_arguments)
  if(arg_UNPARSED_ARGUMENTS)
    list(JOIN arg_UNPARSED_ARGUMENTS " " strangers)
    message(FATAL_ERROR "onc_generate: what is '${strangers}'? It takes TARGET, FILES, ASYNC, NAMESPACE, "
      "INCLUDE_DIRECTORIES and OPTIONS.")
  endif()
  foreach(keyword TARGET FILES)
    if(NOT arg_${keyword})
      message(FATAL_ERROR "onc_generate: ${keyword} is missing, as in onc_generate(TARGET server FILES a.x).")
    endif()
  endforeach()
  if(NOT TARGET ${arg_TARGET})
    message(FATAL_ERROR "onc_generate: there is no target '${arg_TARGET}'; add_executable or add_library comes first.")
  endif()
  # What a custom command writes is known in its own directory only.
  get_target_property(home ${arg_TARGET} SOURCE_DIR)
  if(NOT home STREQUAL CMAKE_CURRENT_SOURCE_DIR)
    message(FATAL_ERROR "onc_generate: target '${arg_TARGET}' is made in ${home}; call it there.")
  endif()
  foreach(file IN LISTS arg_FILES)
    cmake_path(ABSOLUTE_PATH file NORMALIZE)
    get_source_file_property(is_generated ${file} GENERATED)
    if(NOT is_generated AND NOT EXISTS ${file})
      cmake_path(GET file FILENAME name)
      if(name MATCHES "^[A-Z_]+$")
        message(FATAL_ERROR "onc_generate: unknown option '${name}'; it knows TARGET, FILES, ASYNC, NAMESPACE, "
          "INCLUDE_DIRECTORIES and OPTIONS.")
      endif()
      message(FATAL_ERROR "onc_generate: there is no file ${file}.")
    endif()
  endforeach()
endmacro()
