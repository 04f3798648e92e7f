#include <algorithm>
#include <iterator>
#include <tuple>

#include <tenantry/base/diagnostic.hpp>

namespace tenantry {
namespace {

auto order(const Diagnostic& d) { return std::tie(d.at.source, d.at.begin, d.at.end, d.code->code, d.detail); }

}  // namespace

void Diagnostics::append(Diagnostics other) {
    all_.insert(all_.end(), std::make_move_iterator(other.all_.begin()), std::make_move_iterator(other.all_.end()));
}

void Diagnostics::sort() {
    std::ranges::stable_sort(all_, [](const Diagnostic& a, const Diagnostic& b) { return order(a) < order(b); });
    const auto same =
        std::ranges::unique(all_, [](const Diagnostic& a, const Diagnostic& b) { return order(a) == order(b); });
    all_.erase(same.begin(), same.end());
}

bool Diagnostics::has_errors() const { return count(Severity::error) != 0; }

std::size_t Diagnostics::count(Severity severity) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(all_, [&](const Diagnostic& d) { return d.code->severity == severity; }));
}

}  // namespace tenantry
