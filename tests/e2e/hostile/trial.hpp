#pragma once

// What a hostile task tries: one function a way out. Each says what came of it, and never ends its process.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tenantry::hostile {

/// What came of a trial. `error` is the errno that stopped it, 0 where nothing did; `found` is what it got hold of.
struct Outcome {
    int error = 0;
    std::vector<std::string> found = {};
};

/// What a trial is told, and how it waits: it says `ready()` once it holds what another one looks for, and goes on when
/// `released()` comes back.
struct Asked {
    std::vector<std::string> words;
    std::function<void()> ready, released;
};

using Trial = std::function<Outcome(const Asked&)>;
using Trials = std::map<std::string, Trial, std::less<>>;

/// One kernel call each, with arguments that are right.
void add_calls(Trials& trials);
/// Every number of a kernel call, every kind of socket and of clone, with what the kernel says.
void add_sweeps(Trials& trials);
/// What a task sees: files, devices, descriptors, processes.
void add_views(Trials& trials);
/// Two tasks that want to meet: locks, watches, memory, names.
void add_meetings(Trials& trials);
/// Taking as much as there is.
void add_fills(Trials& trials);

/// `EPERM`; `0`.
std::string name_of(int error);
/// errno of a call that answers -1; 0 where it did not.
int error_of(long answer);
/// What a child process answers: its errno; a signal that ended it as 1000 and its number.
int in_child(const std::function<int()>& run);

/// Each file below `folder` that is not another process's, in no order; not followed: links.
void each_file(const std::string& folder, const std::function<void(const std::string&)>& look);

}  // namespace tenantry::hostile
