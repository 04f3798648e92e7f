// One line for the operator: an event and its fields. Never a person's data, never a secret.
#pragma once

#include <initializer_list>
#include <string_view>

namespace lending {

struct Field {
    std::string_view name;
    std::string_view value;
};

// Any thread. A value with a space or a quote is written as a JSON string.
void log(std::string_view event, std::initializer_list<Field> fields = {});

}  // namespace lending
