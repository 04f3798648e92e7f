# Headers that many files include, parsed once for all of them, as they cost more than most files themselves. Three sets, each
# with what stands below it, and each once more with GoogleTest:
#   base       the library's and `base`, which every room uses
#   blueprint  what a platform compiles to: for the rooms that read or write it
#   platform   everything that is known of a compiled platform: for the rooms above
set(TENANTRY_PRECOMPILED_base
    <algorithm> <array> <charconv> <chrono> <cstdint> <filesystem> <map> <optional> <set> <span> <string> <string_view>
    <utility> <variant> <vector> <fmt/format.h> <tenantry/base/diagnostic.hpp> <tenantry/base/json_text.hpp>
    <tenantry/base/text.hpp>)
set(TENANTRY_PRECOMPILED_blueprint ${TENANTRY_PRECOMPILED_base} <tenantry/blueprint/blueprint.hpp>)
set(TENANTRY_PRECOMPILED_platform ${TENANTRY_PRECOMPILED_blueprint} <tenantry/compile/plan.hpp>)

# `room`: whose include folders the headers need. Not linked, as the room itself uses them.
function(tenantry_precompiled set room)
    set(kinds "")
    if(TENANTRY_TESTS)
        set(kinds _test)
    endif()
    foreach(kind "" ${kinds})
        set(name tenantry_${set}${kind}_headers)
        file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp CONTENT "")
        add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
        target_precompile_headers(${name} PRIVATE ${TENANTRY_PRECOMPILED_${set}})
        target_link_libraries(${name} PRIVATE fmt::fmt)
        target_include_directories(${name} PRIVATE $<TARGET_PROPERTY:${room},INTERFACE_INCLUDE_DIRECTORIES>)
        if(kind)
            target_precompile_headers(${name} PRIVATE <gtest/gtest.h>)
            target_link_libraries(${name} PRIVATE GTest::gtest)
            tenantry_test_options(${name})
        endif()
        set_property(GLOBAL APPEND PROPERTY TENANTRY_PRECOMPILED_TARGETS ${name})
    endforeach()
endfunction()

if(TENANTRY_PRECOMPILED)
    tenantry_precompiled(base tenantry_base)
    tenantry_precompiled(blueprint tenantry_blueprint)
    tenantry_precompiled(platform tenantry_compile)
    get_property(targets GLOBAL PROPERTY TENANTRY_PRECOMPILED_TARGETS)
    add_custom_target(tenantry_precompiled_headers DEPENDS ${targets})
endif()

# `set`: base, blueprint, platform, or the same with `_test`.
function(tenantry_use_precompiled target set)
    if(TARGET tenantry_${set}_headers)
        target_precompile_headers(${target} REUSE_FROM tenantry_${set}_headers)
    endif()
endfunction()
