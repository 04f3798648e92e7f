// What a task is given: variables, and files whose paths stand in variables.
#pragma once

#include <string>

namespace lending {

// Empty where it is not set.
std::string variable(const char* name);

// The bytes of the file whose path stands in the variable. Throws as below.
std::string bytes_of_file_in(const char* name);

// The text of the file whose path stands in the variable, without the line's end. Read anew each time, as a secret may
// be given anew. Throws std::runtime_error, with the variable's name and never the text.
std::string text_of_file_in(const char* name);

// Throws std::runtime_error unless PORT is one.
unsigned short port();

// Whose program this is.
struct Identity {
    std::string tenant = variable("TENANTRY_TENANT");
    std::string stage = variable("TENANTRY_STAGE");
    std::string release = variable("TENANTRY_RELEASE");
    std::string currency = variable("CURRENCY");
};

}  // namespace lending
