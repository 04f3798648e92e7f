#pragma once

// glibc 2.36 declares these functions of C without saying so.
extern "C" {
#include <sys/pidfd.h>
}
