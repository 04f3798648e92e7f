# A fuzz target: `tenantry_fuzz(yaml USES syntax)` builds fuzz_yaml from yaml.cpp beside it, in the asan preset only.
# `./dev all` runs every build/asan/bin/fuzz_* for a while, beginning with the inputs in corpus/yaml/ beside it.
function(tenantry_fuzz name)
    cmake_parse_arguments(FUZZ "" "" "USES" ${ARGN})
    if(NOT TENANTRY_FUZZ)
        return()
    endif()
    add_executable(fuzz_${name} ${name}.cpp)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    tenantry_arrows(fuzz_${name} PRIVATE ${FUZZ_USES})
endfunction()
