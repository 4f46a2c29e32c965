# What --skeleton writes must compile without a warning, for every program of good/ and some files without one, and run.
function(onc_skeleton name)
  set(file ${good}/${name}.x)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/skeletons/${name})
  file(STRINGS ${file} options LIMIT_COUNT 1 REGEX "^// options: ")
  string(REPLACE "// options: " "" options "${options}")
  separate_arguments(options)
  set(programs example)
  if(EXISTS ${file}.async.h)
    set(programs server client)
  endif()
  list(TRANSFORM programs REPLACE "(.+)" "${out}/\\1.cc" OUTPUT_VARIABLE sources)
  add_custom_command(OUTPUT ${sources}
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${out}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${out}
    COMMAND onc::idlc --skeleton ${options} -I ${good} -o ${out} ${file}
    DEPENDS ${file} $<TARGET_FILE:onc::idlc>
    VERBATIM)
  foreach(program IN LISTS programs)
    add_executable(skeleton_${name}_${program} ${out}/${program}.cc)
    target_link_libraries(skeleton_${name}_${program} PRIVATE idlc_goldens onc onc_compile)
    set_target_properties(skeleton_${name}_${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${out})
  endforeach()
  if(EXISTS ${file}.async.h)
    add_test(NAME skeleton.${name}
      COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/skeleton_runs.py
        $<TARGET_FILE:skeleton_${name}_server> $<TARGET_FILE:skeleton_${name}_client>)
  else()
    add_test(NAME skeleton.${name} COMMAND skeleton_${name}_example)
  endif()
  set_tests_properties(skeleton.${name} PROPERTIES TIMEOUT 60)
endfunction()

find_package(Python3 REQUIRED COMPONENTS Interpreter)
file(GLOB with_programs CONFIGURE_DEPENDS ${good}/*.x.async.h)
foreach(file IN LISTS with_programs)
  cmake_path(GET file STEM LAST_ONLY name)
  cmake_path(GET name STEM name)
  cmake_path(GET name STEM name)
  onc_skeleton(${name})
endforeach()
foreach(name recursive union_enum constants)
  onc_skeleton(${name})
endforeach()
