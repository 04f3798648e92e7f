// An application for a loan: what a person asks for, and what was decided.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "money.hpp"

namespace lending {

constexpr int yearlyBasisPoints = 790;

struct Application {
    std::string id;  // the client's own: sending it again is no second application
    std::string name;
    std::string email;
    std::string purpose;
    Terms terms;

    friend bool operator==(const Application&, const Application&) = default;
};

struct Decision {
    std::string decision;  // approved, review, declined
    int score = 0;
    std::string basis;   // in words
    std::string bureau;  // what a credit bureau said, or that it was not asked
};

// What is wrong with what the client sent, and where.
struct Invalid : std::runtime_error {
    Invalid(std::string inField, const std::string& what) : std::runtime_error(what), field(std::move(inField)) {}
    std::string field;
};

bool is_id(std::string_view text);

// Throw Invalid.
Terms checked_terms(Minor amount, Minor months);
Application checked_application(std::string id, std::string_view body);

boost::json::object to_json(const Application& application);
boost::json::object to_json(const Decision& decision);

}  // namespace lending
