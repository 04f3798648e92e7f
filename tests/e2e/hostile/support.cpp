#include <cerrno>
#include <cstring>

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trial.hpp"

namespace tenantry::hostile {

std::string name_of(int error) {
    if (error == 0) return "0";
    if (error > 1000) return "signal " + std::to_string(error - 1000);
    const char* name = strerrorname_np(error);
    return name != nullptr ? name : std::to_string(error);
}

int error_of(long answer) { return answer == -1 ? errno : 0; }

int in_child(const std::function<int()>& run) {
    const pid_t child = fork();
    if (child == 0) _exit(run());
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return errno;
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

void each_file(const std::string& folder, const std::function<void(const std::string&)>& look) {
    DIR* open = opendir(folder.c_str());
    if (open == nullptr) return;
    while (const dirent* entry = readdir(open)) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        const std::string path = (folder == "/" ? "" : folder) + "/" + std::string(name);
        // Of processes: /proc/self stands for all.
        if (folder == "/proc" && (name[0] >= '0' && name[0] <= '9')) continue;
        look(path);
        if (entry->d_type == DT_DIR) each_file(path, look);
    }
    closedir(open);
}

}  // namespace tenantry::hostile
