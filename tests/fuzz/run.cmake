# Runs PROGRAM on CORPUS, to which SEEDS are copied first. A crash leaves its input in CORPUS's parent folder.
set(seconds 30)
if(DEFINED ENV{TENANTRY_FUZZ_SECONDS})
    set(seconds $ENV{TENANTRY_FUZZ_SECONDS})
endif()
file(MAKE_DIRECTORY ${CORPUS})
file(COPY ${SEEDS}/ DESTINATION ${CORPUS})
set(options)
if(EXISTS ${DICTIONARY})
    set(options -dict=${DICTIONARY})
endif()
get_filename_component(name ${CORPUS} NAME)
execute_process(
    COMMAND ${PROGRAM} -max_total_time=${seconds} -rss_limit_mb=2048 -timeout=10 -max_len=65536 -print_final_stats=1
            ${options} -artifact_prefix=${CORPUS}.failed. ${CORPUS}
    RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "fuzz target ${name} ended with ${result}; the input is beside ${CORPUS}")
endif()
