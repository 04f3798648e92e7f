# How everything is compiled. The presets in CMakePresets.json only set these.
option(TENANTRY_TESTS "Build the tests" ON)
option(TENANTRY_FUZZ "Build the fuzz targets (clang only)" OFF)
option(TENANTRY_PRECOMPILED "Parse the headers that most files include once" ON)
option(TENANTRY_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)

set(TENANTRY_SEED 20261124 CACHE STRING "What the property tests under ctest draw from; any other number tries other cases")

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin CACHE PATH "Where programs are put")

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
                    # A user's compiler may warn of what no compiler here does.
                    $<$<BOOL:${TENANTRY_TESTS}>:-Werror>
                    # What an aggregate leaves out gets its default: that is meant.
                    -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Warnings that g++ 12 gives wrongly in optimised code: overlapping and too long copies in std::string (GCC bugs 105329,
    # 105651) and the unused inside of an empty std::optional (GCC bug 80635). clang and the sanitizers look for the real ones.
    add_compile_options(-Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # libstdc++ 12's own std::stable_sort uses std::get_temporary_buffer, which clang reports in our instantiations.
    add_compile_options(-Wno-deprecated-declarations)
endif()

if(TENANTRY_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
endif()
if(TENANTRY_FUZZ)
    # Coverage for libFuzzer in every room; the driver itself is linked into the fuzz targets only.
    add_compile_options(-fsanitize=fuzzer-no-link)
    add_link_options(-fsanitize=fuzzer-no-link)
endif()

# Tests' own code, which is most of what there is to compile with sanitizers: it is run once, so that making it faster costs
# more than it brings, and no fuzzer is led by its coverage.
function(tenantry_test_options target)
    if(TENANTRY_SANITIZE)
        target_compile_options(${target} PRIVATE -O0 -fno-sanitize=fuzzer-no-link)
    endif()
endfunction()
