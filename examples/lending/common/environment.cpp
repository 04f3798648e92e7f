#include "environment.hpp"

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace lending {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::string bytes_of_file_in(const char* name) {
    const std::string path = variable(name);
    std::ifstream file(path, std::ios::binary);
    if (path.empty() || !file) throw std::runtime_error(std::string("the file that ") + name + " names cannot be read");
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string text_of_file_in(const char* name) {
    std::string text = bytes_of_file_in(name);
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

unsigned short port() {
    const std::string text = variable("PORT");
    unsigned short number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number == 0)
        throw std::runtime_error("PORT is no port");
    return number;
}

}  // namespace lending
