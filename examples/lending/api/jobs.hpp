// What the program does besides the API: each runs to its end but the worker. They throw what they cannot do.
#pragma once

#include <string>

namespace lending {

void migrate();
void seed();
void accrue(const std::string& day);

// Until SIGTERM or SIGINT.
void work();

}  // namespace lending
