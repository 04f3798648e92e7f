#include "log.hpp"

#include <string>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <unistd.h>

namespace lending {

void log(std::string_view event, std::initializer_list<Field> fields) {
    std::string line(event);
    for (const auto& [name, value] : fields) {
        const bool plain = !value.empty() && value.find_first_of(" \"\\\n\t") == std::string_view::npos;
        line.append(" ").append(name).append("=").append(plain ? std::string(value)
                                                               : boost::json::serialize(boost::json::string(value)));
    }
    line += '\n';
    // One write, so that the lines of two threads do not mix. A log that nobody takes must not stop the service.
    [[maybe_unused]] const ssize_t written = ::write(STDOUT_FILENO, line.data(), line.size());
}

}  // namespace lending
