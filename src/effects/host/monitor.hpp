#pragma once

// What conmon(8) says through the pipe that _OCI_SYNCPIPE names.

#include <string>
#include <string_view>

#include <tenantry/base/error.hpp>

namespace tenantry::host {

/// The pid of the container's first process from a line `{"data":PID}`; where it is -1, the error is the runtime's own
/// words (`"message"`), or says that there are none.
Result<int> read_monitor_message(std::string_view text);

}  // namespace tenantry::host
