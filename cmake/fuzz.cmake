# A fuzz target: `tenantry_fuzz(yaml USES syntax)` builds fuzz_yaml from yaml.cpp beside it, in the asan preset only. It is
# a ctest with the label `fuzz`, and begins with the inputs in corpus/yaml/ beside it.
function(tenantry_fuzz name)
    cmake_parse_arguments(FUZZ "" "" "USES" ${ARGN})
    if(NOT TENANTRY_FUZZ)
        return()
    endif()
    add_executable(fuzz_${name} ${name}.cpp)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    tenantry_arrows(fuzz_${name} PRIVATE ${FUZZ_USES})
    add_test(NAME fuzz_${name} COMMAND ${CMAKE_SOURCE_DIR}/tests/support/fuzz $<TARGET_FILE:fuzz_${name}>
                                       ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
    set_tests_properties(fuzz_${name} PROPERTIES LABELS fuzz TIMEOUT 7200)
endfunction()
