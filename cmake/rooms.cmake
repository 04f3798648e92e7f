# A room: src/<floor>/<room>/ is one static library.
#   include/tenantry/<room>/*.hpp   public headers, the only ones that other rooms see
#   *.hpp, *.cpp                    private
#   *_test.cpp                      unit tests, one program a room, label `fast`
# USES are the arrows of the architecture: a room sees the headers of the rooms that it names and of what those
# name publicly; PRIVATE ones are not passed on. Any other include does not compile. HEADERS names the set that is precompiled
# (cmake/precompiled.cmake).
function(tenantry_room name)
    cmake_parse_arguments(ROOM "" "HEADERS" "USES;PRIVATE" ${ARGN})
    if(NOT ROOM_HEADERS)
        set(ROOM_HEADERS base)
    endif()
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    set(tests ${sources})
    list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
    list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

    set(target tenantry_${name})
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    tenantry_use_precompiled(${target} ${ROOM_HEADERS})
    tenantry_arrows(${target} PUBLIC ${ROOM_USES})
    tenantry_arrows(${target} PRIVATE ${ROOM_PRIVATE})
    set_property(GLOBAL APPEND PROPERTY TENANTRY_ROOMS ${name})
    set_property(GLOBAL PROPERTY TENANTRY_ROOM_${name}_USES "${ROOM_USES}")
    set_property(GLOBAL PROPERTY TENANTRY_ROOM_${name}_PRIVATE "${ROOM_PRIVATE}")

    if(TENANTRY_TESTS AND tests)
        add_executable(${name}_test ${tests})
        target_include_directories(${name}_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
        target_link_libraries(${name}_test PRIVATE ${target} tenantry_test_support GTest::gtest_main)
        tenantry_use_precompiled(${name}_test ${ROOM_HEADERS}_test)
        tenantry_fast_test(${name})
    endif()
endfunction()

# NAME_test, which is made already: no root, no process, no sleep.
function(tenantry_fast_test name)
    tenantry_test_options(${name}_test)
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES LABELS fast TIMEOUT 600)
    tenantry_draws(${name})
    set_property(GLOBAL APPEND PROPERTY TENANTRY_FAST_TESTS ${name}_test)
endfunction()

# Property tests of a ctest test draw from the seed of cmake/options.cmake, so that a run can be repeated; further words
# are rapidcheck's own (`max_success=1000`).
function(tenantry_draws test)
    string(JOIN " " words "seed=${TENANTRY_SEED}" ${ARGN})
    set_tests_properties(${test} PROPERTIES ENVIRONMENT "RC_PARAMS=${words}")
endfunction()

# Rooms are named bare (`base`), libraries by their CMake target (`fmt::fmt`).
function(tenantry_arrows target scope)
    foreach(used ${ARGN})
        if(used MATCHES "::")
            target_link_libraries(${target} ${scope} ${used})
        else()
            target_link_libraries(${target} ${scope} tenantry_${used})
        endif()
    endforeach()
endfunction()

# The graph as text, one room a line: `name: what it uses | what it uses and does not pass on`. tests/architecture
# reads it.
function(tenantry_write_rooms file)
    get_property(rooms GLOBAL PROPERTY TENANTRY_ROOMS)
    set(text "")
    foreach(room ${rooms})
        get_property(uses GLOBAL PROPERTY TENANTRY_ROOM_${room}_USES)
        get_property(private GLOBAL PROPERTY TENANTRY_ROOM_${room}_PRIVATE)
        list(FILTER uses EXCLUDE REGEX "::")
        list(FILTER private EXCLUDE REGEX "::")
        list(JOIN uses " " uses)
        list(JOIN private " " private)
        string(APPEND text "${room}: ${uses} | ${private}\n")
    endforeach()
    file(CONFIGURE OUTPUT ${file} CONTENT "${text}")
endfunction()

# Two halves of what is built, for `./dev all`: `sanitized_tests` are fast tests and fuzz targets, `programs` is the rest.
function(tenantry_group_programs)
    get_property(fast GLOBAL PROPERTY TENANTRY_FAST_TESTS)
    get_property(fuzz GLOBAL PROPERTY TENANTRY_FUZZ_TARGETS)
    tenantry_executables(${CMAKE_SOURCE_DIR} programs)
    list(REMOVE_ITEM programs ${fast} ${fuzz})
    add_custom_target(sanitized_tests DEPENDS ${fast} ${fuzz})
    add_custom_target(programs DEPENDS ${programs})
endfunction()

function(tenantry_executables folder result)
    get_property(all DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
    set(found "")
    foreach(target ${all})
        get_target_property(type ${target} TYPE)
        if(type STREQUAL EXECUTABLE)
            list(APPEND found ${target})
        endif()
    endforeach()
    get_property(folders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
    foreach(below ${folders})
        tenantry_executables(${below} more)
        list(APPEND found ${more})
    endforeach()
    set(${result} ${found} PARENT_SCOPE)
endfunction()
