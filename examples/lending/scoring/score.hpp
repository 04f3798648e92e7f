// Decides about a loan from what the applicant asks for. The same question always has the same answer.
#pragma once

#include "../common/application.hpp"

namespace lending {

struct Question {
    std::string name;
    std::string purpose;
    Terms terms;
};

Decision score(const Question& question);

}  // namespace lending
