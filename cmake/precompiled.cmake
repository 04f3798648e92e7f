# Headers that nearly every file includes, parsed once: a good quarter of what a build from nothing costs, and more of what
# clang-tidy does. Of ours only `base`, which every room uses.
function(tenantry_precompiled name)
    file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp CONTENT "")
    add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    target_precompile_headers(
        ${name} PRIVATE <algorithm> <array> <charconv> <chrono> <cstdint> <filesystem> <map> <optional> <set> <span> <string>
                        <string_view> <utility> <variant> <vector> <fmt/format.h> <tenantry/base/diagnostic.hpp>
                        <tenantry/base/json_text.hpp> <tenantry/base/text.hpp> ${ARGN})
    target_link_libraries(${name} PRIVATE fmt::fmt)
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src/base/base/include)
endfunction()

if(TENANTRY_PRECOMPILED)
    tenantry_precompiled(tenantry_common_headers)
    if(TENANTRY_TESTS)
        tenantry_precompiled(tenantry_test_headers <gtest/gtest.h>)
        target_link_libraries(tenantry_test_headers PRIVATE GTest::gtest)
    endif()
endif()

function(tenantry_use_precompiled target headers)
    if(TARGET ${headers})
        target_precompile_headers(${target} REUSE_FROM ${headers})
    endif()
endfunction()
